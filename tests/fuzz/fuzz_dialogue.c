/* SPDX-License-Identifier: MIT */
/*
 * What a server says before TLS, inside it, and to --client-zoo: the first byte chooses the
 * service, the place, and whether the server speaks unasked; the rest is the server's. In one piece
 * or byte by byte, the end is the same, and nothing behind it is taken.
 */
#include "fuzz/target.h"

#include <string.h>

#include "base/text.h"
#include "client/services/dialogue.h"
#include "client/services/service.h"

enum { SAID_MAX = 4 * DIALOGUE_OUT_MAX };

struct play {
	struct dialogue d;
	unsigned char said[SAID_MAX];
	size_t said_len, used;
};

static void send_out(struct play *p)
{
	fuzz_expect(p->d.out_len < DIALOGUE_OUT_MAX && p->said_len + p->d.out_len <= SAID_MAX);
	memcpy(p->said + p->said_len, p->d.out, p->d.out_len);
	p->said_len += p->d.out_len;
	p->d.out_len = 0;
}

enum { UNASKED = 0x80 };

static void play(struct play *p, const struct dialogue_kind *kind, bool unasked,
    const uint8_t *data, size_t size, size_t piece)
{
	enum dialogue_end end = DIALOGUE_GOES_ON;

	memset(p, 0, sizeof *p);
	dialogue_begin(&p->d, kind, "mx.test");
	p->d.unasked = unasked;
	send_out(p);
	while (p->used < size && end == DIALOGUE_GOES_ON) {
		size_t n = size - p->used < piece ? size - p->used : piece, used;

		end = dialogue_feed(&p->d, data + p->used, n, &used);
		fuzz_expect(used > 0 && used <= n);
		p->used += used;
		send_out(p);
	}
	fuzz_expect(p->used <= DIALOGUE_BYTES_MAX + 1);
	fuzz_expect(text_is_clean(p->d.words, strlen(p->d.words)));
	fuzz_expect(text_is_clean(p->d.first, strlen(p->d.first)));
	fuzz_expect((p->d.end == DIALOGUE_FAILED) == (p->d.why != NULL));
}

/* NULL: there is none of this number. */
static const struct dialogue_kind *kind_of(unsigned number)
{
	for (const struct service_row *s = services; s->name; s++) {
		if (s->before && number-- == 0)
			return s->before;
		if (s->inside && number-- == 0)
			return s->inside;
	}
	for (const struct service_row *s = services; s->name; s++)
		if (s->admission && number-- == 0)
			return s->admission;
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct play whole, pieces;
	const struct dialogue_kind *kind = size > 0 ? kind_of(data[0] % UNASKED) : NULL;
	bool unasked = kind && (data[0] & UNASKED);

	if (!kind)
		return 0;
	play(&whole, kind, unasked, data + 1, size - 1, size);
	play(&pieces, kind, unasked, data + 1, size - 1, 1);
	fuzz_expect(whole.used == pieces.used);
	fuzz_expect(pieces.d.end == (whole.d.injected ? DIALOGUE_DONE : whole.d.end));
	fuzz_expect(whole.said_len == pieces.said_len);
	fuzz_expect(memcmp(whole.said, pieces.said, whole.said_len) == 0);
	fuzz_expect(!whole.d.injected || !kind->inside_tls);
	return 0;
}
