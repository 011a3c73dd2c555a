/* SPDX-License-Identifier: MIT */
/*
 * A server shows a certificate that a CA has signed, with whatever content (fuzz/certificate.h),
 * and the client judges it. Of the first byte the lowest bit says TLS 1.2 or 1.3, the next one
 * whether the CA is sent along, the next two what name is asked for.
 */
#include "fuzz/target.h"

#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "client/judge/verdict.h"
#include "tls/conn.h"
#include "fuzz/certificate.h"
#include "fuzz/client.h"
#include "fuzz/service.h"

enum { ROUNDS = 20 };
enum { OLD = 1, WHOLE_CHAIN = 2 };

static const char *const names[] = { "a.test", "x.b.test", "192.0.2.1", "2001:db8::1" };

static SSL *server_new(int fd, X509 *cert, uint8_t choice)
{
	int version = choice & OLD ? TLS1_2_VERSION : TLS1_3_VERSION;
	static SSL_CTX *ctx;
	SSL *ssl;

	if (!ctx)
		ctx = SSL_CTX_new(TLS_server_method());
	ssl = SSL_new(ctx);
	fuzz_expect(
	    ssl && SSL_set_fd(ssl, fd) == 1 && SSL_set_max_proto_version(ssl, version) == 1);
	SSL_set_accept_state(ssl);
	if (SSL_use_certificate(ssl, cert) == 1 && SSL_use_PrivateKey(ssl, fuzz_ca()->key) == 1 &&
	    (!(choice & WHOLE_CHAIN) || SSL_add1_chain_cert(ssl, fuzz_ca()->cert) == 1))
		return ssl;
	SSL_free(ssl);
	return NULL;
}

static bool names_it(X509 *cert, const char *name)
{
	unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;

	return X509_check_host(cert, name, 0, flags, NULL) == 1 ||
	    X509_check_ip_asc(cert, name, 0) == 1;
}

/* It ends, a certificate that is taken has the name, and what is said of another may be shown. */
static void judge(enum io io, struct verdict *v, X509 *cert, const char *name)
{
	struct outcome oc = OUTCOME_NONE;

	for (int i = 0; i < v->chain_len && i < VERDICT_CHAIN_MAX; i++)
		fuzz_expect(fuzz_is_shown(v->chain[i].subject) && fuzz_is_shown(v->chain[i].sans));
	if (io == IO_DONE) {
		fuzz_expect(v->ran && v->error == X509_V_OK && names_it(cert, name));
		fuzz_expect(X509_check_purpose(cert, X509_PURPOSE_SSL_SERVER, 0) == 1);
	}
	if (!v->ran || v->error == X509_V_OK)
		return;
	fuzz_expect(io == IO_FAILED);
	fuzz_expect(verdict_explain(v, name, "--cacert ca.pem", &oc) == -1);
	fuzz_expect(outcome_layer(oc.code) == LAYER_VERIFY);
	fuzz_expect(fuzz_is_shown(oc.detail) && fuzz_is_shown(oc.advice));
}

static enum io shake_hands(struct tls_conn *client, SSL *server)
{
	struct outcome oc = OUTCOME_NONE;
	enum io io = IO_WANT_READ;

	for (int i = 0; i < ROUNDS && (io == IO_WANT_READ || io == IO_WANT_WRITE); i++) {
		SSL_do_handshake(server);
		io = tls_conn_handshake(client, &oc);
	}
	fuzz_expect(io == IO_DONE || io == IO_FAILED);
	if (io == IO_FAILED)
		fuzz_expect(oc.code != OC_OK && oc.code != OC_INTERNAL && fuzz_is_shown(oc.detail));
	return io;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome oc = OUTCOME_NONE;
	struct verdict verdict = { .ran = false };
	struct tls_conn *client;
	const char *name;
	SSL *server;
	X509 *cert;
	int ends[2];

	if (size == 0)
		return 0;
	name = names[data[0] >> 2 & 3];
	cert =
	    fuzz_certificate(data + 1, size - 1, fuzz_ca()->cert, fuzz_ca()->key, fuzz_ca()->key);
	if (!cert)
		return 0;
	fuzz_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	server = server_new(ends[1], cert, data[0]);
	client = tls_conn_new_client(fuzz_client_context(), ends[0], NULL, name, &verdict, &oc);
	fuzz_expect(client != NULL);
	if (server)
		judge(shake_hands(client, server), &verdict, cert, name);
	tls_conn_free(client);
	SSL_free(server);
	ERR_clear_error();
	verdict_free(&verdict);
	X509_free(cert);
	close(ends[0]);
	close(ends[1]);
	return 0;
}
