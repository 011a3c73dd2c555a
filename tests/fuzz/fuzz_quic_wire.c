/* SPDX-License-Identifier: MIT */
/*
 * What comes to the socket of a QUIC client before the library sees it. The lowest bit of the first
 * byte says whether an unknown version is sent; the second one, times eight, is the least size.
 * Behind them each datagram follows its length, in two bytes: first that of the library, then those
 * of the peer; the length 65535 is the library's own, as the peer got it. Nothing to do in a build
 * without QUIC.
 */
#include "fuzz/target.h"

#ifdef HELLO_QUIC

#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/bio.h>

#include "fuzz/certificate.h"
#include "tls/quic_wire.h"

enum { INPUT_MAX = 8192, ECHO = 0xffff, RESERVED = 0x1a };

struct played {
	struct tls_buffer buffer;
	struct quic_wire wire;
	BIO *bio;
	int peer;
	unsigned char first[INPUT_MAX];
	size_t first_len;
	unsigned came; /* datagrams of the peer */
};

static void begin(struct played *p, int ours, const uint8_t *head)
{
	tls_buffer_init(&p->buffer, ours);
	quic_wire_init(&p->wire, &p->buffer);
	quic_wire_shape(&p->wire, head[1] * 8u, head[0] & 1);
	udp_wire_allow(&p->wire.udp, INPUT_MAX);
	p->bio = quic_wire_bio(&p->wire);
	fuzz_expect(p->bio != NULL);
}

/* What the library sends first, and what becomes of it. */
static void say(struct played *p, const uint8_t *at, size_t len)
{
	unsigned char copy[INPUT_MAX];
	BIO_MSG m = { .data = copy, .data_len = len };
	const bool is_long = len >= 5 && len <= QUIC_WIRE_DATAGRAM_MAX && (at[0] & 0x80);
	const size_t from = is_long && p->wire.unknown_version ? 5 : 1;
	size_t done = 0;
	ssize_t n;

	memcpy(copy, at, len);
	fuzz_expect(BIO_sendmmsg(p->bio, &m, sizeof m, 1, 0, &done) == 1 && done == 1);
	n = recv(p->peer, p->first, sizeof p->first, 0);
	fuzz_expect(n >= 0 && (size_t)n >= len && (n == (ssize_t)len || is_long));
	p->first_len = (size_t)n;
	fuzz_expect(!is_long || p->first_len >= p->wire.datagram);
	fuzz_expect(len <= from || memcmp(p->first + from, at + from, len - from) == 0);
	fuzz_expect(from == 1 || p->first[1] == RESERVED);
	fuzz_expect(p->buffer.sent == p->first_len && p->buffer.send_errno == 0);
}

/* What the peer sends, and what the library may have of it. */
static void answer(struct played *p, const uint8_t *at, size_t len)
{
	unsigned char got[INPUT_MAX];
	BIO_MSG m = { .data = got, .data_len = sizeof got, .peer = BIO_ADDR_new(),
		.local = BIO_ADDR_new() };
	struct quic_packet_versions v;
	const unsigned before = p->wire.negotiations;
	size_t done = 0;

	fuzz_expect(send(p->peer, at, len, 0) == (ssize_t)len);
	udp_wire_begin_turn(&p->wire.udp, UDP_WIRE_PER_TURN);
	fuzz_expect(BIO_recvmmsg(p->bio, &m, sizeof m, 1, 0, &done) == (done == 1));
	p->came += !p->buffer.sated;
	if (done == 1)
		fuzz_expect(m.data_len == len && memcmp(got, at, len) == 0);
	if (quic_packet_read_versions(at, len, &v))
		fuzz_expect(done == (p->wire.negotiations > before && !v.has_1));
	else
		fuzz_expect(done == !p->buffer.sated);
	BIO_ADDR_free(m.peer);
	BIO_ADDR_free(m.local);
}

static void check_end(struct played *p)
{
	struct outcome oc = OUTCOME_NONE;

	fuzz_expect(BIO_flush(p->bio) == 1 && BIO_pending(p->bio) == 0);
	fuzz_expect(p->wire.udp.received == p->came && p->wire.negotiations <= p->came);
	if (udp_wire_is_foreign(&p->wire.udp, p->wire.possible, "QUIC", &oc))
		fuzz_expect(oc.code == OC_NOT_TLS && oc.detail[0] && fuzz_is_shown(oc.detail));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct played p = { .came = 0 };
	const uint8_t *at;
	int ends[2];
	size_t len;

	if (size < 2 || size > INPUT_MAX)
		return 0;
	fuzz_expect(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) == 0);
	p.peer = ends[1];
	begin(&p, ends[0], data);
	data += 2;
	size -= 2;
	if (fuzz_next_datagram(&data, &size, &at, &len))
		say(&p, at, len);
	while (size >= 2) {
		const bool echo = (data[0] << 8 | data[1]) == ECHO;

		if (echo) {
			data += 2;
			size -= 2;
			answer(&p, p.first, p.first_len);
		} else if (fuzz_next_datagram(&data, &size, &at, &len)) {
			answer(&p, at, len);
		}
	}
	check_end(&p);
	BIO_free(p.bio);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

#else

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	return 0;
}

#endif
