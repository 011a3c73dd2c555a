/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_REPORT_LINE_H
#define HELLO_CLIENT_OUTPUT_REPORT_LINE_H

/*
 * A line of -v on standard error: a name, facts, and at the right what was measured. It fits into
 * the columns of the terminal, or into 80; facts that are too long are cut, or counted.
 */

enum { REPORT_LINE_MAX_TEXT = 1024, REPORT_LINE_MAX_BELOW = 128 };

/* Facts as they grow. Owns nothing. */
struct report_line {
	char text[REPORT_LINE_MAX_TEXT];
	int room;                          /* for so many columns of them */
	char below[REPORT_LINE_MAX_BELOW]; /* words for which there was no room */
};

/* Leaves room for what will stand beside them. */
void report_line_begin(struct report_line *l, const char *beside);

void report_line_add(struct report_line *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* At most so many columns of a name; its middle goes first, or of a title its end. */
void report_line_add_name(struct report_line *l, const char *name, int most);
void report_line_add_title(struct report_line *l, const char *title, int most);

/* Behind the rest, or below where there is no room for it. "" is no word. */
void report_line_add_word(struct report_line *l, const char *word);

/* Items of a list "a, b, c": as many as there is room for, then "and 5 more". */
void report_line_add_list(struct report_line *l, const char *list);

/* Columns that are left. */
int report_line_left(const struct report_line *l);

/* Print it; what is measured is right-aligned. The text is bad news: in color, on a terminal. */
void report_line_print(const char *name, const struct report_line *l, const char *measure);
void report_line_print_bad(const char *name, const char *bad, const char *measure);

/* Print what belongs to the line before. */
void report_line_print_below(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
