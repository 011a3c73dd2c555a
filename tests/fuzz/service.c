/* SPDX-License-Identifier: MIT */
#include "fuzz/service.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/tlsctx.h"
#include "fuzz/target.h"
#include "support/testpki.h"

const struct conn_limits fuzz_limits = { {
    [PHASE_PROXY] = FUZZ_PHASE_MS,
    [PHASE_HANDSHAKE] = FUZZ_PHASE_MS,
    [PHASE_REQUEST] = FUZZ_PHASE_MS,
    [PHASE_GREETING] = FUZZ_PHASE_MS,
    [PHASE_LINGER] = FUZZ_PHASE_MS,
} };

static char greeting[] = "hello\n";
static struct service service = { .greeting = greeting,
	.greeting_len = 6,
	.close_early = true,
	.node = "fuzz" };

struct service *fuzz_service(void)
{
	const struct tlsident id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct tlsctx_choice choice = { .tickets = 0 };
	struct outcome oc = OUTCOME_NONE;
	const struct testpki_cert *leaf;
	int here;

	if (service.tls)
		return &service;
	here = open(".", O_RDONLY | O_DIRECTORY);
	testpki_begin();
	leaf = testpki_leaf(testpki_root("Root"), "DNS:localhost");
	testpki_write_certs("chain.pem", leaf, NULL);
	testpki_write_key("key.pem", leaf, NULL);
	service.tls = tlsctx_server(&id, &choice, &oc);
	fuzz_expect(service.tls != NULL);
	testpki_end();
	/* libFuzzer names what it finds from where it was started. */
	fuzz_expect(here >= 0 && fchdir(here) == 0);
	close(here);
	return &service;
}

void fuzz_finish(struct conn *c, int peer)
{
	uint64_t now = 1;
	char bytes[4096];

	shutdown(peer, SHUT_WR);
	for (int i = 0; i < 2 * CONN_PHASES && conn_step(c, now) != CONN_WANT_FREE; i++) {
		while (recv(peer, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
			;
		now += FUZZ_PHASE_MS;
	}
	fuzz_expect(conn_get_state(c) == CONN_DONE);
}
