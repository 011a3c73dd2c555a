/* SPDX-License-Identifier: MIT */
#include "tls/datagram.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>

#include "tls/buffer.h"

/* Two bytes of length before each datagram that is kept. */
enum { LENGTH_BYTES = 2 };

void tls_datagram_init(struct tls_datagram *d, tls_datagram_send *send, const void *path)
{
	memset(d, 0, sizeof *d);
	d->send = send;
	d->path = path;
	d->payload = TLS_DATAGRAM_PAYLOAD;
}

static void forget_flight(struct tls_datagram *d)
{
	free(d->kept);
	d->kept = NULL;
	d->kept_len = 0;
	d->too_long = false;
}

void tls_datagram_free(struct tls_datagram *d)
{
	forget_flight(d);
	d->in = NULL;
	d->in_len = d->out_len = 0;
}

void tls_datagram_give(struct tls_datagram *d, const void *bytes, size_t len)
{
	struct tls_buffer *seen = d->seen;

	if (seen && seen->ceiling > 0 && seen->received >= seen->ceiling) {
		seen->sated = true;
		return;
	}
	d->in = bytes;
	d->in_len = len;
	if (seen)
		seen->received += len;
}

void tls_datagram_serve(struct tls_datagram *d)
{
	d->serves = true;
	d->limit = (struct dtls_limit){ .later = 0 };
}

void tls_datagram_drop(struct tls_datagram *d)
{
	d->in = NULL;
	d->in_len = 0;
}

/* Only as a whole can a flight be sent again. */
static void keep(struct tls_datagram *d, const unsigned char *bytes, size_t len)
{
	size_t more = d->kept_len + LENGTH_BYTES + len;
	unsigned char *kept =
	    d->too_long || more > TLS_DATAGRAM_KEPT_MAX ? NULL : realloc(d->kept, more);

	if (!kept) {
		forget_flight(d);
		d->too_long = true;
		return;
	}
	d->kept = kept;
	kept[d->kept_len] = (unsigned char)(len >> 8);
	kept[d->kept_len + 1] = (unsigned char)len;
	memcpy(kept + d->kept_len + LENGTH_BYTES, bytes, len);
	d->kept_len = more;
}

static void send_out(struct tls_datagram *d, const unsigned char *bytes, size_t len)
{
	int error = d->send(d->path, bytes, len);

	keep(d, bytes, len);
	if (!d->seen)
		return;
	if (d->serves || (error && !d->seen->send_errno))
		d->seen->send_errno = error;
	if (!error)
		d->seen->sent += len;
}

void tls_datagram_flush(struct tls_datagram *d)
{
	if (d->out_len > 0)
		send_out(d, d->out, d->out_len);
	d->out_len = 0;
}

void tls_datagram_repeat(const struct tls_datagram *d)
{
	for (size_t at = 0; at < d->kept_len;) {
		size_t len = (size_t)(d->kept[at] << 8 | d->kept[at + 1]);

		d->send(d->path, d->kept + at + LENGTH_BYTES, len);
		at += LENGTH_BYTES + len;
	}
}

/* A record is read whole or not at all; libssl's buffer holds the longest. */
static int bio_read(BIO *b, char *to, int max)
{
	struct tls_datagram *d = BIO_get_data(b);
	size_t n = d->in ? d->in_len : 0;

	BIO_clear_retry_flags(b);
	if (n > 0 && d->serves)
		n = dtls_limit_apply(&d->limit, d->in, n);
	/* One of no bytes would be the end of a stream. */
	if (n == 0) {
		tls_datagram_drop(d);
		BIO_set_retry_read(b);
		return -1;
	}
	if (n > (size_t)max)
		n = (size_t)max;
	memcpy(to, d->in, n);
	tls_datagram_drop(d);
	/* The answer begins a new flight. */
	forget_flight(d);
	return (int)n;
}

/* A record never crosses the end of a datagram (RFC 6347 section 4.1.1). */
static int bio_write(BIO *b, const char *from, int len)
{
	struct tls_datagram *d = BIO_get_data(b);
	size_t n = (size_t)len;

	BIO_clear_retry_flags(b);
	if (d->out_len + n > d->payload)
		tls_datagram_flush(d);
	if (n > d->payload) {
		send_out(d, (const unsigned char *)from, n);
		return len;
	}
	memcpy(d->out + d->out_len, from, n);
	d->out_len += n;
	return len;
}

/* The library asks for a smaller payload after several flights without an answer. */
static long fall_back(struct tls_datagram *d)
{
	if (d->payload > TLS_DATAGRAM_SMALL_PAYLOAD) {
		tls_datagram_flush(d);
		d->payload = TLS_DATAGRAM_SMALL_PAYLOAD;
	}
	return (long)d->payload;
}

static long bio_ctrl(BIO *b, int command, long number, void *pointer)
{
	struct tls_datagram *d = BIO_get_data(b);

	(void)number;
	(void)pointer;
	switch (command) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_DGRAM_QUERY_MTU:
		return (long)d->payload;
	case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
		return fall_back(d);
	default:
		return 0;
	}
}

/* One for the whole process: the first connection creates it, and nobody frees it. */
static BIO_METHOD *method;
static CRYPTO_ONCE method_once = CRYPTO_ONCE_STATIC_INIT;

static void make_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tlsdatagram");

	if (m && BIO_meth_set_read(m, bio_read) && BIO_meth_set_write(m, bio_write) &&
	    BIO_meth_set_ctrl(m, bio_ctrl))
		method = m;
	else
		BIO_meth_free(m);
}

BIO *tls_datagram_bio(struct tls_datagram *d, struct tls_buffer *seen)
{
	BIO *b;

	d->seen = seen;
	if (!CRYPTO_THREAD_run_once(&method_once, make_method) || !method)
		return NULL;
	b = BIO_new(method);
	if (b) {
		BIO_set_data(b, d);
		BIO_set_init(b, 1);
	}
	return b;
}
