/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_FUZZ_TARGET_H
#define HELLO_TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * What each target defines, as libFuzzer wants it: any bytes may come, none may
 * crash it, and what it promises must hold. Returns 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise that does not depend on NDEBUG. */
static inline void fuzz_expect(int holds)
{
	if (!holds)
		abort();
}

/* Takes the next datagram, which follows its length in two bytes, off the input. */
static inline int fuzz_next_datagram(const uint8_t **data, size_t *size, const uint8_t **at,
    size_t *len)
{
	if (*size < 2)
		return 0;
	*len = (size_t)((*data)[0] << 8 | (*data)[1]);
	if (*len > *size - 2)
		*len = *size - 2;
	*at = *data + 2;
	*data += 2 + *len;
	*size -= 2 + *len;
	return 1;
}

/* The input as a text, for the caller to free. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	fuzz_expect(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

#endif
