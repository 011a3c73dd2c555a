/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the answer of a service inside TLS. The bits of the first byte choose the service,
 * and what the server does besides. What is shown of an answer is clean, also of a bad one.
 */
#include "fuzz/target.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "base/text.h"
#include "client/session/session.h"
#include "client/step/answer.h"
#include "fuzz/certificate.h"
#include "fuzz/client.h"
#include "fuzz/service.h"
#include "tls/conn.h"

enum { INPUT_MAX = 32768, WAIT_MS = 1000, ROUNDS = 10 };
enum { HTTP2 = 1, ASKS = 2, CUT = 4, STRICT = 8, OTHER_PORT = 16, DIALOGUE = 32, SILENT = 64 };

static SSL *server_new(int fd, uint8_t choice)
{
	static const struct testpki_cert *leaf;
	static SSL_CTX *ctx;
	SSL *ssl;

	if (!ctx) {
		leaf = testpki_leaf(fuzz_ca(), "DNS:a.test");
		ctx = SSL_CTX_new(TLS_server_method());
		fuzz_expect(ctx && SSL_CTX_use_certificate(ctx, leaf->cert) == 1 &&
		    SSL_CTX_use_PrivateKey(ctx, leaf->key) == 1);
	}
	ssl = SSL_new(ctx);
	fuzz_expect(ssl && SSL_set_fd(ssl, fd) == 1 && SSL_set_num_tickets(ssl, 0) == 1);
	if (choice & ASKS)
		SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	SSL_set_accept_state(ssl);
	return ssl;
}

static void shake_hands(struct session *s, SSL *server)
{
	struct outcome oc = OUTCOME_NONE;
	enum io io = IO_WANT_READ;

	s->tls = tls_conn_new_client(s->ctx, s->fd, NULL, "a.test", &s->verdict, &oc);
	fuzz_expect(s->tls != NULL);
	for (int i = 0; i < ROUNDS && (io != IO_DONE || !SSL_is_init_finished(server)); i++) {
		SSL_do_handshake(server);
		io = tls_conn_handshake(s->tls, &oc);
		/* Our Finished waits in the buffer. */
		if (io == IO_DONE)
			tls_conn_await(s->tls);
	}
	fuzz_expect(io == IO_DONE && SSL_is_init_finished(server));
}

/* All that the server will ever say is in the socket before the client begins. */
static void answer(SSL *server, int fd, const uint8_t *data, size_t size, uint8_t choice)
{
	fuzz_expect(size == 0 || SSL_write(server, data, (int)size) == (int)size);
	if (!(choice & CUT))
		SSL_shutdown(server);
	shutdown(fd, SHUT_WR);
}

static void judge(const struct session *s, int ret, const struct outcome *oc)
{
	size_t len = s->greeting_len;

	fuzz_expect((ret == 0) == (oc->code == OC_OK));
	fuzz_expect(len == 0 || s->greeting[len - 1] == '\n');
	fuzz_expect(len == 0 || text_is_clean(s->greeting, len - 1));
	fuzz_expect(fuzz_is_shown(s->remark));
	if (ret == 0)
		return;
	fuzz_expect(oc->code == OC_GREETING_MISMATCH || oc->code == OC_GREETING_TRUNCATED ||
	    oc->code == OC_GREETING_EMPTY || oc->code == OC_CLIENT_CERT_REQUIRED);
	fuzz_expect(fuzz_is_shown(oc->detail) && fuzz_is_shown(oc->advice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct client_options options = { .host = "a.test",
		.path = "/",
		.read_ms = WAIT_MS,
		.max_ms = 4 * WAIT_MS };
	static struct session s;
	struct outcome oc = OUTCOME_NONE;
	uint8_t choice = size > 0 ? data[0] : 0;
	const char *service = choice & SILENT ? "ldaps" : choice & DIALOGUE ? "smtps" : "https";
	int ends[2];
	SSL *server;

	if (size == 0 || size > INPUT_MAX)
		return 0;
	snprintf(options.port, sizeof options.port, "%s", choice & OTHER_PORT ? "8443" : "443");
	options.expect_status = choice & STRICT ? "200-204,301" : NULL;
	options.service.service = service_find(service, strlen(service));
	session_init(&s, &options, fuzz_client_context());
	fuzz_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	s.fd = ends[0];
	server = server_new(ends[1], choice);
	shake_hands(&s, server);
	snprintf(s.alpn, sizeof s.alpn, "%s", choice & HTTP2 ? "h2" : "http/1.1");
	answer(server, ends[1], data + 1, size - 1, choice);
	judge(&s, answer_await(&s, &oc), &oc);
	SSL_free(server);
	session_free(&s);
	close(ends[1]);
	return 0;
}
