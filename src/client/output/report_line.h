/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_REPORT_LINE_H
#define HELLO_CLIENT_OUTPUT_REPORT_LINE_H

/*
 * A line of -v on standard error: a name, facts, and a measured value at the right. It fits into
 * the columns of the terminal, or into 80; facts that are too long are cut, or counted.
 */

enum { REPORT_LINE_MAX_TEXT = 1024, REPORT_LINE_MAX_BELOW = 128 };

/* Facts under construction. Owns nothing. */
struct report_line {
	char text[REPORT_LINE_MAX_TEXT];
	int room;                          /* columns for the facts */
	char below[REPORT_LINE_MAX_BELOW]; /* words that did not fit */
};

/* Begin, and reserve room for the text beside the facts. */
void report_line_begin(struct report_line *l, const char *beside);

void report_line_add(struct report_line *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Add at most this many columns: a longer name loses its middle, a longer title its end. */
void report_line_add_name(struct report_line *l, const char *name, int most);
void report_line_add_title(struct report_line *l, const char *title, int most);

/* Add a word, or put it below if there is no room. "" adds nothing. */
void report_line_add_word(struct report_line *l, const char *word);

/* Add items of a list "a, b, c": as many as there is room for, then "and 5 more". */
void report_line_add_list(struct report_line *l, const char *list);

/* The number of free columns. */
int report_line_left(const struct report_line *l);

/* Print the line; measure is right-aligned. A terminal shows bad in color. */
void report_line_print(const char *name, const struct report_line *l, const char *measure);
void report_line_print_bad(const char *name, const char *bad, const char *measure);

/* Print a continuation of the previous line. */
void report_line_print_below(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
