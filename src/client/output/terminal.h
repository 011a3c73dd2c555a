/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_TERMINAL_H
#define HELLO_CLIENT_OUTPUT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What people look at: a terminal, or a file that is read later. */

/* Can a line be drawn over? A terminal, and TERM is not "dumb". */
bool terminal_is_live(FILE *to);

/* Of the terminal, else 80. */
unsigned terminal_columns(FILE *to);

/* What is left of a line of which used columns are taken: a file has all the room there is. */
int terminal_room(FILE *to, int used);

/*
 * Text in the color of what is bad, or as it is: a file, and a user who set
 * NO_COLOR, get no colors. Padded to at least width columns.
 */
void terminal_print_bad(FILE *to, const char *text, int width);

/*
 * Text that is longer than width (at least 8) loses its middle: "svc..test". What names have in
 * common is often at one end, so both are kept. Bytes count as columns. buf is returned.
 */
const char *terminal_shorten(const char *text, int width, char *buf, size_t size);

/*
 * A text in lines of at most 78 columns, broken between words, and where it has
 * a newline. column: how far the first line is filled.
 */
void terminal_print_wrapped(FILE *to, const char *text, size_t column);

/* A line on standard error, "hello-client: ...", as clean text (see text.h). */
void terminal_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Go back and wipe the line that was drawn; for the next one. */
void terminal_wipe(FILE *to);

/* Milliseconds in at most six columns: "0.12", "12.3", "1234". buf is returned. */
enum { TERMINAL_MS_MAX = 24 };
const char *terminal_ms(uint64_t us, char buf[TERMINAL_MS_MAX]);

/* A length of time for a sentence: "10 ms", "2.5 s". buf is returned. */
const char *terminal_time(uint64_t us, char buf[TERMINAL_MS_MAX]);

#endif
