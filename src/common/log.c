/* SPDX-License-Identifier: MIT */
#include "common/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum log_level limit = LEVEL_INFO;
static char role[32] = "start";
static unsigned lost; /* lines, since the last one that was written */

void log_open(enum log_level most_verbose)
{
	limit = most_verbose;
}

bool log_wants(enum log_level level)
{
	return level <= limit;
}

void log_role(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(role, sizeof role, fmt, ap);
	va_end(ap);
}

/* One byte is kept free for the newline, so that a cut line still ends. */
static void put(struct log_line *line, char c)
{
	if (line->len + 1 < sizeof line->text)
		line->text[line->len++] = c;
}

static void put_text(struct log_line *line, const char *s)
{
	while (*s)
		put(line, *s++);
}

static bool is_plain(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s <= ' ' || *s > '~' || *s == '"' || *s == '=' || *s == '\\')
			return false;
	}
	return true;
}

/* Bytes above ASCII are escaped too: a log is read in terminals of unknown encoding. */
static void put_quoted(struct log_line *line, const char *s)
{
	char hex[8];

	put(line, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\') {
			put(line, '\\');
			put(line, *s);
		} else if (*s < ' ' || *s > '~') {
			snprintf(hex, sizeof hex, "\\x%02x", (unsigned char)*s);
			put_text(line, hex);
		} else {
			put(line, *s);
		}
	}
	put(line, '"');
}

static void put_field(struct log_line *line, const char *key, const char *value)
{
	if (line->len > 0)
		put(line, ' ');
	put_text(line, key);
	put(line, '=');
	if (is_plain(value))
		put_text(line, value);
	else
		put_quoted(line, value);
}

static void put_time(struct log_line *line)
{
	struct timespec now;
	struct tm utc;
	char date[32], text[48];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, sizeof text, "%s.%03ldZ", date, now.tv_nsec / 1000000);
	put_field(line, "time", text);
}

void log_begin(struct log_line *line, enum log_level level)
{
	static const char *const names[] = {
		[LEVEL_ERROR] = "error",
		[LEVEL_WARNING] = "warning",
		[LEVEL_INFO] = "info",
		[LEVEL_DEBUG] = "debug",
	};

	line->level = level;
	line->len = 0;
	if (!log_wants(level))
		return;
	put_time(line);
	put_field(line, "level", names[level]);
	put_field(line, "role", role);
}

void log_field(struct log_line *line, const char *key, const char *fmt, ...)
{
	char value[LOG_LINE_MAX];
	va_list ap;

	if (!log_wants(line->level))
		return;
	va_start(ap, fmt);
	vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	put_field(line, key, value);
}

void log_end(struct log_line *line)
{
	struct pollfd writable = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (!log_wants(line->level))
		return;
	if (lost > 0)
		log_field(line, "lost_lines", "%u", lost);
	line->text[line->len++] = '\n';
	/*
	 * A log that nobody reads must not hold the service up: what a full pipe
	 * does not take now is lost, and the next line that is taken says so.
	 */
	if (poll(&writable, 1, 0) != 1 || write(STDERR_FILENO, line->text, line->len) < 0)
		lost++;
	else
		lost = 0;
}

void log_at(enum log_level level, const char *fmt, ...)
{
	struct log_line line;
	char msg[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof msg, fmt, ap);
	va_end(ap);
	log_begin(&line, level);
	log_field(&line, "msg", "%s", msg);
	log_end(&line);
}

void log_outcome(enum log_level level, const char *msg, const struct outcome *oc)
{
	struct log_line line;

	log_begin(&line, level);
	log_field(&line, "msg", "%s", msg);
	log_field(&line, "outcome", "%s", outcome_name(oc->code));
	log_field(&line, "layer", "%s", outcome_layer_name(oc->code));
	log_field(&line, "detail", "%s", oc->detail);
	log_end(&line);
}
