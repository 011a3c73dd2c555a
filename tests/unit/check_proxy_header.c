/* SPDX-License-Identifier: MIT */
#include "server/conn/proxy_header.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/conn/conn.h"
#include "server/conn/conn_states.h"
#include "support/check_main.h"
#include "support/served.h"
#include "support/tls_peer_client.h"
#include "support/test_pki.h"

/*
 * A balancer's connection: the header on one end of a socket pair, conn on the
 * other, and a clock that moves when a test says so.
 */
enum { PROXY_MS = 500, HANDSHAKE_MS = 1000 };

static const struct conn_plan plan = { conn_states, {
    [CONN_PHASE_PROXY] = PROXY_MS,
    [CONN_PHASE_HANDSHAKE] = HANDSHAKE_MS,
    [CONN_PHASE_GREETING] = 2000,
    [CONN_PHASE_LINGER] = 4000,
} };
static char greeting[] = "hello\n";
static struct service service = { .greeting = greeting, .greeting_len = 6, .close_early = true };
static struct access everybody;
static uint64_t now = 5000;

static const char header_v1[] = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 8443\r\n";
static const char header_v2[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"
				"\xc0\x00\x02\x01\xc6\x33\x64\x02\xdc\x04\x20\xfb";
static const char header_local[] = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
static const char header_unknown[] = "PROXY UNKNOWN\r\n";

static void make_service(void)
{
	served_begin(&service);
}

static void end_service(void)
{
	served_end(&service);
}

/* From the balancer 203.0.113.5:999. */
static struct conn *begin(const struct access *access, int *peer)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr balancer;
	int ends[2];
	struct conn *c;

	ck_assert_int_eq(addr_parse("203.0.113.5", "999", &balancer, &oc), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	c = conn_new(&service, &plan, ends[0], &balancer, now);
	ck_assert_ptr_nonnull(c);
	ck_assert_int_eq(conn_expect_proxy(c, access), 0);
	ck_assert_int_eq(conn_get_phase(c), CONN_PHASE_PROXY);
	*peer = ends[1];
	return c;
}

static void end(struct conn *c, int peer)
{
	conn_free(c);
	if (peer >= 0)
		close(peer);
}

static void say(int peer, const void *bytes, size_t len)
{
	ck_assert_int_eq(send(peer, bytes, len, 0), (ssize_t)len);
}

static void expect_peer(const struct conn *c, const char *peer, const char *via)
{
	const struct conn_record *r = conn_get_record(c);
	char text[ADDR_TEXT_MAX];

	ck_assert_str_eq(addr_format(&r->peer, text), peer);
	ck_assert_int_eq(r->via != NULL, via != NULL);
	if (via)
		ck_assert_str_eq(addr_format(r->via, text), via);
}

static void expect_done(struct conn *c, enum outcome_code code, const char *part)
{
	const struct conn_record *r = conn_get_record(c);

	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	ck_assert_int_eq(r->code, code);
	ck_assert_int_eq(r->failure != NULL, code != OC_OK);
	if (r->failure)
		ck_assert_has(r->failure->detail, part);
}

static int waiting(const struct conn *c)
{
	int n = -1;

	ck_assert_int_eq(ioctl(conn_fd(c), FIONREAD, &n), 0);
	return n;
}

static void play(struct conn *c, struct peer_client *client)
{
	served_play(c, client, now);
}

/* The client behind it is greeted, whatever came before in the same segment or in others. */
static void expect_greeted(struct conn *c, int peer)
{
	struct peer_client client;

	peer_client_init(&client, peer, PEER_TLS13, NULL);
	play(c, &client);
	ck_assert_uint_eq(client.got, 6);
	ck_assert(client.got_close_notify);
	peer_client_free(&client);
	close(peer);
	expect_done(c, OC_OK, NULL);
}

static void expect_every_split(const char *header, size_t len)
{
	for (size_t first = 0; first <= len; first++) {
		struct conn *c;
		int peer;

		c = begin(&everybody, &peer);
		if (first > 0) {
			say(peer, header, first);
			ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
			/* Else the socket stays readable, and the loop spins. */
			ck_assert_int_eq(waiting(c), 0);
		}
		if (first < len)
			say(peer, header + first, len - first);
		expect_greeted(c, peer);
		expect_peer(c, "192.0.2.1:56324", "203.0.113.5:999");
		ck_assert_uint_gt(conn_get_record(c)->received, len);
		end(c, -1);
	}
}

START_TEST(test_every_split_of_version_1)
{
	expect_every_split(header_v1, sizeof header_v1 - 1);
}
END_TEST

START_TEST(test_every_split_of_version_2)
{
	expect_every_split(header_v2, sizeof header_v2 - 1);
}
END_TEST

START_TEST(test_a_byte_at_a_time)
{
	struct conn *c;
	int peer;

	c = begin(&everybody, &peer);
	for (size_t i = 0; i < sizeof header_v2 - 1; i++) {
		ck_assert_int_eq(conn_get_phase(c), CONN_PHASE_PROXY);
		say(peer, header_v2 + i, 1);
		ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
		ck_assert_int_eq(waiting(c), 0);
	}
	ck_assert_int_eq(c->state, CONN_HELLO);
	expect_greeted(c, peer);
	end(c, -1);
}
END_TEST

/* What follows the header is not taken with it: not a byte too much, nor one too few. */
START_TEST(test_not_a_byte_more)
{
	static const unsigned char hello[] = { 22, 3, 1, 0, 200, 1, 0, 0, 196 };

	for (size_t extra = 0; extra <= sizeof hello; extra++) {
		char bytes[sizeof header_v1 + sizeof hello];
		const struct addr balancer = { .len = 0 };
		struct outcome oc = OUTCOME_NONE;
		struct conn_record record;
		struct proxy_header *p;
		int ends[2], n;
		bool more;

		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
		memcpy(bytes, header_v1, sizeof header_v1 - 1);
		memcpy(bytes + sizeof header_v1 - 1, hello, extra);
		say(ends[1], bytes, sizeof header_v1 - 1 + extra);
		conn_record_init(&record, &balancer);
		p = proxy_header_new(&everybody, &balancer);
		ck_assert_ptr_nonnull(p);
		ck_assert_int_eq(proxy_header_read(p, ends[0], &record, &more, &oc), IO_DONE);
		ck_assert_int_eq(more, extra > 0);
		ck_assert_int_eq(ioctl(ends[0], FIONREAD, &n), 0);
		ck_assert_uint_eq((size_t)n, extra);
		ck_assert_uint_eq(record.received, sizeof header_v1 - 1);
		proxy_header_free(p);
		close(ends[0]);
		close(ends[1]);
	}
}
END_TEST

/* A silent client behind a balancer costs no more than one in front of us. */
START_TEST(test_no_tls_before_the_clients_first_byte)
{
	struct conn *c;
	int peer;

	c = begin(&everybody, &peer);
	say(peer, header_v2, sizeof header_v2 - 1);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	ck_assert_int_eq(conn_get_phase(c), CONN_PHASE_HANDSHAKE);
	ck_assert(!conn_is_handshaking(c));
	end(c, peer);
}
END_TEST

START_TEST(test_each_phase_has_its_own_deadline)
{
	struct conn *c;
	int peer;

	c = begin(&everybody, &peer);
	ck_assert_uint_eq(conn_deadline(c), now + PROXY_MS);
	now += PROXY_MS - 1;
	say(peer, header_v1, sizeof header_v1 - 1);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	ck_assert_uint_eq(conn_deadline(c), now + HANDSHAKE_MS);
	ck_assert_uint_eq(conn_get_record(c)->phase_ms[CONN_PHASE_PROXY], PROXY_MS - 1);
	now += HANDSHAKE_MS;
	expect_done(c, OC_HANDSHAKE_TIMEOUT, "sent nothing");
	end(c, peer);

	c = begin(&everybody, &peer);
	now += PROXY_MS;
	expect_done(c, OC_PROXY_HEADER_BAD, "no PROXY protocol header arrived within 500 ms");
	end(c, peer);

	c = begin(&everybody, &peer);
	say(peer, header_v1, 10);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	now += PROXY_MS;
	expect_done(c, OC_PROXY_HEADER_BAD, "incomplete after 500 ms");
	ck_assert_uint_eq(conn_get_record(c)->received, 10);
	end(c, peer);
}
END_TEST

START_TEST(test_who_speaks_for_itself_keeps_its_address)
{
	static const struct {
		const char *bytes;
		size_t len;
	} own[] = {
		{ header_local, sizeof header_local - 1 },
		{ header_unknown, sizeof header_unknown - 1 },
	};

	for (int i = 0; i < 2; i++) {
		struct conn *c;
		int peer;

		c = begin(&everybody, &peer);
		say(peer, own[i].bytes, own[i].len);
		expect_greeted(c, peer);
		expect_peer(c, "203.0.113.5:999", NULL);
		end(c, -1);

		c = begin(&everybody, &peer);
		say(peer, own[i].bytes, own[i].len);
		close(peer);
		conn_step(c, now);
		expect_done(c, OC_HEALTH_CHECK, "without sending a byte");
		end(c, -1);
	}
}
END_TEST

START_TEST(test_connect_and_close_is_a_health_check)
{
	struct conn *c;
	int peer;

	c = begin(&everybody, &peer);
	close(peer);
	expect_done(c, OC_HEALTH_CHECK, "without sending a byte");
	end(c, -1);
}
END_TEST

START_TEST(test_half_a_header_and_close)
{
	struct conn *c;
	int peer;

	c = begin(&everybody, &peer);
	say(peer, header_v1, 10);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	close(peer);
	expect_done(c, OC_PROXY_HEADER_BAD, "in the middle");
	end(c, -1);
}
END_TEST

START_TEST(test_a_missing_header)
{
	static const unsigned char hello[] = { 22, 3, 1, 0, 200, 1, 0, 0, 196 };
	struct conn *c;
	int peer;

	c = begin(&everybody, &peer);
	say(peer, hello, sizeof hello);
	expect_done(c, OC_PROXY_HEADER_BAD, "a TLS record arrived");
	ck_assert_str_eq(conn_get_record(c)->stage, "proxy");
	expect_peer(c, "203.0.113.5:999", NULL);
	end(c, peer);
}
END_TEST

/* Two in a row: the second one is as bad as the first where none may be. */
START_TEST(test_a_header_where_none_may_be)
{
	const struct addr nobody = { .len = 0 };
	struct conn *c;
	int ends[2], peer;

	c = begin(&everybody, &peer);
	say(peer, header_v1, sizeof header_v1 - 1);
	say(peer, header_v2, sizeof header_v2 - 1);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	close(peer);
	expect_done(c, OC_PROXY_HEADER_BAD, "unexpected PROXY protocol header");
	end(c, -1);

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	c = conn_new(&service, &plan, ends[0], &nobody, now);
	ck_assert_ptr_nonnull(c);
	say(ends[1], header_v1, sizeof header_v1 - 1);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	ck_assert_ptr_null(conn_get_record(c)->via);
	close(ends[1]);
	expect_done(c, OC_PROXY_HEADER_BAD, "unexpected PROXY protocol header");
	end(c, -1);
}
END_TEST

START_TEST(test_the_client_is_judged_and_not_the_balancer)
{
	struct access only_balancer = { .allow_count = 0 }, only_client = { .allow_count = 0 };
	struct outcome oc = OUTCOME_NONE;
	struct conn *c;
	int peer;

	ck_assert_int_eq(access_allow(&only_balancer, "203.0.113.5", &oc), 0);
	ck_assert_int_eq(access_allow(&only_client, "192.0.2.0/24", &oc), 0);

	c = begin(&only_balancer, &peer);
	say(peer, header_v1, sizeof header_v1 - 1);
	expect_done(c, OC_CLIENT_DENIED, "--allow");
	expect_peer(c, "192.0.2.1:56324", "203.0.113.5:999");
	end(c, peer);

	c = begin(&only_client, &peer);
	say(peer, header_v1, sizeof header_v1 - 1);
	expect_greeted(c, peer);
	end(c, -1);

	/* One that the balancer cannot name is as good as the balancer; itself it is let in. */
	c = begin(&only_client, &peer);
	say(peer, header_unknown, sizeof header_unknown - 1);
	expect_done(c, OC_CLIENT_DENIED, "--allow");
	end(c, peer);

	c = begin(&only_client, &peer);
	say(peer, header_local, sizeof header_local - 1);
	expect_greeted(c, peer);
	end(c, -1);
}
END_TEST

START_TEST(test_abort_before_and_in_the_header)
{
	struct conn *c;
	int peer;

	c = begin(&everybody, &peer);
	conn_abort(c, now, OC_SHUTDOWN, "over");
	expect_done(c, OC_SHUTDOWN, "over");
	end(c, peer);

	c = begin(&everybody, &peer);
	say(peer, header_v1, 10);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	conn_abort(c, now, OC_LIMIT_REACHED, "full");
	expect_done(c, OC_LIMIT_REACHED, "full");
	end(c, peer);
}
END_TEST

CHECK_MAIN_IN("proxy_header", make_service, end_service, test_every_split_of_version_1,
    test_every_split_of_version_2, test_a_byte_at_a_time, test_not_a_byte_more,
    test_no_tls_before_the_clients_first_byte, test_each_phase_has_its_own_deadline,
    test_who_speaks_for_itself_keeps_its_address, test_connect_and_close_is_a_health_check,
    test_half_a_header_and_close, test_a_missing_header, test_a_header_where_none_may_be,
    test_the_client_is_judged_and_not_the_balancer, test_abort_before_and_in_the_header)
