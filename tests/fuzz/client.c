/* SPDX-License-Identifier: MIT */
#include "fuzz/client.h"

#include <sys/socket.h>

#include "client/judge/staple.h"
#include "client/session/context.h"
#include "client/step/verify.h"
#include "fuzz/service.h"
#include "fuzz/target.h"

static SSL_CTX *make_context(enum service_transport transport)
{
	static const struct client_context_judge judges = { verify_callback, staple_callback };
	static const struct tls_trust trust = { .ca_file = "ca.pem" };
	static const struct tls_policy_choice policy;
	static const struct tls_identity nobody;
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx;

	fuzz_enter_folder();
	ctx = client_context_new_over(transport, &trust, &policy, &nobody, &judges, &oc);
	fuzz_leave_folder();
	fuzz_expect(ctx != NULL);
	return ctx;
}

SSL_CTX *fuzz_client_context(void)
{
	static SSL_CTX *ctx;

	if (!ctx)
		ctx = make_context(OVER_TCP);
	return ctx;
}

SSL_CTX *fuzz_dtls_client_context(void)
{
	static SSL_CTX *ctx;

	if (!ctx)
		ctx = make_context(OVER_DTLS);
	return ctx;
}

enum { ROUNDS = 64 };

enum io fuzz_client_play(struct tls_conn *client, int peer, const uint8_t *data, size_t size,
    size_t piece, struct outcome *oc)
{
	enum io io = tls_conn_handshake(client, oc);

	while (size > 0 && io != IO_FAILED && io != IO_DONE) {
		size_t n = size < piece ? size : piece;

		if (send(peer, data, n, MSG_NOSIGNAL) != (ssize_t)n)
			break;
		data += n;
		size -= n;
		io = tls_conn_handshake(client, oc);
	}
	shutdown(peer, SHUT_WR);
	for (int i = 0; i < ROUNDS && io != IO_FAILED && io != IO_DONE; i++)
		io = tls_conn_handshake(client, oc);
	return io;
}
