/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_BYTES_H
#define HELLO_TESTS_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* A datagram, or a part of one, that a peer in tests puts together. */
enum { BYTES_SIZE = 4096 };
struct bytes {
	unsigned char at[BYTES_SIZE];
	size_t len;
};

/* Both append, and exit with status 2 where there is no room. A number is big-endian. */
void bytes_put(struct bytes *b, const void *from, size_t len);
void bytes_put_number(struct bytes *b, unsigned width, uint64_t number);

#endif
