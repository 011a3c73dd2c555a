/* SPDX-License-Identifier: MIT */
#include "tls/quic_wire.h"

#include <stddef.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

void quic_wire_init(struct quic_wire *d, struct tls_buffer *wire)
{
	memset(d, 0, sizeof *d);
	udp_wire_init(&d->udp, wire);
}

/* Returns whether a datagram came. */
static bool receive(struct quic_wire *d, BIO_MSG *m)
{
	ssize_t n = udp_wire_receive(&d->udp, m->data, m->data_len);

	if (n < 0)
		return false;
	m->data_len = (size_t)n;
	m->flags = 0;
	/* The socket is connected, so there is only one peer. */
	if (m->peer)
		BIO_ADDR_clear(m->peer);
	if (m->local)
		BIO_ADDR_clear(m->local);
	d->possible |= quic_packet_is_possible(m->data, m->data_len);
	d->negotiates |= quic_packet_read_versions(m->data, m->data_len, &d->versions);
	return true;
}

/* Message i of an array whose elements are stride bytes apart. */
static BIO_MSG *message(BIO_MSG *all, size_t stride, size_t i)
{
	return (BIO_MSG *)(void *)((unsigned char *)all + i * stride);
}

static int bio_receive(BIO *b, BIO_MSG *all, size_t stride, size_t count, uint64_t flags,
    size_t *done)
{
	struct quic_wire *d = BIO_get_data(b);

	(void)flags;
	*done = 0;
	while (*done < count && receive(d, message(all, stride, *done)))
		(*done)++;
	if (*done > 0)
		return 1;
	ERR_raise(ERR_LIB_BIO, BIO_R_NON_FATAL);
	return 0;
}

static int bio_send(BIO *b, BIO_MSG *all, size_t stride, size_t count, uint64_t flags,
    size_t *done)
{
	struct quic_wire *d = BIO_get_data(b);

	(void)flags;
	for (*done = 0; *done < count; (*done)++) {
		const BIO_MSG *m = message(all, stride, *done);

		udp_wire_send(&d->udp, m->data, m->data_len);
	}
	return 1;
}

/* The library asks for capabilities, the MTU and descriptors to poll: there are none. */
static long bio_ctrl(BIO *b, int command, long number, void *pointer)
{
	(void)b;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

/* One for the whole process: the first connection creates it, and nobody frees it. */
static BIO_METHOD *method;
static CRYPTO_ONCE method_once = CRYPTO_ONCE_STATIC_INIT;

static void make_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quicwire");

	if (m && BIO_meth_set_recvmmsg(m, bio_receive) && BIO_meth_set_sendmmsg(m, bio_send) &&
	    BIO_meth_set_ctrl(m, bio_ctrl))
		method = m;
	else
		BIO_meth_free(m);
}

BIO *quic_wire_bio(struct quic_wire *d)
{
	BIO *b;

	if (!CRYPTO_THREAD_run_once(&method_once, make_method) || !method)
		return NULL;
	b = BIO_new(method);
	if (b) {
		BIO_set_data(b, d);
		BIO_set_init(b, 1);
	}
	return b;
}
