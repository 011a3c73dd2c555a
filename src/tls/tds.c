/* SPDX-License-Identifier: MIT */
#include "tls/tds.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>

void tds_packets_init(struct tds_packets *t)
{
	memset(t, 0, sizeof *t);
	t->out_len = TDS_HEAD;
}

void tds_packets_end(struct tds_packets *t)
{
	t->over = true;
}

static size_t length_of(const unsigned char head[TDS_HEAD])
{
	return (size_t)head[2] << 8 | head[3];
}

int tds_packets_explain(const struct tds_packets *t, struct outcome *oc)
{
	switch (t->fault) {
	case TDS_FAULT_TYPE:
		return outcome_set(oc, OC_STARTTLS_FAILED,
		    "the server sent 0x%02x where a TDS packet of the handshake begins with 0x%02x",
		    t->head[0], TDS_PRELOGIN);
	case TDS_FAULT_LENGTH:
		return outcome_set(oc, OC_STARTTLS_FAILED,
		    "the server sent a TDS packet with a length of %zu bytes; allowed are %d to %d",
		    length_of(t->head), TDS_HEAD, TDS_LENGTH_MAX);
	default:
		return outcome_set(oc, OC_STARTTLS_FAILED,
		    "the server sent more than %d empty TDS packets in the handshake",
		    TDS_EMPTY_MAX);
	}
}

/* ---- reading -------------------------------------------------------------------------------- */

/* The specification requires PRELOGIN; other clients accept any type, so allow the usual one. */
static enum tds_fault judge_head(const struct tds_packets *t)
{
	if (t->head[0] != TDS_PRELOGIN && t->head[0] != TDS_RESPONSE)
		return TDS_FAULT_TYPE;
	if (t->head_len < TDS_HEAD)
		return TDS_FAULT_NONE;
	if (length_of(t->head) < TDS_HEAD || length_of(t->head) > TDS_LENGTH_MAX)
		return TDS_FAULT_LENGTH;
	if (length_of(t->head) == TDS_HEAD && t->empty == TDS_EMPTY_MAX)
		return TDS_FAULT_EMPTY;
	return TDS_FAULT_NONE;
}

/*
 * Reads heads until a packet is not empty. Returns 1, or what BIO_read(3) returned, or -1 after a
 * fault.
 */
static int read_head(struct tds_packets *t, BIO *next)
{
	while (t->left == 0) {
		int n = BIO_read(next, t->head + t->head_len, (int)(TDS_HEAD - t->head_len));

		if (n <= 0)
			return n;
		t->head_len += (size_t)n;
		t->fault = judge_head(t);
		if (t->fault != TDS_FAULT_NONE)
			return -1;
		if (t->head_len < TDS_HEAD)
			continue;
		t->head_len = 0;
		t->left = length_of(t->head) - TDS_HEAD;
		if (t->left == 0)
			t->empty++;
	}
	return 1;
}

static void keep_first(struct tds_packets *t, const char *bytes, size_t len)
{
	size_t room = sizeof t->first - t->first_len;

	if (len > room)
		len = room;
	memcpy(t->first + t->first_len, bytes, len);
	t->first_len += len;
}

static int bio_read(BIO *b, char *to, int max)
{
	struct tds_packets *t = BIO_get_data(b);
	BIO *next = BIO_next(b);
	int n = 1;

	BIO_clear_retry_flags(b);
	if (t->fault != TDS_FAULT_NONE)
		return -1;
	if (!t->over)
		n = read_head(t, next);
	if (n > 0) {
		if (t->left > 0 && (size_t)max > t->left)
			max = (int)t->left;
		n = BIO_read(next, to, max);
	}
	if (n <= 0) {
		BIO_copy_next_retry(b);
		return n;
	}
	if (t->left > 0) {
		t->left -= (size_t)n;
		keep_first(t, to, (size_t)n);
	}
	return n;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Writes the gathered packet. Returns 1, or what BIO_write(3) returned: then call it again. */
static int pass_packet(struct tds_packets *t, BIO *b, bool last)
{
	if (t->out_at == 0) {
		const unsigned char head[TDS_HEAD] = { TDS_PRELOGIN, last ? TDS_END_OF_MESSAGE : 0,
			(unsigned char)(t->out_len >> 8), (unsigned char)t->out_len };

		memcpy(t->out, head, sizeof head);
	}
	while (t->out_at < t->out_len) {
		int n = BIO_write(BIO_next(b), t->out + t->out_at, (int)(t->out_len - t->out_at));

		if (n <= 0) {
			BIO_copy_next_retry(b);
			return n;
		}
		t->out_at += (size_t)n;
	}
	t->out_at = 0;
	t->out_len = TDS_HEAD;
	return 1;
}

static int bio_write(BIO *b, const char *from, int len)
{
	struct tds_packets *t = BIO_get_data(b);
	size_t room;

	BIO_clear_retry_flags(b);
	if (t->over) {
		int n = BIO_write(BIO_next(b), from, len);

		BIO_copy_next_retry(b);
		return n;
	}
	/* A full packet is kept until the next byte: it may be the last of its flight. */
	if (t->out_at > 0 || t->out_len == sizeof t->out) {
		int n = pass_packet(t, b, false);

		if (n <= 0)
			return n;
	}
	room = sizeof t->out - t->out_len;
	if (room > (size_t)len)
		room = (size_t)len;
	memcpy(t->out + t->out_len, from, room);
	t->out_len += room;
	return (int)room;
}

static long bio_ctrl(BIO *b, int command, long number, void *pointer)
{
	struct tds_packets *t = BIO_get_data(b);

	if (command == BIO_CTRL_FLUSH && t->out_len > TDS_HEAD) {
		int n;

		BIO_clear_retry_flags(b);
		n = pass_packet(t, b, true);
		if (n <= 0)
			return n;
	}
	return BIO_ctrl(BIO_next(b), command, number, pointer);
}

/* One for the whole process: the first connection creates it, and nobody frees it. */
static BIO_METHOD *method;
static CRYPTO_ONCE method_once = CRYPTO_ONCE_STATIC_INIT;

static void make_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_FILTER, "tds");

	if (m && BIO_meth_set_read(m, bio_read) && BIO_meth_set_write(m, bio_write) &&
	    BIO_meth_set_ctrl(m, bio_ctrl))
		method = m;
	else
		BIO_meth_free(m);
}

BIO *tds_packets_bio(struct tds_packets *t)
{
	BIO *b;

	if (!CRYPTO_THREAD_run_once(&method_once, make_method) || !method)
		return NULL;
	b = BIO_new(method);
	if (b) {
		BIO_set_data(b, t);
		BIO_set_init(b, 1);
	}
	return b;
}
