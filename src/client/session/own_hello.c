/* SPDX-License-Identifier: MIT */
#include "client/session/own_hello.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>

enum { CCS_RECORD = 20, HANDSHAKE_RECORD = 22, CLIENT_HELLO = 1, RECORD_HEAD = 5 };

/* ---- watching ------------------------------------------------------------------------------- */

/* SSL_CTX_set_msg_callback(3). */
static void record_hello(int written, int version, int type, const void *message, size_t len,
    SSL *ssl, void *own_hello)
{
	struct own_hello *own = own_hello;

	(void)version, (void)ssl;
	if (!written || type != SSL3_RT_HANDSHAKE || len == 0 ||
	    *(const unsigned char *)message != CLIENT_HELLO)
		return;
	if (++own->count == 2)
		own->second = len + RECORD_HEAD;
}

void own_hello_watch(struct tls_conn *t, struct own_hello *out)
{
	/* The object is const for everybody else. */
	SSL *ssl = (SSL *)tls_conn_library(t);

	*out = (struct own_hello){ .count = 0 };
	SSL_set_msg_callback(ssl, record_hello);
	SSL_set_msg_callback_arg(ssl, out);
}

/* ---- cutting -------------------------------------------------------------------------------- */

/* The state of a filter BIO, which owns it: the record that is being written, and what is left. */
struct cutter {
	size_t size;                     /* of a record's contents */
	unsigned char head[RECORD_HEAD]; /* of the library's record */
	size_t head_len, left;           /* bytes of each so far, and bytes to come */
	size_t piece_left;
	bool begun; /* the first byte of the contents was seen */
	bool cuts;  /* the record begins with a ClientHello */
	bool over;  /* another message was sent: no ClientHello follows */
	unsigned char *out;
	size_t out_at, out_len, out_max;
};

static bool put(struct cutter *c, const unsigned char *bytes, size_t len)
{
	if (c->out_max - c->out_len < len) {
		size_t max = 2 * (c->out_max + len);
		unsigned char *out = realloc(c->out, max);

		if (!out)
			return false;
		c->out = out;
		c->out_max = max;
	}
	memcpy(c->out + c->out_len, bytes, len);
	c->out_len += len;
	return true;
}

static bool put_head(struct cutter *c, size_t len)
{
	const unsigned char head[RECORD_HEAD] = { c->head[0], c->head[1], c->head[2],
		(unsigned char)(len >> 8), (unsigned char)len };

	c->piece_left = len;
	return put(c, head, sizeof head);
}

static bool feed_head(struct cutter *c, unsigned char byte)
{
	c->head[c->head_len++] = byte;
	if (c->head_len < RECORD_HEAD)
		return true;
	c->left = (size_t)c->head[3] << 8 | c->head[4];
	c->begun = false;
	if (c->left > 0)
		return true;
	c->head_len = 0;
	return put_head(c, 0);
}

static bool feed_contents(struct cutter *c, unsigned char byte)
{
	if (!c->begun) {
		c->begun = true;
		c->cuts = !c->over && c->head[0] == HANDSHAKE_RECORD && byte == CLIENT_HELLO;
		/* Encrypted records of TLS 1.2 have the same type and any contents. */
		c->over |= !c->cuts && c->head[0] != CCS_RECORD;
		c->piece_left = 0;
	}
	if (c->piece_left == 0 && !put_head(c, c->cuts && c->left > c->size ? c->size : c->left))
		return false;
	c->piece_left--;
	if (--c->left == 0)
		c->head_len = 0;
	return put(c, &byte, 1);
}

/* Writes what was gathered. Returns 1, or what BIO_write(3) returned: then call it again. */
static int pass_on(struct cutter *c, BIO *b)
{
	while (c->out_at < c->out_len) {
		int n = BIO_write(BIO_next(b), c->out + c->out_at, (int)(c->out_len - c->out_at));

		if (n <= 0) {
			BIO_copy_next_retry(b);
			return n;
		}
		c->out_at += (size_t)n;
	}
	c->out_at = c->out_len = 0;
	return 1;
}

static int bio_write(BIO *b, const char *from, int len)
{
	struct cutter *c = BIO_get_data(b);
	int n;

	BIO_clear_retry_flags(b);
	n = pass_on(c, b);
	if (n <= 0)
		return n;
	if (c->over && c->head_len == 0) {
		n = BIO_write(BIO_next(b), from, len);
		BIO_copy_next_retry(b);
		return n;
	}
	for (n = 0; n < len; n++) {
		unsigned char byte = (unsigned char)from[n];

		if (!(c->head_len < RECORD_HEAD ? feed_head(c, byte) : feed_contents(c, byte)))
			return -1;
	}
	/* What does not fit now waits for the next write or flush. */
	if (pass_on(c, b) <= 0)
		BIO_clear_retry_flags(b);
	return len;
}

static long bio_ctrl(BIO *b, int command, long number, void *pointer)
{
	struct cutter *c = BIO_get_data(b);

	if (command == BIO_CTRL_FLUSH) {
		int n;

		BIO_clear_retry_flags(b);
		n = pass_on(c, b);
		if (n <= 0)
			return n;
	}
	return BIO_ctrl(BIO_next(b), command, number, pointer);
}

static int bio_free(BIO *b)
{
	struct cutter *c = BIO_get_data(b);

	if (c)
		free(c->out);
	free(c);
	BIO_set_data(b, NULL);
	return 1;
}

/* One for the whole process: the first connection creates it, and nobody frees it. */
static BIO_METHOD *method;
static CRYPTO_ONCE method_once = CRYPTO_ONCE_STATIC_INIT;

static void make_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_FILTER, "own_hello");

	if (m && BIO_meth_set_write(m, bio_write) && BIO_meth_set_ctrl(m, bio_ctrl) &&
	    BIO_meth_set_destroy(m, bio_free))
		method = m;
	else
		BIO_meth_free(m);
}

static BIO *make_filter(size_t record)
{
	struct cutter *c = calloc(1, sizeof *c);
	BIO *b = NULL;

	if (c && CRYPTO_THREAD_run_once(&method_once, make_method) && method)
		b = BIO_new(method);
	if (!b) {
		free(c);
		return NULL;
	}
	c->size = record;
	BIO_set_data(b, c);
	BIO_set_init(b, 1);
	return b;
}

int own_hello_cut(struct tls_conn *t, size_t record, struct outcome *oc)
{
	/* The object is const for everybody else. */
	SSL *ssl = (SSL *)tls_conn_library(t);
	BIO *wire = SSL_get_wbio(ssl), *filter = make_filter(record);

	assert(record > 0);
	if (!filter || BIO_up_ref(wire) != 1) {
		BIO_free(filter);
		return outcome_set(oc, OC_INTERNAL, "out of memory for a TLS connection");
	}
	/* What is read does not pass the filter. */
	SSL_set0_wbio(ssl, BIO_push(filter, wire));
	return 0;
}
