/* SPDX-License-Identifier: MIT */
#include "tls/quic_wire.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

void quic_wire_init(struct quic_wire *d, struct tls_buffer *wire)
{
	memset(d, 0, sizeof *d);
	udp_wire_init(&d->udp, wire);
}

/* Returns whether the library may have it. */
static bool look_at(struct quic_wire *d, const void *bytes, size_t len)
{
	struct quic_packet_versions versions;

	d->possible |= quic_packet_is_possible(bytes, len);
	if (!quic_packet_read_versions(bytes, len, &versions))
		return true;
	if (!quic_packet_is_answer(bytes, len, d->udp.first, d->udp.first_len))
		return false;
	d->versions = versions;
	d->negotiations++;
	return !versions.has_1;
}

/* Returns whether a datagram for the library came. */
static bool receive(struct quic_wire *d, BIO_MSG *m)
{
	ssize_t n;

	do {
		n = udp_wire_receive(&d->udp, m->data, m->data_len);
		if (n < 0)
			return false;
	} while (!look_at(d, m->data, (size_t)n));
	m->data_len = (size_t)n;
	m->flags = 0;
	/* The socket is connected, so there is only one peer. */
	if (m->peer)
		BIO_ADDR_clear(m->peer);
	if (m->local)
		BIO_ADDR_clear(m->local);
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

void quic_wire_shape(struct quic_wire *d, unsigned datagram, bool unknown_version)
{
	d->datagram = datagram < QUIC_WIRE_DATAGRAM_MAX ? datagram : QUIC_WIRE_DATAGRAM_MAX;
	d->unknown_version = unknown_version;
}

/* A long packet in another form, in shaped; false: it stays as it is. */
static bool shape(const struct quic_wire *d, const BIO_MSG *m,
    unsigned char shaped[QUIC_WIRE_DATAGRAM_MAX], size_t *len)
{
	/* RFC 9000 section 15. */
	static const unsigned char reserved[] = { 0x1a, 0x2a, 0x3a, 0x4a };
	const unsigned char *bytes = m->data;

	if ((d->datagram <= m->data_len && !d->unknown_version) || m->data_len < 5 ||
	    m->data_len > QUIC_WIRE_DATAGRAM_MAX || !(bytes[0] & 0x80))
		return false;
	memset(shaped, 0, QUIC_WIRE_DATAGRAM_MAX);
	memcpy(shaped, bytes, m->data_len);
	if (d->unknown_version)
		memcpy(shaped + 1, reserved, sizeof reserved);
	*len = d->datagram > m->data_len ? d->datagram : m->data_len;
	return true;
}

static void transmit(struct quic_wire *d, const BIO_MSG *m)
{
	unsigned char shaped[QUIC_WIRE_DATAGRAM_MAX];
	size_t len = m->data_len;

	if (shape(d, m, shaped, &len))
		udp_wire_send(&d->udp, shaped, len);
	else
		udp_wire_send(&d->udp, m->data, len);
}

static int bio_send(BIO *b, BIO_MSG *all, size_t stride, size_t count, uint64_t flags,
    size_t *done)
{
	struct quic_wire *d = BIO_get_data(b);

	(void)flags;
	for (*done = 0; *done < count; (*done)++)
		transmit(d, message(all, stride, *done));
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
