/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_PEM_BLOCK_H
#define HELLO_TLS_PEM_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where the blocks of a PEM file are (RFC 7468), and what is wrong with each as
 * text. Stricter than the TLS library, which passes over what it does not see as a
 * block, and so loses certificates without a word. Pure; any bytes will do.
 */
enum pemblock_flaw {
	FLAW_NONE,
	FLAW_CUT,       /* no END line before the next block, or at all */
	FLAW_OTHER_END, /* its END line is another kind's */
	FLAW_GLUED,     /* the next block begins on its END line */
	FLAW_INDENTED,  /* blanks before its BEGIN line */
	FLAW_ONE_LINE   /* line breaks are missing, or are written as \n */
};

/* From its BEGIN line to its END line. */
struct pemblock {
	char label[40];      /* "CERTIFICATE" */
	size_t number, line; /* of its BEGIN line; from 1 */
	size_t at, len;      /* where it is among the bytes */
	enum pemblock_flaw flaw;
};

/* A walk along the blocks; begin with PEMBLOCK_WALK. */
struct pemblock_walk {
	const char *bytes;
	size_t len, at, line, number;
};

#define PEMBLOCK_WALK(bytes, len) ((struct pemblock_walk){ (bytes), (len), 0, 1, 0 })

/* False: there is no further one. */
bool pemblock_next(struct pemblock_walk *w, struct pemblock *b);

/* "its END line is missing": goes on after the name of a block. Static. */
const char *pemblock_flaw(enum pemblock_flaw flaw);

#endif
