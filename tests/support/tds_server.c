/* SPDX-License-Identifier: MIT */
#include "support/tds_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/bio.h>
#include <openssl/ssl.h>

enum { HEAD = 8, PACKET_MAX = 4096, FLIGHT_MAX = 256 * 1024 };

struct server {
	SSL *ssl;
	BIO *in, *out;
	int fd;
	const char *how;
	unsigned char flight[FLIGHT_MAX];
	size_t len;
};

static bool is(const struct server *s, const char *how)
{
	return strcmp(s->how, how) == 0;
}

static void fail(const char *what)
{
	fprintf(stderr, "tds_server: %s\n", what);
}

/* ---- sending -------------------------------------------------------------------------------- */

static void add(struct server *s, const void *bytes, size_t len)
{
	if (len > sizeof s->flight - s->len)
		abort();
	memcpy(s->flight + s->len, bytes, len);
	s->len += len;
}

static unsigned char type_of_packets(const struct server *s)
{
	if (is(s, "type"))
		return 3;
	return is(s, "response") ? 4 : 0x12;
}

static size_t announce(const struct server *s, size_t length)
{
	if (is(s, "short"))
		return HEAD - 1;
	return is(s, "long") ? 40000 : length;
}

static void add_packet(struct server *s, const unsigned char *bytes, size_t len, bool last)
{
	size_t length = announce(s, HEAD + len);
	const unsigned char head[HEAD] = { type_of_packets(s), last, (unsigned char)(length >> 8),
		(unsigned char)length };

	add(s, head, sizeof head);
	add(s, bytes, len);
}

/* How much of a flight the next packet takes. */
static size_t next_piece(const struct server *s, size_t number, size_t left)
{
	size_t piece = PACKET_MAX - HEAD;

	if (is(s, "tiny"))
		piece = 1;
	else if (is(s, "odd"))
		piece = 1 + number * 7 % 60;
	return piece < left ? piece : left;
}

static void wrap(struct server *s, const unsigned char *bytes, size_t len)
{
	if (is(s, "gaps"))
		add_packet(s, bytes, 0, false);
	for (int i = 0; is(s, "empty") && i < 1000; i++)
		add_packet(s, bytes, 0, false);
	for (size_t at = 0, number = 0; at < len; number++) {
		size_t piece = next_piece(s, number, len - at);

		add_packet(s, bytes + at, piece, at + piece == len);
		at += piece;
	}
}

/* What the library has written is a flight, or the end of one. */
static void take_out(struct server *s, bool in_packets)
{
	unsigned char *bytes;
	long len = BIO_get_mem_data(s->out, &bytes);

	if (len > 0 && in_packets && !is(s, "raw"))
		wrap(s, bytes, (size_t)len);
	else if (len > 0)
		add(s, bytes, (size_t)len);
	(void)BIO_reset(s->out);
}

static bool send_flight(struct server *s)
{
	size_t segment = is(s, "odd") ? 11 : sizeof s->flight;

	if (is(s, "half"))
		s->len /= 2;
	for (size_t at = 0; at < s->len;) {
		size_t n = s->len - at < segment ? s->len - at : segment;

		if (send(s->fd, s->flight + at, n, MSG_NOSIGNAL) != (ssize_t)n)
			return false;
		at += n;
	}
	if (is(s, "half") && s->len > 0)
		return false;
	s->len = 0;
	return true;
}

/* ---- receiving ------------------------------------------------------------------------------ */

static bool receive(const struct server *s, unsigned char *to, size_t len)
{
	return recv(s->fd, to, len, MSG_WAITALL) == (ssize_t)len;
}

/* The packets of the client's flight. */
static bool receive_flight(struct server *s)
{
	unsigned char packet[PACKET_MAX];
	bool last = false;

	while (!last) {
		size_t length;

		if (!receive(s, packet, HEAD))
			return false;
		length = (size_t)packet[2] << 8 | packet[3];
		last = packet[1] & 1;
		if (packet[0] != 0x12 || length <= HEAD || length > PACKET_MAX ||
		    (!last && length < PACKET_MAX)) {
			fail("the client's packet is not valid");
			return false;
		}
		if (!receive(s, packet + HEAD, length - HEAD) ||
		    BIO_write(s->in, packet + HEAD, (int)(length - HEAD)) != (int)(length - HEAD))
			return false;
	}
	return true;
}

static bool shake_hands(struct server *s)
{
	for (;;) {
		int ret = SSL_accept(s->ssl);
		bool waits = ret != 1 && SSL_get_error(s->ssl, ret) == SSL_ERROR_WANT_READ;

		if (ret == 1 && is(s, "wrapped"))
			SSL_shutdown(s->ssl);
		take_out(s, true);
		if (ret == 1 && is(s, "leave")) {
			SSL_shutdown(s->ssl);
			take_out(s, false);
		}
		if (!send_flight(s) || (ret != 1 && !waits))
			return false;
		if (ret == 1)
			return true;
		if (!receive_flight(s))
			return false;
	}
}

bool tds_server_accept(SSL *ssl, int fd, const char *how)
{
	struct server *s = calloc(1, sizeof *s);
	bool done;

	if (!s || !(s->in = BIO_new(BIO_s_mem())) || !(s->out = BIO_new(BIO_s_mem())))
		abort();
	BIO_set_mem_eof_return(s->in, -1);
	SSL_set_bio(ssl, s->in, s->out);
	s->ssl = ssl;
	s->fd = fd;
	s->how = how;
	done = shake_hands(s);
	free(s);
	return SSL_set_fd(ssl, fd) == 1 && done;
}
