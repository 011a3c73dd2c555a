/* SPDX-License-Identifier: MIT */
/*
 * A UDP service that is no server of QUIC or DTLS, each KIND in exactly one way:
 *
 *	udp_peer [--listen ADDRESS] [--time SECONDS] KIND
 *
 *	silent     answers nothing
 *	echo       sends each datagram back
 *	words      answers with a line of text
 *	versions   answers with a Version Negotiation packet: versions 2 and 0xff00001d
 *	many       the same with a hundred versions
 *	ours       the same with a hundred and version 1, which nobody rejects and offers
 *	stranger   as versions, but from somebody who has not seen the client's packet
 *	noise      answers each datagram with many that look like packets of QUIC, for ever
 *	empty      the same with empty datagrams
 *	records    the same with datagrams that look like encrypted records of DTLS
 *	warnings   the same with warnings of DTLS
 *	fragments  the same with the bytes of a long ServerHello, one in each datagram
 *	long       answers with the beginning of a ServerHello that is longer than any
 *	cookies    asks for another cookie (HelloVerifyRequest) whenever there is one
 *	leave      answers once, in the client's protocol, and closes its port
 *
 * Prints its port as its only line of output. A signal ends it after its time (60 seconds).
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/listening.h"

/* A burst of noise, between two looks at what came. */
enum { BURST = 64, DATAGRAM_MAX = 2048 };

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "udp_peer: %s: %s\n", what, strerror(errno));
	exit(1);
}

struct client {
	struct sockaddr_storage at;
	socklen_t len;
	unsigned char bytes[DATAGRAM_MAX];
	size_t count;
};

static void answer(int fd, const struct client *c, const void *bytes, size_t len)
{
	/* A client that is gone is no failure. */
	(void)sendto(fd, bytes, len, MSG_NOSIGNAL, (const struct sockaddr *)&c->at, c->len);
}

static void be_silent(int fd, const struct client *c)
{
	(void)fd;
	(void)c;
}

static void be_echo(int fd, const struct client *c)
{
	answer(fd, c, c->bytes, c->count);
}

static void be_words(int fd, const struct client *c)
{
	static const char words[] = "220 time.test ready\r\n";

	/* The letter "2" is 0x32: without the fixed bit. */
	answer(fd, c, words, sizeof words - 1);
}

static const unsigned char versions[] = { 0x6b, 0x33, 0x43, 0xcf, 0xff, 0, 0, 0x1d, 0x1a, 0x2a,
	0x3a, 0x4a };

/* RFC 9000 section 17.2.1: the IDs of the client, the other way round. */
static void negotiate(int fd, const struct client *c, const unsigned char *list, size_t list_len,
    bool knows_ids)
{
	unsigned char packet[5 + 2 * 21 + DATAGRAM_MAX] = { 0xc0 };
	const unsigned char *to = c->bytes + 5, *from;
	size_t len = 5;

	if (c->count < 1200 || to[0] > 20 || to[1 + to[0]] > 20)
		return;
	from = to + 1 + to[0];
	memcpy(packet + len, from, 1 + (size_t)from[0]);
	len += 1 + (size_t)from[0];
	memcpy(packet + len, to, 1 + (size_t)to[0]);
	len += 1 + (size_t)to[0];
	packet[len - 1] ^= !knows_ids;
	memcpy(packet + len, list, list_len);
	answer(fd, c, packet, len + list_len);
}

static void be_versions(int fd, const struct client *c)
{
	negotiate(fd, c, versions, sizeof versions, true);
}

static void be_stranger(int fd, const struct client *c)
{
	negotiate(fd, c, versions, sizeof versions, false);
}

static void offer_many(int fd, const struct client *c, unsigned char last)
{
	unsigned char list[101 * 4] = { 0 };
	size_t count = 100;

	for (size_t i = 0; i < count; i++) {
		list[4 * i] = 0xff;
		list[4 * i + 3] = (unsigned char)i;
	}
	list[4 * count + 3] = last;
	negotiate(fd, c, list, 4 * (count + (last != 0)), true);
}

static void be_many(int fd, const struct client *c)
{
	offer_many(fd, c, 0);
}

static void be_ours(int fd, const struct client *c)
{
	offer_many(fd, c, 1);
}

static void be_noise(int fd, const struct client *c)
{
	unsigned char packet[600];

	for (size_t i = 0; i < sizeof packet; i++)
		packet[i] = (unsigned char)(0x40 | (i * 7 & 0x3f));
	for (int i = 0; i < BURST; i++)
		answer(fd, c, packet, sizeof packet);
}

static void be_empty(int fd, const struct client *c)
{
	for (int i = 0; i < BURST; i++)
		answer(fd, c, "", 0);
}

/* RFC 6347 section 4.1: one record with these bytes. */
static void answer_record(int fd, const struct client *c, int type, int epoch, const void *bytes,
    size_t len)
{
	static uint64_t number;
	unsigned char record[13 + 600] = { (unsigned char)type, 0xfe, 0xfd, 0,
		(unsigned char)epoch };

	for (int i = 0; i < 6; i++)
		record[5 + i] = (unsigned char)(number >> (40 - 8 * i));
	number++;
	record[11] = (unsigned char)(len >> 8);
	record[12] = (unsigned char)len;
	memcpy(record + 13, bytes, len);
	answer(fd, c, record, 13 + len);
}

static void be_records(int fd, const struct client *c)
{
	unsigned char bytes[600];

	memset(bytes, 0x5a, sizeof bytes);
	for (int i = 0; i < BURST; i++)
		answer_record(fd, c, 23, 1, bytes, sizeof bytes);
}

static void be_warnings(int fd, const struct client *c)
{
	/* user_canceled */
	static const unsigned char warning[] = { 1, 90 };

	for (int i = 0; i < BURST; i++)
		answer_record(fd, c, 21, 0, warning, sizeof warning);
}

/* RFC 6347 section 4.2.2: type, length, message, offset and length of the fragment. */
static void be_fragments(int fd, const struct client *c)
{
	static unsigned at;
	unsigned char fragment[] = { 2, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xfe };

	for (int i = 0; i < BURST; i++) {
		at = (at + 1) % 0x4000;
		fragment[7] = (unsigned char)(at >> 8);
		fragment[8] = (unsigned char)at;
		answer_record(fd, c, 22, 0, fragment, sizeof fragment);
	}
}

static void be_long(int fd, const struct client *c)
{
	static const unsigned char fragment[] = { 2, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1,
		0xfe };

	answer_record(fd, c, 22, 0, fragment, sizeof fragment);
}

static void be_cookies(int fd, const struct client *c)
{
	static unsigned char request[] = { 3, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 7, 0xfe, 0xff, 4, 1, 2,
		3, 4 };

	/* Each answers the message with the same number. */
	if (c->count > 18)
		memcpy(request + 4, c->bytes + 17, 2);
	request[18]++;
	answer_record(fd, c, 22, 0, request, sizeof request);
}

static void be_leaving(int fd, const struct client *c)
{
	/* A long header of QUIC. */
	if (c->count > 0 && c->bytes[0] >= 0xc0)
		be_noise(fd, c);
	else
		be_cookies(fd, c);
	close(fd);
	for (;;)
		pause();
}

static const struct kind {
	const char *name;
	void (*serve)(int fd, const struct client *c);
	bool endless;
} kinds[] = {
	{ "silent", be_silent, false },
	{ "echo", be_echo, false },
	{ "words", be_words, false },
	{ "versions", be_versions, false },
	{ "many", be_many, false },
	{ "ours", be_ours, false },
	{ "stranger", be_stranger, false },
	{ "noise", be_noise, true },
	{ "empty", be_empty, true },
	{ "records", be_records, true },
	{ "warnings", be_warnings, true },
	{ "fragments", be_fragments, true },
	{ "long", be_long, false },
	{ "cookies", be_cookies, false },
	{ "leave", be_leaving, false },
};

static int start_listening(const char *address)
{
	unsigned port;
	int fd = bind_udp(address, 0, &port);

	if (fd < 0)
		die(address);
	printf("%u\n", port);
	fflush(stdout);
	return fd;
}

static _Noreturn void serve(int fd, const struct kind *kind)
{
	struct client c = { .len = 0 };

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		bool hurry = kind->endless && c.len > 0;

		if (poll(&p, 1, hurry ? 0 : -1) > 0) {
			ssize_t n;

			c.len = sizeof c.at;
			n = recvfrom(fd, c.bytes, sizeof c.bytes, 0, (struct sockaddr *)&c.at,
			    &c.len);
			if (n >= 0)
				c.count = (size_t)n;
			if (n >= 0 && !hurry)
				kind->serve(fd, &c);
		}
		if (hurry)
			kind->serve(fd, &c);
	}
}

int main(int argc, char *argv[])
{
	const char *address = "127.0.0.1", *name = NULL;
	unsigned seconds = 60;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--listen") == 0 && i + 1 < argc)
			address = argv[++i];
		else if (strcmp(argv[i], "--time") == 0 && i + 1 < argc)
			seconds = (unsigned)strtoul(argv[++i], NULL, 10);
		else
			name = argv[i];
	}
	for (size_t i = 0; name && i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].name, name) != 0)
			continue;
		/* The signal ends the program. */
		alarm(seconds);
		serve(start_listening(address), &kinds[i]);
	}
	fputs("usage: udp_peer [--listen ADDRESS] [--time SECONDS] KIND\n", stderr);
	return 2;
}
