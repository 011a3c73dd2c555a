/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_DER_H
#define HELLO_TLS_DER_H

#include <stddef.h>

/* Reads the elements of a file in DER, as far as it takes to recognize the file. Pure. */
struct der {
	const unsigned char *p;
	size_t len;
};

enum {
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_SEQUENCE = 0x30,
	DER_VERSION = 0xa0 /* [0], in a certificate */
};

/*
 * The next element of in: returns its tag, and its content in out. If it is cut short or has no
 * definite length, the content is what is there. Returns -1 at the end.
 */
int der_next(struct der *in, struct der *out);

/* The tag of the first element in it, or -1. */
int der_first_tag(struct der in);

#endif
