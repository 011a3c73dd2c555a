/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_LOG_H
#define HELLO_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

/* Named after syslog(3)'s levels, most urgent first. */
enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

/* logfmt, or a JSON object (RFC 8259). */
enum log_format { LOG_TEXT, LOG_JSON };

/* Their names, for options; each list ends with NULL. */
extern const char *const log_levels[], *const log_formats[];

/*
 * The log goes to standard error: one line for each event, written at once, or gathered
 * by the event loop (log_output.h). A line consists of names and values, and begins with
 * time (UTC), level and role. A line for the journal begins with its priority. The log
 * never blocks: if a pipe is full, the line is dropped and counted in the next one. It
 * opens no file (but log_output_unblock does) and needs no time zone data, so it works
 * where no file can be opened.
 *
 * Lines above the given level are dropped.
 */
void log_open(enum log_level most_verbose, enum log_format as);

/* Is this level written? Saves the work of composing a line that would be dropped. */
bool log_wants(enum log_level level);

/* Names this process in each line: "master", "worker-2". Call it again after fork. */
void log_role(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A line with only a message. */
void log_at(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * A line with fields: log_begin, any number of fields, log_end. A value with
 * anything but plain printable text is quoted and escaped, so it may come from a peer.
 * A field that does not fit is cut; the line always ends properly.
 */
enum { LOG_LINE_MAX = 2048 };

struct log_line {
	enum log_level level;
	size_t len;
	bool empty, full; /* no field yet; no more will fit */
	char text[LOG_LINE_MAX];
};

void log_begin(struct log_line *line, enum log_level level);
void log_field(struct log_line *line, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void log_text(struct log_line *line, const char *key, const char *value);
void log_number(struct log_line *line, const char *key, uint64_t value);
void log_end(struct log_line *line);

/*
 * Before a process that gathered lines exits: reports lost lines, and waits at most half
 * a second for a slow reader.
 */
void log_finish(void);

/* msg, then the failure's name, layer and detail. */
void log_outcome(enum log_level level, const char *msg, const struct outcome *oc);

#endif
