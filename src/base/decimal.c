/* SPDX-License-Identifier: MIT */
#include "base/decimal.h"

#include <string.h>

size_t decimal_put(uint64_t n, char *at)
{
	char digits[DECIMAL_MAX] = "";
	size_t first = sizeof digits - 1;

	do
		digits[--first] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	memcpy(at, digits + first, sizeof digits - first);
	return sizeof digits - 1 - first;
}

void decimal_put_padded(unsigned n, size_t width, char *at)
{
	for (size_t i = width; i-- > 0; n /= 10)
		at[i] = (char)('0' + n % 10);
}
