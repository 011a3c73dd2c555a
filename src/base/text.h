/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_TEXT_H
#define HELLO_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The one place that escapes. Clean text is valid UTF-8 (RFC 3629) without control
 * characters (C0, DEL, C1), line separators, bidirectional controls and characters
 * without a width. In clean text, \x1b stands for a byte that was none of this.
 *
 * Bytes of a peer become clean text where they come in: text_add_bytes. Every
 * output (terminal, log, JSON, Prometheus, Nagios, report) cleans what it prints
 * once more, which changes nothing in clean text and makes file names and
 * arguments safe: text_clean. Its own quoting comes after that. All of it is pure.
 */

/* The longest escape of one character, and the terminator. */
enum { TEXT_UNIT_MAX = 4 * 4 + 1 };

/*
 * The character at bytes, len > 0: as it is if it may be shown, else each byte of it
 * as \x1b. Returns how many bytes it takes, 1 to 4.
 */
size_t text_unit(const char *bytes, size_t len, char unit[TEXT_UNIT_MAX]);

bool text_is_clean(const char *bytes, size_t len);

/* s as clean text, cut to max bytes; "..." at the end says so. buf is returned. */
char *text_clean(const char *s, char *buf, size_t max);

/* As many of len bytes as fit into max without a torn character. */
size_t text_fit(const char *bytes, size_t len, size_t max);

/* Clean text under construction in a buffer of max bytes; cut as with text_clean. */
struct text {
	char *at;
	size_t len, max, mark; /* mark: where "..." would still fit */
	bool cut;
};

void text_begin(struct text *t, char *buf, size_t max);

/* What is text already: as text_clean. */
void text_add(struct text *t, const char *s);

/* The same, with the ASCII characters of also escaped: the separator of a list, say. */
void text_add_item(struct text *t, const char *s, const char *also);

/* What came from outside, and may hold NUL: as text_add_item, and a backslash becomes two. */
void text_add_bytes(struct text *t, const void *bytes, size_t len, const char *also);

/* Bytes of a peer as clean text that stands between double quotes. buf is returned. */
char *text_quotable(const void *bytes, size_t len, char *buf, size_t max);

/* As text_add, with a backslash before each " and \, as Prometheus labels want it. */
void text_add_quoted(struct text *t, const char *s);

#endif
