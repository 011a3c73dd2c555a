/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_TEXT_H
#define HELLO_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The one place that escapes text. Clean text is valid UTF-8 (RFC 3629) without control
 * characters (C0, DEL, C1), line separators, bidirectional controls and zero-width
 * characters. In clean text, \x1b stands for a byte that is not allowed.
 *
 * Bytes from a peer become clean text on arrival: text_add_bytes. Every output
 * (terminal, log, JSON, Prometheus, Nagios, report, page) cleans its text once more with
 * text_clean, which leaves clean text unchanged and makes file names and arguments
 * safe. Each format's own quoting comes after that. All functions are pure.
 */

/* The longest escape of one character, and the terminator. */
enum { TEXT_UNIT_MAX = 4 * 4 + 1 };

/*
 * The character at bytes, len > 0: unchanged if it may be shown, else each of its bytes
 * as \x1b. Returns how many bytes it takes, 1 to 4.
 */
size_t text_unit(const char *bytes, size_t len, char unit[TEXT_UNIT_MAX]);

/*
 * The same for HTML, as text and in quoted attributes: & < > " and ' become character
 * references, each shorter than TEXT_UNIT_MAX.
 */
size_t text_unit_html(const char *bytes, size_t len, char unit[TEXT_UNIT_MAX]);

bool text_is_clean(const char *bytes, size_t len);

/* s as clean text, cut to max bytes; a cut text ends in "...". Returns buf. */
char *text_clean(const char *s, char *buf, size_t max);

/* How many of len bytes fit into max without splitting a character. */
size_t text_fit(const char *bytes, size_t len, size_t max);

/* Clean text being built in a buffer of max bytes, cut as by text_clean. */
struct text {
	char *at;
	size_t len, max, mark; /* mark: where "..." would still fit */
	bool cut;
};

void text_begin(struct text *t, char *buf, size_t max);

/* Adds text, escaped as by text_clean. */
void text_add(struct text *t, const char *s);

/* The same, but also escapes the ASCII characters in also, such as the separator of a list. */
void text_add_item(struct text *t, const char *s, const char *also);

/* Adds bytes from outside, which may include NUL: as text_add_item, but doubles each backslash. */
void text_add_bytes(struct text *t, const void *bytes, size_t len, const char *also);

/* Bytes from a peer as clean text for use between double quotes. Returns buf. */
char *text_quotable(const void *bytes, size_t len, char *buf, size_t max);

/* As text_add, with a backslash before each " and \, as Prometheus labels require. */
void text_add_quoted(struct text *t, const char *s);

#endif
