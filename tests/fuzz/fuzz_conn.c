/* SPDX-License-Identifier: MIT */
/*
 * A whole connection of the server, over a socket pair. The first byte says how
 * it comes: the lowest bit from a balancer, the rest how many bytes at a time.
 * Whatever comes, it ends when the peer has ended and the deadlines are over.
 */
#include "fuzz/target.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/tlsctx.h"
#include "server/conn.h"
#include "support/testpki.h"

enum { PHASE_MS = 1000, INPUT_MAX = 16384, PIECES_MAX = 512 };

static const struct conn_limits limits = { {
    [PHASE_PROXY] = PHASE_MS,
    [PHASE_HANDSHAKE] = PHASE_MS,
    [PHASE_REQUEST] = PHASE_MS,
    [PHASE_GREETING] = PHASE_MS,
    [PHASE_LINGER] = PHASE_MS,
} };
static const struct access everybody;
static char greeting[] = "hello\n";
static struct service service = { .greeting = greeting, .greeting_len = 6, .close_early = true };

static void make_service(void)
{
	const struct tlsident id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct tlsctx_choice choice = { .tickets = 0 };
	struct outcome oc = OUTCOME_NONE;
	const struct testpki_cert *root, *leaf;
	int here = open(".", O_RDONLY | O_DIRECTORY);

	testpki_begin();
	root = testpki_root("Root");
	leaf = testpki_leaf(root, "DNS:localhost");
	testpki_write_certs("chain.pem", leaf, NULL);
	testpki_write_key("key.pem", leaf, NULL);
	service.tls = tlsctx_server(&id, &choice, &oc);
	fuzz_expect(service.tls != NULL);
	testpki_end();
	/* libFuzzer names what it finds from where it was started. */
	fuzz_expect(here >= 0 && fchdir(here) == 0);
	close(here);
}

/* What the server says is of no interest, but its buffer must not fill. */
static void discard(int peer)
{
	char bytes[4096];

	while (recv(peer, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
}

static void play(struct conn *c, int peer, const uint8_t *data, size_t size, size_t piece)
{
	uint64_t now = 1;

	while (size > 0 && conn_step(c, now) != CONN_WANT_FREE) {
		size_t n = size < piece ? size : piece;

		if (send(peer, data, n, MSG_NOSIGNAL) != (ssize_t)n)
			break;
		data += n;
		size -= n;
		discard(peer);
	}
	shutdown(peer, SHUT_WR);
	for (int i = 0; i < 2 * CONN_PHASES && conn_step(c, now) != CONN_WANT_FREE; i++) {
		discard(peer);
		now += PHASE_MS;
	}
	fuzz_expect(conn_get_state(c) == CONN_DONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct addr nobody = { .ss.any.sa_family = AF_UNIX, .len = sizeof(sa_family_t) };
	const struct conn_record *r;
	size_t piece;
	struct conn *c;
	int ends[2];

	if (!service.tls)
		make_service();
	if (size == 0 || size > INPUT_MAX)
		return 0;
	piece = (size_t)(data[0] >> 1) + 1;
	if (size / piece > PIECES_MAX)
		piece = size / PIECES_MAX + 1;
	fuzz_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	c = conn_new(&service, &limits, ends[0], &nobody, 1);
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
