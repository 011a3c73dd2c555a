/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a server's answer to our ClientHello. The first byte says how many come at a time.
 * The client ends with the peer, has verified nobody, and says why.
 */
#include "fuzz/target.h"

#include <sys/socket.h>
#include <unistd.h>

#include "client/judge/verdict.h"
#include "tls/conn.h"
#include "fuzz/certificate.h"
#include "fuzz/client.h"

enum { INPUT_MAX = 16384, PIECES_MAX = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct verdict verdict = { .ran = false };
	struct outcome oc = OUTCOME_NONE;
	struct tls_conn *client;
	size_t piece;
	int ends[2];

	if (size == 0 || size > INPUT_MAX)
		return 0;
	piece = (size_t)data[0] + 1;
	if (size / piece > PIECES_MAX)
		piece = size / PIECES_MAX + 1;
	fuzz_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	client = tls_conn_new_client(
	    fuzz_client_context(), ends[0], "a.test", "a.test", &verdict, &oc);
	fuzz_expect(client != NULL);
	fuzz_expect(fuzz_client_play(client, ends[1], data + 1, size - 1, piece, &oc) == IO_FAILED);
	fuzz_expect(outcome_layer(oc.code) == LAYER_HANDSHAKE ||
	    outcome_layer(oc.code) == LAYER_VERIFY || outcome_layer(oc.code) == LAYER_CLIENT);
	fuzz_expect(oc.detail[0] && fuzz_is_shown(oc.detail) && fuzz_is_shown(oc.advice));
	fuzz_expect(tls_conn_received(client) <= size - 1);
	tls_conn_free(client);
	verdict_free(&verdict);
	close(ends[0]);
	close(ends[1]);
	return 0;
}
