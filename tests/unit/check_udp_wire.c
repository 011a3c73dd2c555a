/* SPDX-License-Identifier: MIT */
#include "tls/udp_wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/check_main.h"

/* Ours is connected to that of the peer, and the other way round. */
static int ours, peer;
static struct tls_buffer buffer;
static struct udp_wire wire;

static int bound(struct sockaddr_in *at)
{
	socklen_t len = sizeof *at;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	*at = (struct sockaddr_in){ .sin_family = AF_INET };
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)at, sizeof *at), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)at, &len), 0);
	return fd;
}

static void begin(void)
{
	struct sockaddr_in at, there;

	ours = bound(&at);
	peer = bound(&there);
	ck_assert_int_eq(connect(ours, (struct sockaddr *)&there, sizeof there), 0);
	ck_assert_int_eq(connect(peer, (struct sockaddr *)&at, sizeof at), 0);
	tls_buffer_init(&buffer, ours);
	udp_wire_init(&wire, &buffer);
	udp_wire_allow(&wire, 10000);
}

static void end(void)
{
	close(ours);
	if (peer >= 0)
		close(peer);
}

static void say(const void *bytes, size_t len)
{
	ck_assert_int_eq(send(peer, bytes, len, 0), (ssize_t)len);
}

START_TEST(test_a_turn_and_the_ceiling)
{
	unsigned char to[64];
	unsigned n = 0;

	begin();
	ck_assert_int_eq(udp_wire_receive(&wire, to, sizeof to), -1);
	for (int i = 0; i < UDP_WIRE_PER_TURN + 8; i++)
		say("hello", 5);
	while (udp_wire_receive(&wire, to, sizeof to) == 5)
		n++;
	ck_assert_uint_eq(n, UDP_WIRE_PER_TURN);
	udp_wire_begin_turn(&wire, 0);
	ck_assert_int_eq(udp_wire_receive(&wire, to, sizeof to), -1);
	udp_wire_begin_turn(&wire, UDP_WIRE_PER_TURN);
	ck_assert_int_eq(udp_wire_receive(&wire, to, 2), 2);
	/* Even datagrams without a byte come to an end. */
	udp_wire_allow(&wire, 100);
	for (int i = 0; i < 8; i++)
		say("", 0);
	while (udp_wire_receive(&wire, to, sizeof to) >= 0)
		n++;
	ck_assert(buffer.sated);
	ck_assert_uint_le(n, UDP_WIRE_PER_TURN + 3);
	ck_assert_uint_eq(wire.received, n + 1);
	end();
}
END_TEST

START_TEST(test_an_error_comes_after_what_came_before_it)
{
	unsigned char to[64];

	begin();
	say("alert", 5);
	close(peer);
	peer = -1;
	/* Nobody is there any more, which the next datagram finds out. */
	udp_wire_send(&wire, "more", 4);
	ck_assert_int_eq(udp_wire_receive(&wire, to, sizeof to), 5);
	ck_assert_int_eq(buffer.recv_errno, ECONNREFUSED);
	ck_assert_int_eq(udp_wire_receive(&wire, to, sizeof to), -1);
	ck_assert_int_eq(buffer.recv_errno, ECONNREFUSED);
	ck_assert_uint_eq(buffer.sent, 4);
	ck_assert_uint_eq(buffer.received, 5);
	end();
}
END_TEST

static const char *foreign(bool possible)
{
	static struct outcome oc;

	oc = OUTCOME_NONE;
	return udp_wire_is_foreign(&wire, possible, "DTLS", &oc) ? oc.detail : "";
}

START_TEST(test_who_is_not_meant)
{
	static const char hello[] = "\x16\xfe\xff a ClientHello";
	unsigned char to[64];

	begin();
	ck_assert_str_eq(foreign(false), "");
	udp_wire_send(&wire, hello, sizeof hello);
	say("220 time\n", 9);
	ck_assert_int_eq(udp_wire_receive(&wire, to, sizeof to), 9);
	ck_assert_str_eq(foreign(true), "");
	ck_assert_str_eq(foreign(false),
	    "the peer answers, but not in DTLS: its first bytes are \"220 time\\x0a\"");
	say(hello, sizeof hello);
	ck_assert_int_eq(udp_wire_receive(&wire, to, sizeof to), sizeof hello);
	ck_assert_str_eq(foreign(true), "the peer sends our own packets back");
	end();
	begin();
	say("", 0);
	ck_assert_int_eq(udp_wire_receive(&wire, to, sizeof to), 0);
	ck_assert_str_eq(foreign(false), "the peer answers with empty datagrams");
	end();
}
END_TEST

CHECK_MAIN("udp_wire", test_a_turn_and_the_ceiling,
    test_an_error_comes_after_what_came_before_it, test_who_is_not_meant)
