/* SPDX-License-Identifier: MIT */
#include "client/options/target_list.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/input_file.h"
#include "client/options/options_check.h"
#include "tls/file_format.h"

static const char blanks[] = " \t\r\n";

/* ---- words -------------------------------------------------------------------------- */

/* Copy the word at p to *to without its quotes. Returns its end, or NULL: unterminated quote. */
static char *copy_word(char *p, char **to)
{
	bool quoted = false;

	for (; *p && (quoted || !strchr(blanks, *p)); p++) {
		if (*p == '"')
			quoted = !quoted;
		else
			*(*to)++ = *p;
	}
	return quoted ? NULL : p;
}

/* Split line in place; argv[0] stands for the program's name. Returns argc, or -1. */
static int split(char *line, char *argv[TARGET_LIST_WORDS_MAX], struct outcome *oc)
{
	static char no_name[] = "";
	char *p = line, *to = line, *end;
	int argc = 1;

	argv[0] = no_name;
	for (;;) {
		p += strspn(p, blanks);
		if (!*p || *p == '#')
			return argc;
		if (argc == TARGET_LIST_WORDS_MAX)
			return outcome_set(oc, OC_USAGE, "more than %d words",
			    TARGET_LIST_WORDS_MAX - 1);
		argv[argc++] = to;
		end = copy_word(p, &to);
		if (!end)
			return outcome_set(oc, OC_USAGE, "unterminated quotation mark");
		p = *end ? end + 1 : end;
		*to++ = '\0';
	}
}

/* ---- options ------------------------------------------------------------------------- */

/* A part of struct client_options that differs from the common options; its bytes follow. */
struct change {
	uint32_t at, len;
};

/* A part ends where so many bytes are the same: less would not pay for another head. */
enum { GAP = sizeof(struct change) };

/* The length of the part that differs at the beginning of both. */
static size_t differing(const unsigned char *a, const unsigned char *b, size_t len)
{
	size_t end = 0;

	for (size_t i = 0; i < len && i < end + GAP; i++) {
		if (a[i] != b[i])
			end = i + 1;
	}
	return end;
}

/* Returns the size of all changes; to is NULL, or has room for them. */
static size_t find_changes(const struct client_options *base, const struct client_options *o,
    unsigned char *to)
{
	const unsigned char *from = (const unsigned char *)base, *now = (const unsigned char *)o;
	size_t size = 0;

	for (size_t at = 0; at < sizeof *o; at++) {
		const struct change c = { (uint32_t)at,
			(uint32_t)differing(from + at, now + at, sizeof *o - at) };

		if (c.len == 0)
			continue;
		if (to) {
			memcpy(to + size, &c, sizeof c);
			memcpy(to + size + sizeof c, now + at, c.len);
		}
		size += sizeof c + c.len;
		at += c.len;
	}
	return size;
}

/* Returns 0, or -1 when there is no memory. */
static int keep_changes(struct target *t, const struct client_options *base,
    const struct client_options *o)
{
	t->changes_size = find_changes(base, o, NULL);
	t->changes = malloc(t->changes_size);
	if (!t->changes)
		return -1;
	find_changes(base, o, t->changes);
	return 0;
}

void target_list_options(const struct target_list *list, size_t i,
    const struct client_options *base, struct client_options *o)
{
	const struct target *t = &list->targets[i];

	memcpy(o, base, sizeof *o);
	for (size_t k = 0; k < t->changes_size;) {
		struct change c;

		memcpy(&c, t->changes + k, sizeof c);
		memcpy((unsigned char *)o + c.at, t->changes + k + sizeof c, c.len);
		k += sizeof c + c.len;
	}
}

static int parse(char *words, const struct client_options *base, struct client_options *o,
    struct outcome *oc)
{
	char *argv[TARGET_LIST_WORDS_MAX];
	int argc = split(words, argv, oc);

	if (argc < 0 || client_options_parse_target(o, base, argc, argv, oc) != 0)
		return -1;
	return client_options_check(o, oc);
}

/* ---- the file ------------------------------------------------------------------------- */

static bool is_empty(const char *line)
{
	line += strspn(line, blanks);
	return !*line || *line == '#';
}

/* Makes room for one more target; the room doubles each time. */
static struct target *add_room(struct target_list *list)
{
	bool full = (list->count & (list->count - 1)) == 0;
	size_t room = list->count == 0 ? 1 : 2 * list->count;
	struct target *targets = list->targets;

	if (full) {
		targets = realloc(targets, room * sizeof *targets);
		if (!targets)
			return NULL;
		list->targets = targets;
	}
	return &targets[list->count];
}

/* Returns 0, or -1 when there is no memory. */
static int keep_detour(struct target *t, const struct client_options *base,
    const struct client_options *o)
{
	struct route_endpoint usual, to;
	char text[sizeof to.host + sizeof to.port];

	route_follow(&base->route, o->host, o->port, &usual);
	route_follow(&o->route, o->host, o->port, &to);
	if (strcmp(usual.host, to.host) == 0 && strcmp(usual.port, to.port) == 0)
		return 0;
	snprintf(text, sizeof text, "%s %s", to.host, to.port);
	t->detour = strdup(text);
	return t->detour ? 0 : -1;
}

static int add_line(struct target_list *list, const char *line, unsigned number,
    const struct client_options *base, struct outcome *oc)
{
	struct outcome failed = OUTCOME_NONE;
	struct target *t = add_room(list);
	struct client_options o;

	if (!t)
		return outcome_set(oc, OC_INTERNAL, "out of memory for targets");
	*t = (struct target){ .words = strdup(line), .number = number };
	list->count++;
	if (!t->words)
		return outcome_set(oc, OC_INTERNAL, "out of memory for targets");
	if (parse(t->words, base, &o, &failed) != 0) {
		outcome_set(oc, failed.code, "line %u: %.400s", number, failed.detail);
		if (failed.advice[0])
			outcome_advise(oc, "%s", failed.advice);
		return -1;
	}
	t->host = strdup(o.host);
	t->port = strdup(o.port);
	if (!t->host || !t->port || keep_detour(t, base, &o) != 0 || keep_changes(t, base, &o) != 0)
		return outcome_set(oc, OC_INTERNAL, "out of memory for targets");
	return 0;
}

static int reject_binary(const struct input_file *file, const char *path, struct outcome *oc)
{
	enum file_format format = file_format_recognize(file->bytes, file->len);
	char advice[FILE_FORMAT_ADVICE_MAX];

	outcome_set(oc, OC_FILE, "the list of targets %s cannot be used: it is %s", path,
	    file_format_name(format));
	outcome_advise(oc, "%s", file_format_advise(format, WANT_TEXT, path, advice));
	return -1;
}

static int reject_empty(const char *path, struct outcome *oc)
{
	outcome_set(oc, OC_USAGE, "no target in %s",
	    strcmp(path, "-") == 0 ? "standard input" : path);
	outcome_advise(oc, "write one target on each line, such as localhost 8443");
	return -1;
}

static int read_lines(struct target_list *list, const struct input_file *file,
    const struct client_options *base, struct outcome *oc)
{
	static const char mark[] = "\xef\xbb\xbf"; /* byte order mark of some editors */
	char *rest = (char *)file->bytes, *line;
	unsigned number = 0;
	int ret = 0;

	if (memchr(file->bytes, '\0', file->len))
		return reject_binary(file, base->targets, oc);
	if (strncmp(rest, mark, sizeof mark - 1) == 0)
		rest += sizeof mark - 1;
	while (ret == 0 && (line = strsep(&rest, "\n"))) {
		number++;
		if (!is_empty(line))
			ret = add_line(list, line, number, base, oc);
	}
	return ret == 0 && list->count == 0 ? reject_empty(base->targets, oc) : ret;
}

int target_list_read(struct target_list *list, const struct client_options *base,
    struct outcome *oc)
{
	static const struct input_file_want want = { "the list of targets", TARGET_LIST_BYTES_MAX,
		false };
	struct input_file file = INPUT_FILE_NONE;
	int ret;

	memset(list, 0, sizeof *list);
	if (strcmp(base->targets, "-") == 0)
		ret = input_file_read_stdin(&file, &want, oc);
	else
		ret = input_file_read(&file, base->targets, &want, oc);
	if (ret != 0)
		return -1;
	ret = read_lines(list, &file, base, oc);
	input_file_free(&file);
	if (ret != 0)
		target_list_free(list);
	return ret;
}

void target_list_free(struct target_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->targets[i].words);
		free(list->targets[i].changes);
		free(list->targets[i].host);
		free(list->targets[i].port);
		free(list->targets[i].detour);
	}
	free(list->targets);
	list->targets = NULL;
	list->count = 0;
}
