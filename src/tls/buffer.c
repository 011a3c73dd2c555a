/* SPDX-License-Identifier: MIT */
#include "tls/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>

/* One TLS record with its overhead (RFC 8446 section 5.2) fits in either buffer. */
enum { BUFFER_SIZE = 17 * 1024, SMALL_RECORD = 128 };

/* Elsewhere the FIN has a segment of its own. */
#ifndef MSG_MORE
#define MSG_MORE 0
#endif

void tls_buffer_init(struct tls_buffer *w, int fd)
{
	memset(w, 0, sizeof *w);
	w->fd = fd;
}

static void drop(unsigned char **buffer, size_t *at, size_t *len)
{
	free(*buffer);
	*buffer = NULL;
	*at = *len = 0;
}

void tls_buffer_free(struct tls_buffer *w)
{
	drop(&w->in, &w->in_at, &w->in_len);
	drop(&w->out, &w->out_at, &w->out_len);
}

bool tls_buffer_pending(const struct tls_buffer *w)
{
	return w->out_len > w->out_at;
}

void tls_buffer_split(struct tls_buffer *w, size_t at)
{
	w->split = at;
}

void tls_buffer_end(struct tls_buffer *w)
{
	w->ending = true;
}

/* How many of the gathered bytes the next send may take. */
static size_t next_length(const struct tls_buffer *w)
{
	size_t len = w->out_len - w->out_at;

	return w->sent < w->split && len > w->split - w->sent ? (size_t)(w->split - w->sent) : len;
}

enum io tls_buffer_flush(struct tls_buffer *w)
{
	const int flags = MSG_NOSIGNAL | (w->ending ? MSG_MORE : 0);

	while (tls_buffer_pending(w)) {
		ssize_t n = send(w->fd, w->out + w->out_at, next_length(w), flags);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return IO_WANT_WRITE;
		if (n < 0) {
			w->send_errno = errno;
			break;
		}
		w->out_at += (size_t)n;
		w->sent += (uint64_t)n;
		if (w->split > 0 && w->sent == w->split && tls_buffer_pending(w))
			return IO_WANT_WRITE;
	}
	drop(&w->out, &w->out_at, &w->out_len);
	return IO_DONE;
}

enum io tls_buffer_await(struct tls_buffer *w)
{
	if (tls_buffer_flush(w) == IO_WANT_WRITE)
		return IO_WANT_WRITE;
	w->drained = false;
	return w->in_len > w->in_at ? IO_DONE : tls_buffer_want(w);
}

enum io tls_buffer_want(const struct tls_buffer *w)
{
	return w->sated ? IO_WANT_TIME : IO_WANT_READ;
}

/* Stops reading, and drops what was not processed yet. */
static void stop_reading(struct tls_buffer *w)
{
	w->sated = true;
	drop(&w->in, &w->in_at, &w->in_len);
}

enum io tls_buffer_flush_if_full(struct tls_buffer *w)
{
	return BUFFER_SIZE - w->out_len < SMALL_RECORD ? tls_buffer_flush(w) : IO_DONE;
}

void tls_buffer_bound(struct tls_buffer *w, size_t ceiling, size_t hello_max)
{
	w->ceiling = ceiling;
	w->hello_max = hello_max;
}

void tls_buffer_allow(struct tls_buffer *w, size_t bytes, unsigned turns)
{
	w->ceiling = w->received + bytes;
	w->turns_left = turns;
}

void tls_buffer_count_turn(struct tls_buffer *w)
{
	if (w->turns_left > 0 && --w->turns_left == 0)
		stop_reading(w);
}

int tls_buffer_explain_refusal(const struct tls_buffer *w, struct outcome *oc)
{
	outcome_set(oc, OC_HANDSHAKE_FAILED,
	    "the ClientHello announces %zu bytes; the limit is %zu", w->refused,
	    w->hello_max);
	return TLS_BUFFER_REFUSAL;
}

static void keep_head(struct tls_buffer *w)
{
	size_t n = TLS_BUFFER_HEAD - w->head_len;

	if (n > w->in_len)
		n = w->in_len;
	memcpy(w->head + w->head_len, w->in, n);
	w->head_len += n;
}

/*
 * The library allocates the length that a ClientHello announces before its bytes
 * arrive, and rejects no length below 128 KiB. There are no keys yet, so the alert is
 * sent in clear.
 */
static void refuse_hello(struct tls_buffer *w)
{
	static const unsigned char alert[] = { 21, 3, 3, 0, 2, 2, TLS_BUFFER_REFUSAL };

	w->refused = hello_length_longest(&w->hello);
	drop(&w->in, &w->in_at, &w->in_len);
	if (!w->out && (w->out = malloc(BUFFER_SIZE)))
		memcpy(w->out, alert, w->out_len = sizeof alert);
}

/*
 * Returns 1 if there are bytes, 0 at the end of the stream, -1 if there is nothing now
 * or an error.
 */
static int receive(struct tls_buffer *w)
{
	ssize_t n;

	if (w->ceiling > 0 && w->received >= w->ceiling) {
		stop_reading(w);
		return -1;
	}
	if (!w->in && !(w->in = malloc(BUFFER_SIZE))) {
		w->recv_errno = ENOMEM;
		return -1;
	}
	do
		n = recv(w->fd, w->in, BUFFER_SIZE, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		w->in_at = 0;
		w->in_len = (size_t)n;
		if (w->received == 0)
			w->opening = w->sent;
		w->received += (uint64_t)n;
		w->drained = true;
		keep_head(w);
		if (w->hello_max > 0) {
			hello_length_feed(&w->hello, w->in, w->in_len);
			if (hello_length_longest(&w->hello) > w->hello_max)
				refuse_hello(w);
		}
		return 1;
	}
	if (n == 0)
		w->eof = true;
	else if (errno != EAGAIN && errno != EWOULDBLOCK)
		w->recv_errno = errno;
	drop(&w->in, &w->in_at, &w->in_len);
	return n == 0 ? 0 : -1;
}

static int bio_read(BIO *b, char *to, int max)
{
	struct tls_buffer *w = BIO_get_data(b);
	size_t n;

	BIO_clear_retry_flags(b);
	if (w->in_len == w->in_at && !w->eof && !w->recv_errno && !w->refused) {
		/*
		 * One recv, then the caller waits. The library would keep asking while
		 * records bring no data, and a peer can send such records for ever.
		 * Usually another recv would find nothing.
		 */
		if (w->drained || w->sated || (receive(w) < 0 && !w->recv_errno)) {
			w->drained = false;
			BIO_set_retry_read(b);
			return -1;
		}
	}
	if (w->in_len == w->in_at)
		return w->recv_errno || w->refused ? -1 : 0;
	n = w->in_len - w->in_at;
	if (n > (size_t)max)
		n = (size_t)max;
	memcpy(to, w->in + w->in_at, n);
	w->in_at += n;
	if (w->in_at == w->in_len)
		drop(&w->in, &w->in_at, &w->in_len);
	return (int)n;
}

static int bio_write(BIO *b, const char *from, int len)
{
	struct tls_buffer *w = BIO_get_data(b);
	size_t room;

	BIO_clear_retry_flags(b);
	if (w->out_len == BUFFER_SIZE && tls_buffer_flush(w) == IO_WANT_WRITE) {
		BIO_set_retry_write(b);
		return -1;
	}
	/* The peer is gone; the library reads on to learn why. */
	if (w->send_errno)
		return len;
	if (!w->out && !(w->out = malloc(BUFFER_SIZE))) {
		w->send_errno = ENOMEM;
		return -1;
	}
	room = BUFFER_SIZE - w->out_len;
	if (room > (size_t)len)
		room = (size_t)len;
	memcpy(w->out + w->out_len, from, room);
	w->out_len += room;
	return (int)room;
}

/* The caller decides when to flush; libssl asks for EOF to tell truncation from an error. */
static long bio_ctrl(BIO *b, int command, long number, void *pointer)
{
	struct tls_buffer *w = BIO_get_data(b);

	(void)number;
	(void)pointer;
	switch (command) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_EOF:
		return w->eof;
	default:
		return 0;
	}
}

/* One for the whole process: the first connection creates it, and nobody frees it. */
static BIO_METHOD *method;
static CRYPTO_ONCE method_once = CRYPTO_ONCE_STATIC_INIT;

static void make_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tlswire");

	if (m && BIO_meth_set_read(m, bio_read) && BIO_meth_set_write(m, bio_write) &&
	    BIO_meth_set_ctrl(m, bio_ctrl))
		method = m;
	else
		BIO_meth_free(m);
}

BIO *tls_buffer_bio(struct tls_buffer *w)
{
	BIO *b;

	if (!CRYPTO_THREAD_run_once(&method_once, make_method) || !method)
		return NULL;
	b = BIO_new(method);
	if (b) {
		BIO_set_data(b, w);
		BIO_set_init(b, 1);
	}
	return b;
}
