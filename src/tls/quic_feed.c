/* SPDX-License-Identifier: MIT */
#include "tls/quic_feed.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

/*
 * The library's addresses have no scope. A link-local address is fe80::/64 (RFC 4291 section
 * 2.5.6), so the scope fits into 32 of its bits that are 0.
 */
enum { SCOPE_AT = 4, SCOPE_BYTES = 4 };

static bool write_peer(const struct addr *from, BIO_ADDR *to)
{
	unsigned char bytes[16];

	if (from->ss.any.sa_family == AF_INET)
		return BIO_ADDR_rawmake(to, AF_INET, &from->ss.v4.sin_addr,
			   sizeof from->ss.v4.sin_addr, from->ss.v4.sin_port) == 1;
	memcpy(bytes, &from->ss.v6.sin6_addr, sizeof bytes);
	if (addr_is_link_local(from))
		memcpy(bytes + SCOPE_AT, &from->ss.v6.sin6_scope_id, SCOPE_BYTES);
	return BIO_ADDR_rawmake(to, AF_INET6, bytes, sizeof bytes, from->ss.v6.sin6_port) == 1;
}

static bool read_peer(const BIO_ADDR *from, struct addr *to)
{
	unsigned char bytes[16];
	size_t len = sizeof bytes;

	if (!from || BIO_ADDR_rawaddress(from, bytes, &len) != 1)
		return false;
	memset(to, 0, sizeof *to);
	to->ss.any.sa_family = (sa_family_t)BIO_ADDR_family(from);
	if (to->ss.any.sa_family == AF_INET) {
		memcpy(&to->ss.v4.sin_addr, bytes, sizeof to->ss.v4.sin_addr);
		to->ss.v4.sin_port = BIO_ADDR_rawport(from);
		to->len = sizeof to->ss.v4;
		return true;
	}
	memcpy(&to->ss.v6.sin6_addr, bytes, sizeof bytes);
	to->ss.v6.sin6_port = BIO_ADDR_rawport(from);
	to->len = sizeof to->ss.v6;
	if (addr_is_link_local(to)) {
		memcpy(&to->ss.v6.sin6_scope_id, bytes + SCOPE_AT, SCOPE_BYTES);
		memset((unsigned char *)&to->ss.v6.sin6_addr + SCOPE_AT, 0, SCOPE_BYTES);
	}
	return true;
}

static int bio_receive(BIO *b, BIO_MSG *all, size_t stride, size_t count, uint64_t flags,
    size_t *done)
{
	struct quic_feed *f = BIO_get_data(b);

	(void)stride;
	(void)flags;
	*done = 0;
	if (!f->in || count == 0 || f->in_len > all->data_len ||
	    (all->peer && !write_peer(&f->peer, all->peer))) {
		f->in = NULL;
		ERR_raise(ERR_LIB_BIO, BIO_R_NON_FATAL);
		return 0;
	}
	memcpy(all->data, f->in, f->in_len);
	all->data_len = f->in_len;
	all->flags = 0;
	if (all->local)
		BIO_ADDR_clear(all->local);
	f->in = NULL;
	*done = 1;
	return 1;
}

static int bio_send(BIO *b, BIO_MSG *all, size_t stride, size_t count, uint64_t flags,
    size_t *done)
{
	struct quic_feed *f = BIO_get_data(b);
	struct addr peer;

	(void)flags;
	for (*done = 0; *done < count; (*done)++) {
		/* Elements of the array are stride bytes apart. */
		const BIO_MSG *m =
		    (const BIO_MSG *)(void *)((unsigned char *)all + *done * stride);

		if (read_peer(m->peer, &peer))
			f->send(f->owner, &peer, m->data, m->data_len);
	}
	return 1;
}

/* There is no descriptor to poll, and the MTU is the library's own choice. */
static long bio_ctrl(BIO *b, int command, long number, void *pointer)
{
	(void)b;
	(void)number;
	(void)pointer;
	switch (command) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_DGRAM_GET_CAPS:
	case BIO_CTRL_DGRAM_GET_EFFECTIVE_CAPS:
		return (long)(BIO_DGRAM_CAP_PROVIDES_SRC_ADDR | BIO_DGRAM_CAP_HANDLES_DST_ADDR);
	default:
		return 0;
	}
}

/* One for the whole process: the first listener creates it, and nobody frees it. */
static BIO_METHOD *method;
static CRYPTO_ONCE method_once = CRYPTO_ONCE_STATIC_INIT;

static void make_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quicfeed");

	if (m && BIO_meth_set_recvmmsg(m, bio_receive) && BIO_meth_set_sendmmsg(m, bio_send) &&
	    BIO_meth_set_ctrl(m, bio_ctrl))
		method = m;
	else
		BIO_meth_free(m);
}

BIO *quic_feed_bio(struct quic_feed *f)
{
	BIO *b;

	if (!CRYPTO_THREAD_run_once(&method_once, make_method) || !method)
		return NULL;
	b = BIO_new(method);
	if (b) {
		BIO_set_data(b, f);
		BIO_set_init(b, 1);
	}
	return b;
}
