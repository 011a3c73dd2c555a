/* SPDX-License-Identifier: MIT */
#include "zoo/misbehave.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/service/context.h"
#include "server/conn/conn.h"
#include "server/conn/conn_states.h"
#include "support/check_main.h"
#include "support/tls_peer_client.h"
#include "support/test_pki.h"

/* A connection that misbehaves on one end of a socket pair, and a clock of ours. */
enum { HANDSHAKE_MS = 1000, REQUEST_MS = 1500, GREETING_MS = 2000 };

static struct conn_plan plan = { NULL,
	{
	    [CONN_PHASE_HANDSHAKE] = HANDSHAKE_MS,
	    [CONN_PHASE_REQUEST] = REQUEST_MS,
	    [CONN_PHASE_GREETING] = GREETING_MS,
	    [CONN_PHASE_LINGER] = 4000,
	} };
static char greeting[] = "Hello world\n";
static struct service service = {
	.greeting = greeting,
	.greeting_len = sizeof greeting - 1,
	.close_early = true,
};
static uint64_t now = 5000;

static void make_files(void)
{
	testpki_begin();
	testpki_write_server(testpki_intermediate(testpki_root("Root")), "DNS:localhost");
}

static struct conn *begin(enum misbehave misbehave, int *peer)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = { .tickets = 0 };
	const struct addr nobody = { .len = 0 };
	struct outcome oc = OUTCOME_NONE;
	struct conn *c;
	int ends[2];

	if (!service.tls)
		service.tls = server_context_new(&id, &choice, &oc);
	ck_assert_no_failure(&oc);
	plan.states = misbehave_states(misbehave);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	c = conn_new(&service, &plan, ends[0], &nobody, now);
	ck_assert_ptr_nonnull(c);
	*peer = ends[1];
	return c;
}

/* Client and connection in turn; at most so often, or until the client is done. */
static void play(struct conn *c, struct peer_client *client, int rounds)
{
	for (int i = 0; i < rounds && !peer_client_is_done(client); i++) {
		peer_client_step(client);
		if (c->state != CONN_DONE)
			conn_step(c, now);
	}
}

static void end(struct conn *c, struct peer_client *client, int peer)
{
	peer_client_free(client);
	conn_free(c);
	close(peer);
}

/* What is sent in all, which the number of records decides. */
static uint64_t sent_by(enum misbehave misbehave, enum peer_version version)
{
	struct peer_client client;
	struct conn *c;
	uint64_t sent;
	int peer;

	c = begin(misbehave, &peer);
	peer_client_init(&client, peer, version, NULL);
	play(c, &client, 1000);
	ck_assert_str_eq(client.text, greeting);
	ck_assert(client.got_close_notify == (misbehave != MISBEHAVE_NO_CLOSE_NOTIFY));
	conn_step(c, now);
	ck_assert_int_eq(conn_get_record(c)->code, OC_OK);
	sent = conn_get_record(c)->sent;
	end(c, &client, peer);
	return sent;
}

START_TEST(test_each_byte_is_a_record)
{
	/* Header and tag; TLS 1.2 has a nonce in each, TLS 1.3 a type. ECDSA varies a little. */
	const uint64_t records = sizeof greeting - 2, vary = 4;

	ck_assert_uint_ge(sent_by(MISBEHAVE_ONE_BYTE_RECORDS, PEER_TLS13) + vary,
	    sent_by(MISBEHAVE_NONE, PEER_TLS13) + records * 22);
	ck_assert_uint_ge(sent_by(MISBEHAVE_ONE_BYTE_RECORDS, PEER_TLS12) + vary,
	    sent_by(MISBEHAVE_NONE, PEER_TLS12) + records * 21);
}
END_TEST

START_TEST(test_a_fin_without_close_notify)
{
	sent_by(MISBEHAVE_NO_CLOSE_NOTIFY, PEER_TLS13);
	sent_by(MISBEHAVE_NO_CLOSE_NOTIFY, PEER_TLS12);
}
END_TEST

/* A deadline is an end as well. */
START_TEST(test_no_alert_at_a_deadline_either)
{
	struct peer_client client;
	struct conn *c;
	char flight[8192];
	int peer;

	c = begin(MISBEHAVE_NO_CLOSE_NOTIFY, &peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	peer_client_step(&client);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	ck_assert_int_gt(recv(peer, flight, sizeof flight, 0), 0);
	now += HANDSHAKE_MS;
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	conn_free(c);
	ck_assert_int_eq(recv(peer, flight, sizeof flight, 0), 0);
	end(NULL, &client, peer);
}
END_TEST

static void expect_pause(enum peer_version version, const char *says, const char *http)
{
	struct peer_client client;
	struct conn *c;
	int peer;

	c = begin(MISBEHAVE_SLOW_GREETING, &peer);
	peer_client_init(&client, peer, version, says);
	if (http)
		peer_client_offer(&client, http);
	play(c, &client, 20);
	ck_assert_int_eq(conn_get_phase(c), CONN_PHASE_REQUEST);
	ck_assert_uint_eq(client.got, 0);
	ck_assert_uint_eq(conn_deadline(c), now + REQUEST_MS);
	now += REQUEST_MS - 1;
	play(c, &client, 20);
	ck_assert_uint_eq(client.got, 0);
	now++;
	play(c, &client, 20);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	ck_assert_has(client.text, greeting);
	ck_assert(client.got_close_notify);
	ck_assert_int_eq(c->state, CONN_LINGER);
	end(c, &client, peer);
}

START_TEST(test_the_greeting_comes_at_the_deadline_and_whole)
{
	expect_pause(PEER_TLS13, NULL, NULL);
	expect_pause(PEER_TLS12, NULL, NULL);
	expect_pause(PEER_TLS13, "is there anybody?", NULL);
	expect_pause(PEER_TLS13, "GET / HTTP/1.0\r\n\r\n", "http/1.1");
}
END_TEST

START_TEST(test_who_leaves_in_the_pause_was_not_greeted)
{
	struct peer_client client;
	struct conn *c;
	int peer;

	c = begin(MISBEHAVE_SLOW_GREETING, &peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	play(c, &client, 20);
	ck_assert_int_eq(conn_get_phase(c), CONN_PHASE_REQUEST);
	shutdown(peer, SHUT_RDWR);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	ck_assert_int_eq(conn_get_record(c)->code, OC_GREETING_TRUNCATED);
	end(c, &client, peer);
}
END_TEST

/* What is there when the ClientHello was answered so: bytes, or 0 at the end, or -1. */
static ssize_t answer_of(enum misbehave misbehave, char *text, size_t max, enum conn_want *want)
{
	struct peer_client client;
	struct conn *c;
	ssize_t n;
	int peer;

	c = begin(misbehave, &peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	peer_client_step(&client);
	*want = conn_step(c, now);
	ck_assert_outcome(conn_get_record(c)->failure, OC_HANDSHAKE_FAILED,
	    misbehave_kinds[misbehave - 1]);
	if (*want == CONN_WANT_FREE) {
		conn_free(c);
		c = NULL;
	}
	n = recv(peer, text, max, 0);
	end(c, &client, peer);
	return n;
}

START_TEST(test_without_tls)
{
	enum conn_want want;
	char text[100];

	ck_assert_int_eq(answer_of(MISBEHAVE_STALL_HANDSHAKE, text, sizeof text, &want), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(want, CONN_WANT_READ);
	ck_assert_int_eq(answer_of(MISBEHAVE_RESET_AFTER_HELLO, text, sizeof text, &want), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	ck_assert_int_eq(want, CONN_WANT_FREE);
	ck_assert_int_eq(answer_of(MISBEHAVE_CLOSE_AT_ONCE, text, sizeof text, &want), 0);
	ck_assert_int_eq(want, CONN_WANT_READ);
	ck_assert_int_eq(answer_of(MISBEHAVE_PLAIN, text, sizeof text, &want), sizeof greeting - 1);
	ck_assert_int_eq(memcmp(text, greeting, service.greeting_len), 0);
	ck_assert_int_eq(want, CONN_WANT_READ);
}
END_TEST

/* Or the event loop would spin until the deadline. */
START_TEST(test_who_stalls_leaves_nothing_to_read)
{
	struct pollfd p = { .events = POLLIN };
	struct conn *c;
	int peer;

	c = begin(MISBEHAVE_STALL_HANDSHAKE, &peer);
	ck_assert_int_eq(send(peer, "hello?", 6, 0), 6);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	p.fd = conn_fd(c);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	close(peer);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	conn_free(c);
}
END_TEST

/* With the newline that the service puts behind it. */
START_TEST(test_a_huge_greeting_repeats_itself)
{
	struct service_options o = { .greeting = "abc" };

	misbehave_enlarge(&o);
	ck_assert_uint_eq(strlen(o.greeting), MISBEHAVE_HUGE_BYTES - 1);
	for (size_t i = 0; i < MISBEHAVE_HUGE_BYTES - 1; i++)
		ck_assert(o.greeting[i] == "abc\n"[i % 4]);
}
END_TEST

/* The stage of the log is the state's name. */
START_TEST(test_other_states_are_the_good_ones)
{
	const struct conn_state_row *rows = misbehave_states(MISBEHAVE_NONE);

	ck_assert_int_eq(memcmp(rows, conn_states, sizeof conn_states), 0);
	rows = misbehave_states(MISBEHAVE_PLAIN);
	ck_assert(rows[CONN_HELLO].run != conn_states[CONN_HELLO].run);
	ck_assert_str_eq(rows[CONN_HELLO].name, "hello");
	ck_assert_int_eq(memcmp(rows + CONN_HELLO + 1, conn_states + CONN_HELLO + 1,
			     sizeof conn_states - (CONN_HELLO + 1) * sizeof *rows),
	    0);
}
END_TEST

CHECK_MAIN_IN("misbehave", make_files, testpki_end, test_each_byte_is_a_record,
    test_a_fin_without_close_notify, test_no_alert_at_a_deadline_either,
    test_the_greeting_comes_at_the_deadline_and_whole,
    test_who_leaves_in_the_pause_was_not_greeted, test_without_tls,
    test_who_stalls_leaves_nothing_to_read, test_a_huge_greeting_repeats_itself,
    test_other_states_are_the_good_ones)
