/* SPDX-License-Identifier: MIT */
#include "limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>

static const char greeting[] = "Hello world\n";

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "limit: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

/* ---- the wire: one array for each direction -------------------------------- */

struct direction {
	unsigned char bytes[32 * 1024];
	size_t begin, end;
};

/* An end writes to one direction and reads from the other. */
struct end {
	struct direction *in, *out;
};

static struct direction to_server, to_client;
static struct end server_end = { &to_server, &to_client }, client_end = { &to_client, &to_server };

static int wire_write(BIO *b, const char *from, int len)
{
	struct direction *d = ((struct end *)BIO_get_data(b))->out;

	if ((size_t)len > sizeof d->bytes - d->end)
		die("a handshake is longer than expected");
	memcpy(d->bytes + d->end, from, (size_t)len);
	d->end += (size_t)len;
	return len;
}

static int wire_read(BIO *b, char *to, int max)
{
	struct direction *d = ((struct end *)BIO_get_data(b))->in;
	size_t n = d->end - d->begin;

	BIO_clear_retry_flags(b);
	if (n == 0) {
		BIO_set_retry_read(b);
		return -1;
	}
	if (n > (size_t)max)
		n = (size_t)max;
	memcpy(to, d->bytes + d->begin, n);
	d->begin += n;
	return (int)n;
}

static long wire_ctrl(BIO *b, int command, long number, void *pointer)
{
	(void)b;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

static int wire_create(BIO *b)
{
	BIO_set_init(b, 1);
	return 1;
}

static BIO_METHOD *wire_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "memory");

	if (!m)
		die("BIO_meth_new");
	BIO_meth_set_write(m, wire_write);
	BIO_meth_set_read(m, wire_read);
	BIO_meth_set_ctrl(m, wire_ctrl);
	BIO_meth_set_create(m, wire_create);
	return m;
}

static SSL *make_ssl(const struct pair *p, SSL_CTX *ctx, struct end *end)
{
	SSL *ssl = SSL_new(ctx);
	BIO *bio = BIO_new(p->wire);

	if (!ssl || !bio)
		die("SSL_new");
	BIO_set_data(bio, end);
	SSL_set_bio(ssl, bio, bio);
	return ssl;
}

/* ---- the two ends ---------------------------------------------------------- */

static void make_lean(SSL_CTX *server, const struct scenario *s)
{
	if (SSL_CTX_set_ciphersuites(server, "TLS_AES_128_GCM_SHA256") != 1 ||
	    SSL_CTX_set_cipher_list(server, "ECDHE+AESGCM:!AES256") != 1 ||
	    SSL_CTX_set_num_tickets(server, s->resumed ? 1 : 0) != 1)
		die("the lean configuration");
	SSL_CTX_set_mode(server, SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_session_cache_mode(server, SSL_SESS_CACHE_OFF);
	if (s->version == TLS1_2_VERSION && !s->resumed)
		SSL_CTX_set_options(server, SSL_OP_NO_TICKET);
}

int pair_open(struct pair *p, const struct scenario *s, enum variant v, const char *cert,
    const char *key)
{
	*p = (struct pair){ .scenario = s };
	p->server_ctx = SSL_CTX_new(TLS_server_method());
	p->client_ctx = SSL_CTX_new(TLS_client_method());
	p->wire = wire_method();
	if (!p->server_ctx || !p->client_ctx)
		die("SSL_CTX_new");
	if (SSL_CTX_set1_groups_list(p->client_ctx, s->groups) != 1 ||
	    SSL_CTX_set1_groups_list(p->server_ctx, s->groups) != 1) {
		ERR_clear_error();
		return -1;
	}
	if (SSL_CTX_use_certificate_chain_file(p->server_ctx, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(p->server_ctx, key, SSL_FILETYPE_PEM) != 1)
		die(cert);
	if (SSL_CTX_set_min_proto_version(p->client_ctx, s->version) != 1 ||
	    SSL_CTX_set_max_proto_version(p->client_ctx, s->version) != 1)
		die("the protocol version");
	SSL_CTX_set_session_cache_mode(p->client_ctx, SSL_SESS_CACHE_OFF);
	if (v == VARIANT_LEAN)
		make_lean(p->server_ctx, s);
	return 0;
}

void client_begin(struct pair *p)
{
	to_server.begin = to_server.end = to_client.begin = to_client.end = 0;
	p->client = make_ssl(p, p->client_ctx, &client_end);
	SSL_set_connect_state(p->client);
	if (p->session) {
		SSL_SESSION *copy = SSL_SESSION_dup(p->session);

		if (!copy || SSL_set_session(p->client, copy) != 1)
			die("SSL_set_session");
		SSL_SESSION_free(copy);
	}
	SSL_do_handshake(p->client);
}

__attribute__((noinline)) void server_begin(struct pair *p)
{
	p->server = make_ssl(p, p->server_ctx, &server_end);
	SSL_set_accept_state(p->server);
	SSL_do_handshake(p->server);
}

void client_answer(struct pair *p)
{
	ERR_clear_error();
	SSL_do_handshake(p->client);
}

__attribute__((noinline)) void server_finish(struct pair *p)
{
	if (SSL_do_handshake(p->server) != 1 ||
	    SSL_write(p->server, greeting, sizeof greeting - 1) != sizeof greeting - 1 ||
	    SSL_shutdown(p->server) < 0)
		die("the server's part of the handshake");
	SSL_free(p->server);
}

void client_finish(struct pair *p)
{
	char buf[64];

	if (SSL_do_handshake(p->client) != 1)
		die("the client's part of the handshake");
	if (p->session && !SSL_session_reused(p->client))
		die("the session was not resumed");
	if (SSL_read(p->client, buf, sizeof buf) != sizeof greeting - 1 ||
	    memcmp(buf, greeting, sizeof greeting - 1) != 0)
		die("the data is not the greeting");
	if (SSL_read(p->client, buf, sizeof buf) > 0 ||
	    !(SSL_get_shutdown(p->client) & SSL_RECEIVED_SHUTDOWN))
		die("the close_notify is missing");
	SSL_shutdown(p->client);
	if (p->scenario->resumed && !p->session)
		p->session = SSL_get1_session(p->client);
	SSL_free(p->client);
	p->sent = to_client.end;
}
