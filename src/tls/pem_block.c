/* SPDX-License-Identifier: MIT */
#include "tls/pem_block.h"

#include <string.h>

static const char begin_mark[] = "-----BEGIN ", end_mark[] = "-----END ", dashes[] = "-----";

enum { BEGIN_LEN = sizeof begin_mark - 1, END_LEN = sizeof end_mark - 1, DASHES = 5 };

static bool starts(const char *p, size_t len, const char *with, size_t with_len)
{
	return len >= with_len && memcmp(p, with, with_len) == 0;
}

static size_t line_length(const char *p, size_t len)
{
	const char *end = memchr(p, '\n', len);

	return end ? (size_t)(end - p) + 1 : len;
}

static size_t count_blanks(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && (p[n] == ' ' || p[n] == '\t'))
		n++;
	return n;
}

/* Stores the label at p in the block. Returns the length of it and its dashes; 0: there is none. */
static size_t read_label(const char *p, size_t len, char *label, size_t room)
{
	size_t n = 0;

	while (n < len && n + 1 < room && p[n] != '-' && p[n] != '\n')
		n++;
	if (n == 0 || !starts(p + n, len - n, dashes, DASHES))
		return 0;
	memcpy(label, p, n);
	label[n] = '\0';
	return n + DASHES;
}

static bool is_blank(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r' && p[i] != '\n')
			return false;
	}
	return true;
}

/* The END line of a block; the next block may begin on the rest of that line. */
static void end_block(struct pem_block_walk *w, struct pem_block *b, const char *line, size_t len)
{
	char label[sizeof b->label];
	size_t n = read_label(line + END_LEN, len - END_LEN, label, sizeof label);

	if (n == 0 || strcmp(label, b->label) != 0) {
		b->flaw = FLAW_OTHER_END;
	} else if (!is_blank(line + END_LEN + n, len - END_LEN - n) && b->flaw == FLAW_NONE) {
		b->flaw = starts(line + END_LEN + n, len - END_LEN - n, begin_mark, BEGIN_LEN)
		    ? FLAW_GLUED
		    : FLAW_ONE_LINE;
	}
	w->at += len;
	w->line++;
	b->len = w->at - b->at;
}

/* The text between the BEGIN line and the END line. */
static void walk_block(struct pem_block_walk *w, struct pem_block *b)
{
	while (w->at < w->len) {
		const char *line = w->bytes + w->at;
		size_t len = line_length(line, w->len - w->at), in = count_blanks(line, len);

		if (starts(line + in, len - in, begin_mark, BEGIN_LEN))
			break;
		if (starts(line + in, len - in, end_mark, END_LEN)) {
			w->at += in;
			end_block(w, b, line + in, len - in);
			return;
		}
		w->at += len;
		w->line++;
	}
	if (b->flaw != FLAW_ONE_LINE)
		b->flaw = FLAW_CUT;
	b->len = w->at - b->at;
}

bool pem_block_next(struct pem_block_walk *w, struct pem_block *b)
{
	/* Notepad writes a byte order mark before UTF-8. */
	if (w->at == 0 && starts(w->bytes, w->len, "\xef\xbb\xbf", 3))
		w->at = 3;
	while (w->at < w->len) {
		const char *line = w->bytes + w->at;
		size_t len = line_length(line, w->len - w->at), in = count_blanks(line, len), n = 0;

		if (starts(line + in, len - in, begin_mark, BEGIN_LEN))
			n = read_label(line + in + BEGIN_LEN, len - in - BEGIN_LEN, b->label,
			    sizeof b->label);
		b->at = w->at + in;
		b->line = w->line;
		w->at += len;
		w->line++;
		if (n == 0)
			continue;
		b->number = ++w->number;
		b->flaw = in > 0 ? FLAW_INDENTED : FLAW_NONE;
		if (!is_blank(line + in + BEGIN_LEN + n, len - in - BEGIN_LEN - n))
			b->flaw = FLAW_ONE_LINE;
		walk_block(w, b);
		return true;
	}
	return false;
}

const char *pem_block_flaw(enum pem_block_flaw flaw)
{
	static const char *const words[] = {
		[FLAW_NONE] = "is damaged",
		[FLAW_CUT] = "is cut short: its END line is missing",
		[FLAW_OTHER_END] = "ends with the END line of another kind",
		[FLAW_GLUED] = ("is not separated from the next one: "
				"the line break between END and BEGIN is missing"),
		[FLAW_INDENTED] = "is indented: its BEGIN line starts with blanks",
		[FLAW_ONE_LINE] = "lacks its line breaks",
	};

	return words[flaw];
}
