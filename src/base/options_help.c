/* SPDX-License-Identifier: MIT */
#include "base/options_help.h"

#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 192, NAME_MAX_ = 64 };
enum { HELP_COLUMN = 32, HELP_WIDTH = 80, HELP_MAX = 512 };

static const char *format_duration(unsigned ms, char buf[16])
{
	if (ms % 60000 == 0)
		snprintf(buf, 16, "%um", ms / 60000);
	else if (ms % 1000 == 0)
		snprintf(buf, 16, "%us", ms / 1000);
	else
		snprintf(buf, 16, "%ums", ms);
	return buf;
}

/* The default in words, or NULL if none is shown. */
static const char *default_of(const struct option_row *row, char buf[16])
{
	if (row->text)
		return row->text;
	switch (row->kind) {
	case OPTION_UINT:
		snprintf(buf, 16, "%u", row->number);
		return buf;
	case OPTION_DURATION:
		return format_duration(row->number, buf);
	case OPTION_CHOICE:
		return row->choices[row->number];
	default:
		return NULL;
	}
}

/* The second column: the help text, the choices, the default. */
static void describe(const struct option_row *row, char text[HELP_MAX])
{
	char number[16], list[LIST_MAX] = "";
	const char *usual = default_of(row, number);

	if (row->choices && !(row->flags & OPTION_MANY_CHOICES))
		options_list_choices(row->choices, list, sizeof list);
	snprintf(text, HELP_MAX, "%s%s%s%s%s%s", row->help, list[0] ? ": " : "", list,
	    usual ? " (" : "", usual ? usual : "", usual ? ")" : "");
}

/* Prints words from the column on, in as many lines as they need. */
static void print_wrapped(const char *text)
{
	enum { ROOM = HELP_WIDTH - HELP_COLUMN };

	while (strlen(text) > ROOM) {
		int end = ROOM;

		while (end > 0 && text[end] != ' ')
			end--;
		if (end == 0)
			break;
		printf("%.*s\n%*s", end, text, HELP_COLUMN, "");
		text += end + 1;
	}
	printf("%s\n", text);
}

static void print_row(const struct option_row *row)
{
	char left[HELP_COLUMN + NAME_MAX_], letter[] = "    ", text[HELP_MAX];
	int len;

	if (row->letter) {
		letter[0] = '-';
		letter[1] = row->letter;
		letter[2] = ',';
	}
	len = snprintf(left, sizeof left, "  %s--%s%s%s", letter, row->name,
	    row->argument ? " " : "", row->argument ? row->argument : "");
	describe(row, text);
	if (len < HELP_COLUMN)
		printf("%-*s", HELP_COLUMN, left);
	else
		printf("%s\n%*s", left, HELP_COLUMN, "");
	print_wrapped(text);
}

static void print_rows(const struct option_row *rows)
{
	for (const struct option_row *row = rows; row->name; row++) {
		if (row->kind != OPTION_HEADING)
			print_row(row);
		else
			printf("%s%s:\n", row == rows ? "" : "\n", row->name);
	}
}

int options_help_take(void *none, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	(void)none, (void)value, (void)oc;
	printf("%s\n", row->about->usage);
	print_rows(row->about->rows);
	printf("\n%s", row->about->notes);
	return 1;
}

int options_version_take(void *none, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	(void)none, (void)value, (void)oc;
	printf("%s %s\n%s\n", row->about->program, PACKAGE_VERSION, row->about->describe_library());
	if (row->about->describe_key_schedule)
		printf("TLS key schedule: %s\n", row->about->describe_key_schedule());
	return 1;
}
