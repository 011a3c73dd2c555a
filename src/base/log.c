/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/log_output.h"
#include "base/text.h"
#include "base/time.h"

const char *const log_levels[] = {
	[LEVEL_ERROR] = "error",
	[LEVEL_WARNING] = "warning",
	[LEVEL_INFO] = "info",
	[LEVEL_DEBUG] = "debug",
	NULL,
};

const char *const log_formats[] = { [LOG_TEXT] = "text", [LOG_JSON] = "json", NULL };

static enum log_level limit = LEVEL_INFO;
static enum log_format format = LOG_TEXT;
static bool to_journal; /* the journal expects a priority before each line: sd-daemon(3) */
static char role[32] = "start";

/* Reserved for the end of a line that was cut: a quote, a brace, the newline. */
enum { TAIL = 3 };

_Static_assert(2 * (int)LOG_LINE_MAX <= PIPE_BUF, "a line fits behind the rest of another");

/* What surrounds a key: in JSON a comma, three quotes and a colon. */
enum { KEY_MARKS = 5 };

/* The field that reports lost lines, with its key. */
enum { LOST_MAX = 2 * DECIMAL_MAX };

/* A worker that was told to exit is killed after WORKERS_KILL_GRACE_MS more. */
enum { FINISH_MS = 500 };

/* Is standard error the stream that JOURNAL_STREAM names, not redirected since? systemd.exec(5) */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_open(enum log_level most_verbose, enum log_format as)
{
	limit = most_verbose;
	format = as;
	to_journal = is_journal();
	log_output_open();
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

/* Only what fits: the caller has checked, or uses the reserved bytes. */
static void append(struct log_line *line, const char *bytes, size_t len)
{
	memcpy(line->text + line->len, bytes, len);
	line->len += len;
}

/* Adds the unit as a whole or not at all, never half an escape or half a key. */
static void put(struct log_line *line, const char *unit)
{
	size_t len = strlen(unit);

	if (line->full || line->len + len + TAIL > sizeof line->text) {
		line->full = true;
		return;
	}
	append(line, unit, len);
}

/* Uses the reserved bytes, so a value that was cut still ends properly. */
static void put_end(struct log_line *line, char c)
{
	line->text[line->len++] = c;
}

/* Bytes that need no escape in either format; each is a unit of its own. */
static void put_unescaped(struct log_line *line, const char *bytes, size_t len)
{
	size_t room = line->full ? 0 : sizeof line->text - TAIL - line->len;

	if (len > room) {
		line->full = true;
		len = room;
	}
	append(line, bytes, len);
}

/* Does logfmt show the value without quotes? If so, len is its length. */
static bool is_plain(const char *s, size_t *len)
{
	size_t n = 0;

	while (s[n] > ' ' && s[n] <= '~' && s[n] != '"' && s[n] != '=' && s[n] != '\\')
		n++;
	*len = n;
	return n > 0 && !s[n];
}

/* Length of an escape at s that clean text already contains and that logfmt shares; else 0. */
static size_t escaped_before(const char *s)
{
	if (format == LOG_JSON || s[0] != '\\')
		return 0;
	if (s[1] == '\\')
		return 2;
	return s[1] == 'x' && strspn(s + 2, "0123456789abcdef") >= 2 ? 4 : 0;
}

static void put_quoted(struct log_line *line, const char *unit)
{
	/* In JSON each byte of an escape can double: four backslashes, and the rest. */
	char quoted[2 * TEXT_UNIT_MAX];
	size_t at = 0;

	for (; *unit; unit++) {
		if (*unit == '"' || (*unit == '\\' && (format == LOG_JSON || !unit[1])))
			quoted[at++] = '\\';
		quoted[at++] = *unit;
	}
	quoted[at] = '\0';
	put(line, quoted);
}

/* How many bytes from s on need no escape in either format. */
static size_t unescaped(const char *s)
{
	size_t n = 0;

	while (s[n] >= ' ' && s[n] <= '~' && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

/* Clean text, quoted for the format. */
static void put_escaped(struct log_line *line, const char *s)
{
	size_t len = strlen(s), n;
	char unit[TEXT_UNIT_MAX];

	for (; len > 0 && !line->full; s += n, len -= n) {
		n = unescaped(s);
		if (n > 0) {
			put_unescaped(line, s, n);
			continue;
		}
		n = escaped_before(s);
		if (n > 0) {
			snprintf(unit, sizeof unit, "%.*s", (int)n, s);
			put(line, unit);
		} else {
			n = text_unit(s, len, unit);
			put_quoted(line, unit);
		}
	}
}

/* Omits a field whose key does not fit, and returns false. */
static bool put_key(struct log_line *line, const char *key, bool quoted)
{
	size_t len = strlen(key);
	bool json = format == LOG_JSON;

	/* Leaves room for any number, or for the beginning of a text. */
	if (line->full || line->len + len + KEY_MARKS + DECIMAL_MAX + TAIL > sizeof line->text) {
		line->full = true;
		return false;
	}
	if (json)
		append(line, line->empty ? "{\"" : ",\"", 2);
	else if (!line->empty)
		append(line, " ", 1);
	append(line, key, len);
	append(line, json ? "\":" : "=", json ? 2 : 1);
	if (quoted)
		append(line, "\"", 1);
	line->empty = false;
	return true;
}

static void put_field(struct log_line *line, const char *key, const char *value)
{
	size_t len;
	bool plain = is_plain(value, &len), quoted = format == LOG_JSON || !plain;

	if (!put_key(line, key, quoted))
		return;
	if (plain)
		put_unescaped(line, value, len);
	else
		put_escaped(line, value);
	if (quoted)
		put_end(line, '"');
}

/* A busy server writes many lines in a second, and only their milliseconds differ. */
static void put_time(struct log_line *line)
{
	enum { MS_DIGITS = 3 };
	static char text[TIME_TEXT_MAX];
	static char *ms;
	static time_t second;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (!ms || now.tv_sec != second) {
		second = now.tv_sec;
		time_stamp_ms(second, 0, text);
		ms = text + strlen(text) - strlen("000Z");
	}
	decimal_put_padded((unsigned)(now.tv_nsec / 1000000), MS_DIGITS, ms);
	put_field(line, "time", text);
}

void log_begin(struct log_line *line, enum log_level level)
{
	static const char *const priorities[] = {
		[LEVEL_ERROR] = "<3>",
		[LEVEL_WARNING] = "<4>",
		[LEVEL_INFO] = "<6>",
		[LEVEL_DEBUG] = "<7>",
	};

	line->level = level;
	line->len = 0;
	line->full = false;
	line->empty = true;
	if (!log_wants(level))
		return;
	if (to_journal)
		put(line, priorities[level]);
	put_time(line);
	put_field(line, "level", log_levels[level]);
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

void log_text(struct log_line *line, const char *key, const char *value)
{
	if (log_wants(line->level))
		put_field(line, key, value);
}

void log_number(struct log_line *line, const char *key, uint64_t value)
{
	char text[DECIMAL_MAX];

	if (log_wants(line->level) && put_key(line, key, false))
		put_unescaped(line, text, decimal_put(value, text));
}

void log_end(struct log_line *line)
{
	unsigned lost;

	if (!log_wants(line->level))
		return;
	lost = log_output_room(line->len + LOST_MAX + TAIL);
	if (lost > 0)
		log_number(line, "lost_lines", lost);
	if (format == LOG_JSON)
		put_end(line, '}');
	put_end(line, '\n');
	log_output_put(line->text, line->len, line->level == LEVEL_ERROR);
}

void log_finish(void)
{
	if (log_output_room(0) > 0)
		log_at(LEVEL_WARNING, "lines of the log were lost");
	log_output_finish(FINISH_MS);
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
	log_text(&line, "msg", msg);
	log_end(&line);
}

void log_outcome(enum log_level level, const char *msg, const struct outcome *oc)
{
	struct log_line line;

	log_begin(&line, level);
	log_text(&line, "msg", msg);
	log_text(&line, "outcome", outcome_name(oc->code));
	log_text(&line, "layer", outcome_layer_name(oc->code));
	log_text(&line, "detail", oc->detail);
	log_end(&line);
}
