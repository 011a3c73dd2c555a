/* SPDX-License-Identifier: MIT */
#include "server/process/relay.h"

#include <sys/socket.h>
#include <unistd.h>

#include "server/process/handover.h"
#include "support/check_main.h"

static int ends[2];
static struct listener_set listeners = { .item = { { .fd = 1000 }, { .fd = 1001 } }, .count = 2 };
static unsigned char buf[256];
static size_t len;
static struct udp_path from;

static void begin(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static void finish(void)
{
	close(ends[0]);
	close(ends[1]);
}

static enum relay_kind received(void)
{
	return relay_receive(ends[1], &listeners, buf, sizeof buf, &len, &from);
}

static struct udp_path a_path(void)
{
	struct outcome oc = OUTCOME_NONE;
	struct udp_path path;

	memset(&path, 0, sizeof path);
	path.fd = 1001;
	ck_assert_int_eq(addr_parse("192.0.2.7", "4433", &path.peer, &oc), 0);
	return path;
}

START_TEST(test_messages)
{
	const struct udp_path path = a_path();
	char text[ADDR_TEXT_MAX];

	begin();
	ck_assert_int_eq(received(), RELAY_NOTHING);
	relay_send(ends[0], RELAY_ASK);
	relay_send(ends[0], RELAY_GIVEN);
	relay_send_datagram(ends[0], &listeners, &path, "hello", 5);
	ck_assert_int_eq(received(), RELAY_ASK);
	ck_assert_int_eq(received(), RELAY_GIVEN);
	ck_assert_int_eq(received(), RELAY_DATAGRAM);
	ck_assert_uint_eq(len, 5);
	ck_assert_int_eq(memcmp(buf, "hello", 5), 0);
	ck_assert_int_eq(from.fd, 1001);
	ck_assert_str_eq(addr_format(&from.peer, text), "192.0.2.7:4433");
	ck_assert_int_eq(received(), RELAY_NOTHING);
	close(ends[0]);
	ck_assert_int_eq(received(), RELAY_END);
	close(ends[1]);
}
END_TEST

/* Sent by a process that is not ours any more. */
START_TEST(test_what_is_no_message)
{
	struct udp_path path = a_path();
	unsigned char noise[512];

	begin();
	memset(noise, 0xff, sizeof noise);
	ck_assert_int_eq(send(ends[0], noise, 1, 0), 1);
	ck_assert_int_eq(received(), RELAY_NOTHING);
	ck_assert_int_eq(send(ends[0], noise, sizeof noise, 0), sizeof noise);
	ck_assert_int_eq(received(), RELAY_NOTHING);
	/* Longer than the buffer. */
	relay_send_datagram(ends[0], &listeners, &path, noise, sizeof noise);
	ck_assert_int_eq(received(), RELAY_NOTHING);
	/* A socket that is no listener. */
	path.fd = 2;
	relay_send_datagram(ends[0], &listeners, &path, "hello", 5);
	ck_assert_int_eq(received(), RELAY_NOTHING);
	/* An address that is none, and lengths that are none. */
	path = a_path();
	path.peer.ss.any.sa_family = AF_UNIX;
	relay_send_datagram(ends[0], &listeners, &path, "hello", 5);
	ck_assert_int_eq(received(), RELAY_NOTHING);
	path = a_path();
	path.peer.len = 1000;
	relay_send_datagram(ends[0], &listeners, &path, "hello", 5);
	ck_assert_int_eq(received(), RELAY_NOTHING);
	path = a_path();
	path.local.len = 1000;
	relay_send_datagram(ends[0], &listeners, &path, "hello", 5);
	ck_assert_int_eq(received(), RELAY_NOTHING);
	finish();
}
END_TEST

START_TEST(test_the_latest_that_lives)
{
	struct handover h = { .count = 0 };
	int fd[3];

	ck_assert_int_eq(handover_latest(&h), -1);
	for (int i = 0; i < 3; i++) {
		fd[i] = dup(0);
		handover_add(&h, 100 + i, fd[i]);
	}
	ck_assert_int_eq(handover_latest(&h), fd[2]);
	handover_remove(&h, 102);
	handover_remove(&h, 1);
	ck_assert_int_eq(handover_latest(&h), fd[1]);
	handover_remove(&h, 100);
	ck_assert_int_eq(handover_latest(&h), fd[1]);
	handover_close(&h, -1);
	ck_assert_int_eq(handover_latest(&h), -1);
	/* All are closed. */
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(close(fd[i]), -1);
}
END_TEST

START_TEST(test_too_many)
{
	struct handover h = { .count = 0 };

	for (int i = 0; i < 2 * HANDOVERS_MAX; i++)
		handover_add(&h, 100 + i, dup(0));
	ck_assert_uint_eq(h.count, HANDOVERS_MAX);
	handover_close(&h, -1);
}
END_TEST

CHECK_MAIN("relay", test_messages, test_what_is_no_message, test_the_latest_that_lives,
    test_too_many)
