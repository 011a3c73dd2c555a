/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_LINE_DIALOGUE_H
#define HELLO_CLIENT_SERVICES_LINE_DIALOGUE_H

#include <stdbool.h>

#include "client/services/dialogue.h"

/* How an answer in lines looks, and ends. */
enum line_form {
	LINE_CODE,      /* "250-..." until "250 ...": SMTP (RFC 5321), FTP (RFC 959) */
	LINE_ONE,       /* one line that begins with + or -: POP3 (RFC 1939), Redis */
	LINE_LIST,      /* such a line, and if it is good, more until "." */
	LINE_CODE_LIST, /* the same with a code: NNTP (RFC 3977) */
	LINE_UNTAGGED,  /* "* OK ...": the greeting of IMAP (RFC 9051) */
	LINE_TAGGED,    /* "* ..." until "a OK ..." */
	LINE_SIEVE,     /* "\"SIEVE\" ..." until OK, NO or BYE (RFC 5804) */
	LINE_IRC        /* any lines until the good one, or an error */
};

/* We say something, or nothing, and the server answers. */
struct line_turn {
	const char *say; /* with its CRLF; NULL: the server begins */
	enum line_form form;
	const char *good;  /* how the answer's status begins, "220" */
	const char *other; /* the same, as good; NULL */
	const char *offer; /* what has to be among the answer's lines; NULL */
	bool may_fail;     /* another answer goes on as well: it only tells nothing */
};

/* Of a dialogue_kind whose functions are line_*: its data, ended by a turn without good. */
struct line_script {
	const char *tag; /* of LINE_TAGGED, "a " */
	struct line_turn turns[4];
};

void line_begin(struct dialogue *d);
enum dialogue_unit line_whole(struct dialogue *d);
enum dialogue_end line_take(struct dialogue *d);

#endif
