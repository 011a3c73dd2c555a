/* SPDX-License-Identifier: MIT */
#include "client/output/terminal.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

/* Columns if the terminal reports none; most columns of running text; its right margin. */
enum { COLUMNS = 80, TEXT_COLUMNS = 78, TEXT_MARGIN = 2 };

/* Room for a path and a few words. */
enum { NOTE_MAX = PATH_MAX + 256 };

bool terminal_is_live(FILE *to)
{
	const char *term = getenv("TERM");

	return isatty(fileno(to)) && term && term[0] && strcmp(term, "dumb") != 0;
}

unsigned terminal_columns(FILE *to)
{
	struct winsize size;

	if (ioctl(fileno(to), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS;
	return size.ws_col;
}

int terminal_room(FILE *to, int used)
{
	int columns = (int)terminal_columns(to);

	if (!terminal_is_live(to))
		return INT_MAX;
	return used < columns ? columns - used : 0;
}

/* https://no-color.org: no colors if NO_COLOR is set and not empty. */
static bool has_colors(FILE *to)
{
	const char *no = getenv("NO_COLOR");

	return terminal_is_live(to) && !(no && no[0]);
}

void terminal_print_bad(FILE *to, const char *text, int width)
{
	if (has_colors(to))
		fprintf(to, "\033[31m%s\033[0m", text);
	else
		fputs(text, to);
	fprintf(to, "%*s", width > (int)strlen(text) ? width - (int)strlen(text) : 0, "");
}

const char *terminal_shorten(const char *text, int width, char *buf, size_t size)
{
	static const char dots[] = "..";
	size_t len = strlen(text), most = width < 8 ? 8 : (size_t)width, head, tail;

	if (len <= most) {
		snprintf(buf, size, "%s", text);
		return buf;
	}
	head = (most - strlen(dots)) / 2;
	tail = len - (most - strlen(dots) - head);
	/* Do not split a character at the cut. */
	while (((unsigned char)text[tail] & 0xc0) == 0x80)
		tail++;
	snprintf(buf, size, "%.*s%s%s", (int)text_fit(text, len, head), text, dots, text + tail);
	return buf;
}

void terminal_print_wrapped(FILE *to, const char *text, size_t column)
{
	size_t columns = terminal_columns(to) - TEXT_MARGIN;
	bool first = true;

	if (columns > TEXT_COLUMNS)
		columns = TEXT_COLUMNS;
	while (*text) {
		size_t len = strcspn(text, " \n");

		if (column > 0 && column + 1 + len > columns) {
			fputc('\n', to);
			column = 0;
		}
		column +=
		    (size_t)fprintf(to, "%s%.*s", column > 0 && !first ? " " : "", (int)len, text);
		first = false;
		text += len;
		if (*text == '\n') {
			fputc('\n', to);
			column = 0;
		}
		text += *text != '\0';
	}
	fputc('\n', to);
}

void terminal_note(const char *fmt, ...)
{
	char text[NOTE_MAX], clean[NOTE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fprintf(stderr, "hello-client: %s\n", text_clean(text, clean, sizeof clean));
}

void terminal_wipe(FILE *to)
{
	fputs("\r\033[K", to);
}

const char *terminal_ms(uint64_t us, char buf[TERMINAL_MS_MAX])
{
	int digits = us < 9995 ? 2 : us < 99950 ? 1 : 0;

	snprintf(buf, TERMINAL_MS_MAX, "%.*f", digits, (double)us / 1000);
	return buf;
}

const char *terminal_time(uint64_t us, char buf[TERMINAL_MS_MAX])
{
	if (us < 1000000)
		snprintf(buf, TERMINAL_MS_MAX, "%.3g ms", (double)us / 1000);
	else if (us < 100000000)
		snprintf(buf, TERMINAL_MS_MAX, "%.3g s", (double)us / 1000000);
	else
		snprintf(buf, TERMINAL_MS_MAX, "%.0f s", (double)us / 1000000);
	return buf;
}
