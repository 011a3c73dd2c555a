/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_PEM_BLOCK_H
#define HELLO_TLS_PEM_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Finds the blocks of a PEM file (RFC 7468), and the fault of each in its text.
 * Stricter than the TLS library, which skips what it does not recognise as a block and
 * so loses certificates silently. Pure; accepts any bytes.
 */
enum pem_block_flaw {
	FLAW_NONE,
	FLAW_CUT,       /* no END line before the next block, or at all */
	FLAW_OTHER_END, /* its END line is of another kind */
	FLAW_GLUED,     /* the next block begins on its END line */
	FLAW_INDENTED,  /* blanks before its BEGIN line */
	FLAW_ONE_LINE   /* line breaks are missing, or are written as \n */
};

/* From its BEGIN line to its END line. */
struct pem_block {
	char label[40];      /* "CERTIFICATE" */
	size_t number, line; /* number of its BEGIN line, from 1 */
	size_t at, len;      /* its position in the bytes */
	enum pem_block_flaw flaw;
};

/* A position among the blocks; begin with PEM_BLOCK_WALK. */
struct pem_block_walk {
	const char *bytes;
	size_t len, at, line, number;
};

#define PEM_BLOCK_WALK(bytes, len) ((struct pem_block_walk){ (bytes), (len), 0, 1, 0 })

/* Returns false after the last block. */
bool pem_block_next(struct pem_block_walk *w, struct pem_block *b);

/* "its END line is missing": to follow the name of a block. Static. */
const char *pem_block_flaw(enum pem_block_flaw flaw);

#endif
