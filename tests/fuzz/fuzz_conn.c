/* SPDX-License-Identifier: MIT */
/*
 * A whole connection of the server, over a socket pair. The first byte says how
 * it comes: the lowest bit from a balancer, the rest how many bytes at a time.
 * Whatever comes, it ends when the peer has ended and the deadlines are over.
 */
#include "fuzz/target.h"

#include <sys/socket.h>
#include <unistd.h>

#include "fuzz/service.h"

enum { INPUT_MAX = 16384, PIECES_MAX = 512 };

static const struct access everybody;

/* What the server says is of no interest, but its buffer must not fill. */
static void discard(int peer)
{
	char bytes[4096];

	while (recv(peer, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
}

static void play(struct conn *c, int peer, const uint8_t *data, size_t size, size_t piece)
{
	while (size > 0 && conn_step(c, 1) != CONN_WANT_FREE) {
		size_t n = size < piece ? size : piece;

		if (send(peer, data, n, MSG_NOSIGNAL) != (ssize_t)n)
			break;
		data += n;
		size -= n;
		discard(peer);
	}
	fuzz_finish(c, peer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct addr nobody = { .ss.any.sa_family = AF_UNIX, .len = sizeof(sa_family_t) };
	const struct conn_record *r;
	size_t piece;
	struct conn *c;
	int ends[2];

	if (size == 0 || size > INPUT_MAX)
		return 0;
	piece = (size_t)(data[0] >> 1) + 1;
	if (size / piece > PIECES_MAX)
		piece = size / PIECES_MAX + 1;
	fuzz_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	c = conn_new(fuzz_service(), &fuzz_plan, ends[0], &nobody, 1);
	fuzz_expect(c && (!(data[0] & 1) || conn_expect_proxy(c, &everybody) == 0));
	play(c, ends[1], data + 1, size - 1, piece);
	r = conn_get_record(c);
	/* Nobody has proved a Finished, so nobody was greeted. */
	fuzz_expect(r->code != OC_OK && r->code != OC_INTERNAL && r->failure && r->stage);
	fuzz_expect(r->received <= size - 1);
	conn_free(c);
	close(ends[1]);
	return 0;
}
