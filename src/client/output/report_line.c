/* SPDX-License-Identifier: MIT */
#include "client/output/report_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "client/output/terminal.h"

/*
 * Columns: the first one of the facts; the right margin; where the measure ends on a wide terminal;
 * the blanks before it; the least for the facts on a narrow terminal.
 */
enum { FACTS = 11, MARGIN = 2, EDGE_MAX = 100, GAP = 2, LEAST = 12 };

void report_line_begin(struct report_line *l, const char *beside)
{
	memset(l, 0, sizeof *l);
	l->room = (int)terminal_columns(stderr) - MARGIN - FACTS - GAP - (int)strlen(beside);
	if (l->room < LEAST)
		l->room = LEAST;
}

void report_line_add(struct report_line *l, const char *fmt, ...)
{
	size_t len = strlen(l->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->text + len, sizeof l->text - len, fmt, ap);
	va_end(ap);
}

int report_line_left(const struct report_line *l)
{
	return l->room - (int)strlen(l->text);
}

void report_line_add_name(struct report_line *l, const char *name, int most)
{
	char cut[REPORT_LINE_MAX_TEXT];

	report_line_add(l, "%s", terminal_shorten(name, most, cut, sizeof cut));
}

void report_line_add_title(struct report_line *l, const char *title, int most)
{
	static const char dots[] = "..";

	if ((int)strlen(title) <= most)
		report_line_add(l, "%s", title);
	else
		report_line_add(l, "%.*s%s",
		    (int)text_fit(title, strlen(title), (size_t)most - strlen(dots)), title, dots);
}

void report_line_add_word(struct report_line *l, const char *word)
{
	size_t len = strlen(l->below);

	if (!word[0])
		return;
	if (len == 0 && report_line_left(l) > (int)strlen(word))
		report_line_add(l, " %s", word);
	else
		snprintf(l->below + len, sizeof l->below - len, "%s%s", len > 0 ? " " : "", word);
}

void report_line_add_list(struct report_line *l, const char *list)
{
	enum { MORE = sizeof " and 99 more" - 1, COMMA = sizeof ", " - 1 };
	int shown = 0, more = 0;

	while (*list) {
		const char *next = strstr(list, ", ");
		int len = next ? (int)(next - list) : (int)strlen(list);

		if (more > 0 ||
		    (shown > 0 && report_line_left(l) < len + COMMA + (next ? MORE : 0)))
			more++;
		else
			report_line_add(l, "%s%.*s", shown++ > 0 ? ", " : "", len, list);
		list += next ? len + COMMA : len;
	}
	if (more > 0)
		report_line_add(l, " and %d more", more);
}

/* All measures end in the same column, unless long facts push one further. */
static void print_right(int width, const char *measure)
{
	int edge = (int)terminal_columns(stderr) - MARGIN, least = (int)strlen(measure) + GAP, room;

	if (edge > EDGE_MAX)
		edge = EDGE_MAX;
	room = edge - FACTS - width;
	fprintf(stderr, "%*s\n", room < least ? least : room, measure);
}

void report_line_print(const char *name, const struct report_line *l, const char *measure)
{
	char clean[REPORT_LINE_MAX_TEXT], cut[REPORT_LINE_MAX_TEXT];

	terminal_shorten(text_clean(l->text, clean, sizeof clean), l->room, cut, sizeof cut);
	fprintf(stderr, "%-*s%s", FACTS, name, cut);
	print_right((int)strlen(cut), measure);
	if (l->below[0])
		report_line_print_below("%s", l->below);
}

void report_line_print_bad(const char *name, const char *bad, const char *measure)
{
	static const char failed[] = "failed: ";

	fprintf(stderr, "%-*s%s", FACTS, name, failed);
	terminal_print_bad(stderr, bad, 0);
	print_right((int)(strlen(failed) + strlen(bad)), measure);
}

void report_line_print_below(const char *fmt, ...)
{
	char text[REPORT_LINE_MAX_TEXT], clean[REPORT_LINE_MAX_TEXT], cut[REPORT_LINE_MAX_TEXT];
	int room = (int)terminal_columns(stderr) - FACTS;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	text_clean(text, clean, sizeof clean);
	fprintf(stderr, "%*s%s\n", FACTS, "", terminal_shorten(clean, room, cut, sizeof cut));
}
