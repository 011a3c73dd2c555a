/* SPDX-License-Identifier: MIT */
#include "support/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bytes_put(struct bytes *b, const void *from, size_t len)
{
	if (len > sizeof b->at - b->len) {
		fputs("a datagram is too long\n", stderr);
		exit(2);
	}
	if (len > 0)
		memcpy(b->at + b->len, from, len);
	b->len += len;
}

void bytes_put_number(struct bytes *b, unsigned width, uint64_t number)
{
	while (width-- > 0) {
		unsigned char byte = (unsigned char)(number >> 8 * width);

		bytes_put(b, &byte, 1);
	}
}
