/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_TERMINAL_H
#define HELLO_CLIENT_OUTPUT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Output for people: on a terminal, or in a file that is read later. */

/* Can a line be overwritten? True on a terminal, unless TERM is "dumb". */
bool terminal_is_live(FILE *to);

/* The terminal's width, or 80. */
unsigned terminal_columns(FILE *to);

/* The columns left in a line after used columns; unlimited in a file. */
int terminal_room(FILE *to, int used);

/*
 * Print a bad outcome in red, padded to at least width columns. In a file, or with NO_COLOR set,
 * there is no color.
 */
void terminal_print_bad(FILE *to, const char *text, int width);

/*
 * Shorten text to width (at least 8) by removing its middle: "svc..test". Names often share one
 * end, so both ends are kept. Bytes count as columns. Returns buf.
 */
const char *terminal_shorten(const char *text, int width, char *buf, size_t size);

/*
 * Print a text in lines of at most 78 columns, and narrower than the terminal, broken between words
 * and at newlines. column is the number of columns already used in the first line.
 */
void terminal_print_wrapped(FILE *to, const char *text, size_t column);

/* Print "hello-client: ..." on standard error, as clean text (see text.h). */
void terminal_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Clear the current line, so that the next text overwrites it. */
void terminal_wipe(FILE *to);

/* Milliseconds in at most six columns: "0.12", "12.3", "1234". Returns buf. */
enum { TERMINAL_MS_MAX = 24 };
const char *terminal_ms(uint64_t us, char buf[TERMINAL_MS_MAX]);

/* A duration for a sentence: "10 ms", "2.5 s". Returns buf. */
const char *terminal_time(uint64_t us, char buf[TERMINAL_MS_MAX]);

#endif
