/* SPDX-License-Identifier: MIT */
#include "tls/der.h"

#include <stdint.h>

int der_next(struct der *in, struct der *out)
{
	size_t head = 2, len, count;
	int tag;

	if (in->len < 2)
		return -1;
	tag = in->p[0];
	len = in->p[1];
	if (len == 0x80) {
		len = SIZE_MAX;
	} else if (len > 0x80) {
		count = len - 0x80;
		if (count > 4 || in->len < 2 + count)
			return -1;
		for (len = 0; head < 2 + count; head++)
			len = len << 8 | in->p[head];
	}
	if (len > in->len - head)
		len = in->len - head;
	*out = (struct der){ in->p + head, len };
	in->p += head + len;
	in->len -= head + len;
	return tag;
}

int der_first_tag(struct der in)
{
	struct der unused;

	return der_next(&in, &unused);
}
