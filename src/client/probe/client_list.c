/* SPDX-License-Identifier: MIT */
#include "client/probe/client_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/input_file.h"

enum { PATH_TEXT_MAX = 4096, NAME_MAX_ = 64 };

/* The columns of clients.tsv. */
enum { NAME, WRONG, SENDS, NEEDS, VERDICT, SPIFFE_VERDICT, REASON, COLUMNS };

struct list_reader {
	struct client_list *list;
	const char *folder;
	char file[PATH_TEXT_MAX]; /* clients.tsv */
	unsigned line;
};

static int bad(const struct list_reader *r, const char *what, const char *value, struct outcome *oc)
{
	outcome_set(oc, OC_FILE, "%s, line %u: %s \"%.64s\"", r->file, r->line, what, value);
	outcome_advise(oc, "make the folder anew: hello-certs zoo NEW-FOLDER");
	return -1;
}

/* Part of a path, and of the table. */
static bool is_name(const char *name)
{
	return strlen(name) <= NAME_MAX_ &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

static char *join(const struct list_reader *r, const char *name, const char *file)
{
	size_t size = strlen(r->folder) + strlen(name) + strlen(file) + 3;
	char *path = malloc(size);

	if (path)
		snprintf(path, size, "%s/%s/%s", r->folder, name, file);
	return path;
}

static int set_should(const struct list_reader *r, const char *word, struct client_list_row *row,
    struct outcome *oc)
{
	if (strcmp(word, "accept") == 0)
		row->should = ADMISSION_ACCEPT;
	else if (strcmp(word, "refuse") == 0)
		row->should = ADMISSION_REFUSE;
	else if (strcmp(word, "either") == 0)
		row->should = ADMISSION_EITHER;
	else
		return bad(r, "unknown verdict", word, oc);
	return 0;
}

static int set_files(const struct list_reader *r, const char *sends, struct client_list_row *row,
    struct outcome *oc)
{
	if (strcmp(sends, "nothing") == 0)
		return 0;
	if (strcmp(sends, "chain") != 0)
		return bad(r, "cannot send", sends, oc);
	row->chain_file = join(r, row->name, "chain.pem");
	row->key_file = join(r, row->name, "key.pem");
	if (row->chain_file && row->key_file)
		return 0;
	return outcome_set(oc, OC_INTERNAL, "out of memory for the clients");
}

/* The good client goes first, see mode_client_zoo. */
static void put_good_first(struct client_list *list)
{
	struct client_list_row last = list->rows[list->count - 1];

	if (strcmp(last.name, admission_good) != 0)
		return;
	memmove(&list->rows[1], &list->rows[0], (list->count - 1) * sizeof list->rows[0]);
	list->rows[0] = last;
}

static bool is_listed(const struct client_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->rows[i].name, name) == 0)
			return true;
	}
	return false;
}

static int add(struct list_reader *r, char *columns[COLUMNS], struct outcome *oc)
{
	struct client_list *list = r->list;
	struct client_list_row *row = &list->rows[list->count];

	if (strncmp(columns[NAME], "client-", 7) != 0)
		return 0;
	if (list->count == CLIENT_LIST_MAX)
		return bad(r, "too many clients, from", columns[NAME], oc);
	if (!is_name(columns[NAME]))
		return bad(r, "invalid name", columns[NAME], oc);
	if (is_listed(list, columns[NAME]))
		return bad(r, "this client is listed twice:", columns[NAME], oc);
	*row = (struct client_list_row){ .name = columns[NAME], .wrong = columns[WRONG] };
	list->count++;
	if (set_should(r, columns[VERDICT], row, oc) != 0 ||
	    set_files(r, columns[SENDS], row, oc) != 0)
		return -1;
	put_good_first(list);
	return 0;
}

/* The words of the list are printed. */
static bool is_text(const char *line)
{
	for (; *line; line++) {
		if (((unsigned char)*line < ' ' && *line != '\t') || *line == 0x7f)
			return false;
	}
	return true;
}

static int read_line(struct list_reader *r, char *line, struct outcome *oc)
{
	char *columns[COLUMNS];

	r->line++;
	if (line[0] != '\0' && line[strlen(line) - 1] == '\r')
		line[strlen(line) - 1] = '\0';
	if (!is_text(line))
		return bad(r, "control character in", line, oc);
	if (line[0] == '#' || line[0] == '\0')
		return 0;
	for (size_t i = 0; i < COLUMNS; i++) {
		columns[i] = strsep(&line, "\t");
		if (!columns[i])
			return bad(r, "too few columns after", columns[0], oc);
	}
	return add(r, columns, oc);
}

/* Without the good client, or without a bad one, nothing could be concluded. */
static int check(const struct list_reader *r, struct outcome *oc)
{
	const struct client_list *list = r->list;
	const struct client_list_row *good = &list->rows[0];
	size_t refused = 0;

	if (list->count == 0 || strcmp(good->name, admission_good) != 0)
		return bad(r, "there is no client", admission_good, oc);
	if (good->should != ADMISSION_ACCEPT || !good->chain_file)
		return bad(r, "servers must accept, and get the chain of,", admission_good, oc);
	for (size_t i = 1; i < list->count; i++)
		refused += list->rows[i].should == ADMISSION_REFUSE;
	return refused > 0 ? 0 : bad(r, "there is no client to", "refuse", oc);
}

static int read_lines(struct list_reader *r, struct outcome *oc)
{
	char *at = r->list->text, *line;

	while ((line = strsep(&at, "\n"))) {
		if (read_line(r, line, oc) != 0)
			return -1;
	}
	return check(r, oc);
}

int client_list_read(struct client_list *list, const char *folder, struct outcome *oc)
{
	static const struct input_file_want want = { .what = "the list of clients",
		.max = 64 * INPUT_FILE_KIB };
	struct list_reader r = { .list = list, .folder = folder };
	struct input_file f = INPUT_FILE_NONE;
	int ret = -1;

	*list = (struct client_list){ .count = 0 };
	if ((size_t)snprintf(r.file, sizeof r.file, "%s/clients.tsv", folder) >= sizeof r.file)
		return outcome_set(oc, OC_FILE, "the path of the zoo is too long");
	if (input_file_read(&f, r.file, &want, oc) != 0) {
		outcome_advise(oc, "--client-zoo needs a folder made by: hello-certs zoo FOLDER");
		return -1;
	}
	list->text = strndup((char *)f.bytes, f.len);
	if (!list->text)
		outcome_set(oc, OC_INTERNAL, "out of memory for the clients");
	else if (strlen(list->text) < f.len)
		outcome_set(oc, OC_FILE, "%s is not text: it has a NUL byte", r.file);
	else
		ret = read_lines(&r, oc);
	input_file_free(&f);
	return ret;
}

void client_list_free(struct client_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->rows[i].chain_file);
		free(list->rows[i].key_file);
	}
	free(list->text);
	*list = (struct client_list){ .count = 0 };
}
