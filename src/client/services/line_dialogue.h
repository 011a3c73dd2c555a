/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_LINE_DIALOGUE_H
#define HELLO_CLIENT_SERVICES_LINE_DIALOGUE_H

#include <stdbool.h>

#include "client/services/dialogue.h"

/* The form of an answer that consists of lines, and how it ends. */
enum line_form {
	LINE_CODE,      /* "250-..." until "250 ...": SMTP (RFC 5321), FTP (RFC 959) */
	LINE_ONE,       /* one line that begins with + or -: POP3 (RFC 1939), Redis */
	LINE_LIST,      /* as LINE_ONE; if it is good, more lines until "." */
	LINE_CODE_LIST, /* as LINE_LIST, but with a code: NNTP (RFC 3977) */
	LINE_UNTAGGED,  /* "* OK ...": the greeting of IMAP (RFC 9051) */
	LINE_TAGGED,    /* "* ..." until "a OK ..." */
	LINE_SIEVE,     /* "\"SIEVE\" ..." until OK, NO or BYE (RFC 5804) */
	LINE_IRC        /* any lines until the good one, or an error */
};

/* The client sends a line, or nothing, and the server answers. */
struct line_turn {
	const char *say; /* with its CRLF; NULL: the server begins */
	enum line_form form;
	const char *good;  /* how the status of a good answer begins: "220" */
	const char *other; /* another good beginning, or NULL */
	const char *offer; /* must be among the answer's lines; NULL: no condition */
	bool may_fail;     /* continue after any answer; only a good one shows offers */
};

/* The data of a dialogue_kind whose functions are line_*. The last turn has no good. */
struct line_script {
	const char *tag; /* for LINE_TAGGED: "a " */
	struct line_turn turns[4];
};

void line_begin(struct dialogue *d);
enum dialogue_unit line_whole(struct dialogue *d);
enum dialogue_end line_take(struct dialogue *d);

#endif
