/* SPDX-License-Identifier: MIT */
#include "completion/options_completion.h"

#include <stdio.h>
#include <string.h>

enum value { VALUE_NONE, VALUE_CHOICE, VALUE_FILE, VALUE_FOLDER, VALUE_OTHER };

static enum value value_of(const struct option_row *row)
{
	if (!row->argument)
		return VALUE_NONE;
	if (row->choices)
		return VALUE_CHOICE;
	if (strcmp(row->argument, "FILE") == 0)
		return VALUE_FILE;
	return strcmp(row->argument, "DIR") == 0 ? VALUE_FOLDER : VALUE_OTHER;
}

static void print_choices(const struct option_row *row)
{
	for (size_t i = 0; row->choices[i]; i++)
		printf("%s%s", i > 0 ? " " : "", row->choices[i]);
}

/* ---- bash: a case for each option with a value, and the list of all -------------------- */

/* "-l|--listen)". */
static void print_bash_pattern(const struct option_row *row)
{
	if (row->letter)
		printf("\t-%c|--%s)", row->letter, row->name);
	else
		printf("\t--%s)", row->name);
}

static void print_bash_value(const struct option_row *row)
{
	switch (value_of(row)) {
	case VALUE_NONE:
		return;
	case VALUE_CHOICE:
		print_bash_pattern(row);
		printf(" COMPREPLY=($(compgen -W '");
		print_choices(row);
		printf("' -- \"$word\")); return ;;\n");
		return;
	case VALUE_FILE:
		print_bash_pattern(row);
		printf(" COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n");
		return;
	case VALUE_FOLDER:
		print_bash_pattern(row);
		printf(" COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n");
		return;
	default:
		print_bash_pattern(row);
		printf(" COMPREPLY=(); return ;;\n");
	}
}

/* A function name in bash has no dash. */
static void print_function(const char *program)
{
	for (; *program; program++)
		putchar(*program == '-' ? '_' : *program);
}

static void print_bash(const struct options_completion *c)
{
	putchar('_');
	print_function(c->program);
	/* Bash treats "=" as a separate word. */
	printf("() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
	       "\t[[ $word != = ]] || word=\n"
	       "\t[[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD-2]}\n"
	       "\tcase $before in\n");
	for (const struct option_row *row = c->rows; row->name; row++) {
		if (row->kind != OPTION_HEADING)
			print_bash_value(row);
	}
	printf("\tesac\n\t[[ $word == -* ]] && COMPREPLY=($(compgen -W '");
	for (const struct option_row *row = c->rows; row->name; row++) {
		if (row->kind != OPTION_HEADING)
			printf("--%s ", row->name);
	}
	printf("' -- \"$word\"))\n");
	if (c->takes_folder)
		printf("\t[[ $word == -* ]] || COMPREPLY=($(compgen -d -- \"$word\"))\n");
	printf("}\ncomplete -o filenames -F _");
	print_function(c->program);
	printf(" %s\n", c->program);
}

/* ---- zsh: a line of _arguments for each option ----------------------------------------- */

/* Inside single quotes and brackets. */
static void print_zsh_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			printf("'\\''");
		else if (*text == '[' || *text == ']' || *text == ':')
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void print_zsh_option(const struct option_row *row, const char *dashed)
{
	/* "*": the option may be repeated, as most may. */
	printf("\t'*%s%s[", dashed,
	    row->argument && dashed[1] == '-' ? "="
		: row->argument               ? "+"
					      : "");
	print_zsh_text(row->help);
	putchar(']');
	switch (value_of(row)) {
	case VALUE_NONE:
		break;
	case VALUE_CHOICE:
		putchar(':');
		print_zsh_text(row->argument);
		printf(":(");
		print_choices(row);
		putchar(')');
		break;
	case VALUE_FILE:
		printf(":%s:_files", row->argument);
		break;
	case VALUE_FOLDER:
		printf(":%s:_files -/", row->argument);
		break;
	default:
		putchar(':');
		print_zsh_text(row->argument);
		putchar(':');
	}
	printf("' \\\n");
}

static void print_zsh(const struct options_completion *c)
{
	char dashed[64];

	printf("#compdef %s\n_arguments -s \\\n", c->program);
	for (const struct option_row *row = c->rows; row->name; row++) {
		if (row->kind == OPTION_HEADING)
			continue;
		snprintf(dashed, sizeof dashed, "--%s", row->name);
		print_zsh_option(row, dashed);
		if (!row->letter)
			continue;
		snprintf(dashed, sizeof dashed, "-%c", row->letter);
		print_zsh_option(row, dashed);
	}
	printf("\t'*:operand:_default'\n");
}

/* ---- fish: a command for each option --------------------------------------------------- */

static void print_fish_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
}

static void print_fish_option(const struct options_completion *c, const struct option_row *row)
{
	printf("complete -c %s -l %s", c->program, row->name);
	if (row->letter)
		printf(" -s %c", row->letter);
	switch (value_of(row)) {
	case VALUE_NONE:
		break;
	case VALUE_CHOICE:
		printf(" -x -a '");
		print_choices(row);
		putchar('\'');
		break;
	case VALUE_FILE:
		printf(" -r -F");
		break;
	case VALUE_FOLDER:
		printf(" -x -a '(__fish_complete_directories)'");
		break;
	default:
		printf(" -x");
	}
	printf(" -d '");
	print_fish_text(row->help);
	printf("'\n");
}

static void print_fish(const struct options_completion *c)
{
	printf("complete -c %s -f%s\n", c->program,
	    c->takes_folder ? " -a '(__fish_complete_directories)'" : "");
	for (const struct option_row *row = c->rows; row->name; row++) {
		if (row->kind != OPTION_HEADING)
			print_fish_option(c, row);
	}
}

int options_completion_print(const struct options_completion *c, const char *shell,
    struct outcome *oc)
{
	if (strcmp(shell, "bash") == 0)
		print_bash(c);
	else if (strcmp(shell, "zsh") == 0)
		print_zsh(c);
	else if (strcmp(shell, "fish") == 0)
		print_fish(c);
	else
		return outcome_set(oc, OC_USAGE, "no completion for the shell \"%s\"", shell);
	return 0;
}
