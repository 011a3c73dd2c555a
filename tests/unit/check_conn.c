/* SPDX-License-Identifier: MIT */
#include "server/conn/conn.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "net/conn_report.h"
#include "server/conn/page.h"
#include "tls/context.h"
#include "server/conn/conn_states.h"
#include "server/service/context.h"
#include "support/check_main.h"
#include "support/served.h"
#include "support/tls_peer_client.h"
#include "support/test_pki.h"

/*
 * The server's connection on one end of a socket pair, a client on the other,
 * and a clock that moves when a test says so.
 */
enum { HANDSHAKE_MS = 1000, REQUEST_MS = 1500, GREETING_MS = 2000, LINGER_MS = 4000 };

static const struct conn_plan plan = { conn_states, {
    [CONN_PHASE_HANDSHAKE] = HANDSHAKE_MS,
    [CONN_PHASE_REQUEST] = REQUEST_MS,
    [CONN_PHASE_GREETING] = GREETING_MS,
    [CONN_PHASE_LINGER] = LINGER_MS,
} };
static struct service service;
static uint64_t now = 5000;

static void use_service(unsigned tickets, const char *groups, size_t greeting_len)
{
	static char greeting[SERVICE_GREETING_MAX];
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = { .policy.groups = groups,
		.tickets = tickets,
		.ticket_keys = &service.ticket_keys };
	struct outcome oc = OUTCOME_NONE;

	tls_context_free(service.tls);
	ck_assert_int_eq(ticket_renew(&service.ticket_keys, NULL, &oc), 0);
	memset(greeting, 'g', sizeof greeting);
	service.tls = server_context_new(&id, &choice, &oc);
	ck_assert_no_failure(&oc);
	service.greeting = greeting;
	service.greeting_len = greeting_len;
	service.close_early = tickets == 0;
}

static void make_files(void)
{
	testpki_begin();
	testpki_write_server(testpki_intermediate(testpki_root("Root")), "DNS:localhost");
}

/* A connection, and the peer's end of it, which is non-blocking too. */
static struct conn *begin(int *peer)
{
	const struct addr nobody = { .len = 0 };
	int ends[2];
	struct conn *c;

	if (!service.tls)
		use_service(0, NULL, 12);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	c = conn_new(&service, &plan, ends[0], &nobody, now);
	ck_assert_ptr_nonnull(c);
	*peer = ends[1];
	return c;
}

static void end(struct conn *c, int peer)
{
	conn_free(c);
	if (peer >= 0)
		close(peer);
}

static void expect_done(struct conn *c, enum outcome_code code)
{
	const struct conn_record *r = conn_get_record(c);

	ck_assert_int_eq(c->state, CONN_DONE);
	ck_assert_msg(r->code == code, "%s instead of %s: %s", outcome_name(r->code),
	    outcome_name(code), r->failure ? r->failure->detail : "");
	ck_assert_int_eq(r->failure != NULL, code != OC_OK);
}

/* Client and connection in turn, until the client has nothing more to do. */
static void play(struct conn *c, struct peer_client *client)
{
	served_play(c, client, now);
}

static void expect_greeted(unsigned version, unsigned tickets, const char *groups,
    size_t greeting_len, const char *sends_first)
{
	struct peer_client client;
	struct conn *c;
	int peer;

	use_service(tickets, groups, greeting_len);
	c = begin(&peer);
	peer_client_init(&client, peer, version, sends_first);
	play(c, &client);
	ck_assert_uint_eq(client.got, greeting_len);
	ck_assert(client.got_close_notify);
	peer_client_free(&client);
	close(peer);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_OK);
	ck_assert_str_eq(conn_get_record(c)->facts.protocol,
	    version == PEER_TLS12 ? "TLSv1.2" : "TLSv1.3");
	ck_assert_uint_gt(conn_get_record(c)->sent, greeting_len);
	end(c, -1);
}

START_TEST(test_tls13_is_greeted)
{
	expect_greeted(PEER_TLS13, 0, NULL, 12, NULL);
}
END_TEST

START_TEST(test_tls12_is_greeted)
{
	expect_greeted(PEER_TLS12, 0, NULL, 12, NULL);
}
END_TEST

START_TEST(test_tickets_are_given_before_the_end)
{
	expect_greeted(PEER_TLS13, 2, NULL, 12, NULL);
}
END_TEST

static size_t tickets_got;
static SSL_SESSION *newest;

static int take_session(SSL *ssl, SSL_SESSION *session)
{
	(void)ssl;
	tickets_got++;
	SSL_SESSION_free(newest);
	/* A copy, because the library spoils that of a connection which goes. */
	newest = SSL_SESSION_dup(session);
	return 0;
}

/* A client without ALPN is greeted early, the other one later. */
static void resume_on_and_on(unsigned tickets, const char *protocol)
{
	newest = NULL;
	use_service(tickets, NULL, 12);
	for (int i = 0; i < 4; i++) {
		struct peer_client client;
		struct conn *c;
		int peer;

		c = begin(&peer);
		peer_client_init(&client, peer, PEER_TLS13, "GET / HTTP/1.0\r\n\r\n");
		if (protocol)
			peer_client_offer(&client, protocol);
		SSL_CTX_set_session_cache_mode(client.ctx,
		    SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
		SSL_CTX_sess_set_new_cb(client.ctx, take_session);
		if (newest)
			ck_assert_int_eq(SSL_set_session(client.ssl, newest), 1);
		tickets_got = 0;
		play(c, &client);
		ck_assert(client.got_close_notify);
		ck_assert_int_eq(SSL_session_reused(client.ssl), i > 0);
		ck_assert_uint_eq(tickets_got, tickets);
		peer_client_free(&client);
		end(c, peer);
	}
	SSL_SESSION_free(newest);
}

/* One ticket is for one connection, so whoever has used one gets new ones. */
START_TEST(test_a_resumed_session_gets_as_many_tickets)
{
	for (unsigned tickets = 1; tickets <= 3; tickets++) {
		resume_on_and_on(tickets, NULL);
		resume_on_and_on(tickets, "http/1.1");
	}
}
END_TEST

START_TEST(test_after_a_hello_retry_request_too)
{
	expect_greeted(PEER_TLS13, 0, "P-384", 12, NULL);
}
END_TEST

START_TEST(test_the_longest_greeting_arrives_whole)
{
	expect_greeted(PEER_TLS13, 0, NULL, SERVICE_GREETING_MAX, NULL);
	expect_greeted(PEER_TLS12, 0, NULL, SERVICE_GREETING_MAX, NULL);
}
END_TEST

/*
 * The greeting is written once, also when there is no room left for close_notify: that is when all
 * but a hundred bytes of 17 KiB are taken by the flight, whose length varies.
 */
START_TEST(test_close_notify_may_wait_behind_an_early_greeting)
{
	unsigned waited = 0;

	for (size_t len = 15000; len < 17000; len += 100) {
		struct peer_client client;
		int peer, small = 1;
		struct conn *c;

		use_service(0, NULL, len);
		c = begin(&peer);
		setsockopt(conn_fd(c), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
		peer_client_init(&client, peer, PEER_TLS13, NULL);
		peer_client_step(&client);
		ck_assert_int_ne(conn_step(c, now), CONN_WANT_FREE);
		waited += c->state == CONN_EARLY_CLOSE;
		play(c, &client);
		ck_assert_uint_eq(client.got, len);
		ck_assert(client.got_close_notify);
		peer_client_free(&client);
		end(c, peer);
	}
	ck_assert_uint_gt(waited, 0);
}
END_TEST

START_TEST(test_a_client_that_talks_is_greeted_all_the_same)
{
	expect_greeted(PEER_TLS13, 0, NULL, 12, "GET / HTTP/1.0\r\n\r\n");
	expect_greeted(PEER_TLS12, 0, NULL, 12, "GET / HTTP/1.0\r\n\r\n");
}
END_TEST

/* Until the client has proved its Finished nothing counts, whatever it was sent. */
START_TEST(test_greeted_early_but_never_finished_is_no_success)
{
	struct peer_client client;
	char flight[8192];
	struct conn *c;
	int peer;

	c = begin(&peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	peer_client_step(&client);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	ck_assert_int_gt(recv(peer, flight, sizeof flight, MSG_PEEK), 500);
	ck_assert_int_eq(c->state, CONN_FINISHED);
	ck_assert(conn_is_handshaking(c));
	now += HANDSHAKE_MS;
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_HANDSHAKE_TIMEOUT);
	peer_client_free(&client);
	end(c, peer);
}
END_TEST

/* The first flight holds everything, and no FIN: proxies close both directions on one. */
START_TEST(test_the_fin_waits_for_the_clients_finished)
{
	struct peer_client client;
	struct pollfd p;
	struct conn *c;
	int peer;

	c = begin(&peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	peer_client_step(&client);
	conn_step(c, now);
	p = (struct pollfd){ .fd = peer, .events = POLLIN | POLLRDHUP };
	ck_assert_int_eq(poll(&p, 1, 0), 1);
	ck_assert(!(p.revents & POLLRDHUP));
	play(c, &client);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	ck_assert_int_eq(c->state, CONN_LINGER);
	ck_assert_int_eq(poll(&p, 1, 0), 1);
	ck_assert(p.revents & POLLRDHUP);
	peer_client_free(&client);
	end(c, peer);
}
END_TEST

START_TEST(test_silence_ends_at_the_deadline)
{
	struct conn *c;
	int peer;

	c = begin(&peer);
	ck_assert_uint_eq(conn_deadline(c), now + HANDSHAKE_MS);
	now += HANDSHAKE_MS - 1;
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	now++;
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_HANDSHAKE_TIMEOUT);
	ck_assert_uint_eq(conn_get_record(c)->phase_ms[CONN_PHASE_HANDSHAKE], HANDSHAKE_MS);
	end(c, peer);
}
END_TEST

/* A byte now and then must not buy time: the deadline is for the phase, not for a read. */
START_TEST(test_a_trickle_does_not_move_the_deadline)
{
	static const unsigned char hello[] = { 22, 3, 1, 1, 0, 1, 0, 0, 252, 3, 3 };
	struct conn *c;
	int peer;

	c = begin(&peer);
	for (size_t i = 0; i < sizeof hello; i++) {
		ck_assert_int_eq(send(peer, hello + i, 1, 0), 1);
		ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
		now += HANDSHAKE_MS / 11;
	}
	ck_assert_uint_lt(now, conn_deadline(c));
	now = conn_deadline(c);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_HANDSHAKE_TIMEOUT);
	end(c, peer);
}
END_TEST

START_TEST(test_a_greeting_nobody_takes_ends_at_its_deadline)
{
	struct peer_client client;
	struct conn *c;
	int peer, small = 1, room = 4096;

	use_service(0, NULL, SERVICE_GREETING_MAX);
	c = begin(&peer);
	setsockopt(conn_fd(c), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	peer_client_init(&client, peer, PEER_TLS12, NULL);
	for (int i = 0; i < 20 && conn_get_phase(c) == CONN_PHASE_HANDSHAKE; i++) {
		peer_client_step(&client);
		conn_step(c, now);
	}
	ck_assert_int_eq(conn_get_phase(c), CONN_PHASE_GREETING);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_WRITE);
	now += GREETING_MS;
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_GREETING_TIMEOUT);
	peer_client_free(&client);
	end(c, peer);
}
END_TEST

START_TEST(test_a_peer_that_stays_after_the_greeting_is_no_failure)
{
	struct peer_client client;
	struct conn *c;
	int peer;

	c = begin(&peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	play(c, &client);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	ck_assert_int_eq(c->state, CONN_LINGER);
	now += LINGER_MS;
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_OK);
	ck_assert_uint_eq(conn_get_record(c)->phase_ms[CONN_PHASE_LINGER], LINGER_MS);
	peer_client_free(&client);
	end(c, peer);
}
END_TEST

START_TEST(test_connect_and_close_is_a_health_check)
{
	struct conn *c;
	int peer;

	c = begin(&peer);
	close(peer);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_HEALTH_CHECK);
	end(c, -1);
}
END_TEST

START_TEST(test_half_a_hello_and_close)
{
	static const unsigned char half[] = { 22, 3, 1, 1, 0, 1 };
	struct conn *c;
	int peer;

	c = begin(&peer);
	ck_assert_int_eq(send(peer, half, sizeof half, 0), sizeof half);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	close(peer);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_HANDSHAKE_CLOSED);
	end(c, -1);
}
END_TEST

START_TEST(test_http_is_named)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
	struct conn *c;
	int peer;

	c = begin(&peer);
	ck_assert_int_gt(send(peer, request, sizeof request - 1, 0), 0);
	conn_step(c, now);
	ck_assert_int_eq(c->state, CONN_LINGER);
	close(peer);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_NOT_TLS);
	ck_assert_has(conn_get_record(c)->failure->detail, "GET / HTTP/1.1");
	ck_assert_has(conn_get_record(c)->failure->detail, "HTTP request");
	end(c, -1);
}
END_TEST

/* The peer must be able to read why it is refused: alert, then FIN, then time. */
START_TEST(test_a_refused_client_gets_its_alert)
{
	struct peer_client client;
	unsigned char record[64];
	struct conn *c;
	int peer;

	use_service(0, "P-384", 12);
	c = begin(&peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	peer_client_use_groups(&client, "X25519");
	peer_client_step(&client);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	ck_assert_int_eq(c->state, CONN_LINGER);
	ck_assert_int_eq(conn_get_record(c)->code, OC_HANDSHAKE_PARAMETERS);
	ck_assert_int_eq(recv(peer, record, sizeof record, 0), 7);
	ck_assert_uint_eq(record[0], 21);
	ck_assert_uint_eq(record[6], 40);
	ck_assert_int_eq(recv(peer, record, sizeof record, 0), 0);
	peer_client_free(&client);
	end(c, peer);
}
END_TEST

START_TEST(test_a_client_that_refuses_us_is_named_by_its_alert)
{
	struct peer_client client;
	struct conn *c;
	int peer;

	c = begin(&peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	peer_client_trust_nobody(&client);
	play(c, &client);
	ck_assert_uint_eq(client.got, 0);
	close(peer);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_HANDSHAKE_ALERT);
	ck_assert_int_eq(conn_get_record(c)->failure->alert, 48);
	peer_client_free(&client);
	end(c, -1);
}
END_TEST

/* A clean end in the middle of a handshake is no greeting, and is told once. */
START_TEST(test_close_notify_in_the_handshake_is_no_success)
{
	static const unsigned char alert[] = { 21, 3, 3, 0, 2, 1, 0 };

	for (enum peer_version version = PEER_TLS12; version <= PEER_TLS13; version++) {
		struct peer_client client;
		struct conn *c;
		int peer;

		c = begin(&peer);
		peer_client_init(&client, peer, version, NULL);
		peer_client_step(&client);
		conn_step(c, now);
		ck_assert_int_eq(send(peer, alert, sizeof alert, 0), sizeof alert);
		ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
		ck_assert_int_eq(c->state, CONN_LINGER);
		close(peer);
		ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
		expect_done(c, OC_HANDSHAKE_CLOSED);
		ck_assert_has(conn_get_record(c)->failure->detail, "close_notify");
		peer_client_free(&client);
		end(c, -1);
	}
}
END_TEST

START_TEST(test_abort_in_each_state)
{
	struct peer_client client;
	struct conn *c;
	int peer;

	c = begin(&peer);
	conn_abort(c, now, OC_SHUTDOWN, "over");
	expect_done(c, OC_SHUTDOWN);
	end(c, peer);

	c = begin(&peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	peer_client_step(&client);
	conn_step(c, now);
	conn_abort(c, now, OC_LIMIT_REACHED, "full");
	expect_done(c, OC_LIMIT_REACHED);
	ck_assert_uint_gt(conn_get_record(c)->received, 0);
	peer_client_free(&client);
	end(c, peer);

	c = begin(&peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	play(c, &client);
	conn_step(c, now);
	conn_abort(c, now, OC_SHUTDOWN, "over");
	expect_done(c, OC_OK);
	peer_client_free(&client);
	end(c, peer);
}
END_TEST

/* Nobody must be able to hold a worker by sending for ever. */
START_TEST(test_an_endless_sender_is_left_at_the_deadline)
{
	static const char noise[65536];
	struct peer_client client;
	struct conn *c;
	int peer;

	c = begin(&peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	play(c, &client);
	conn_step(c, now);
	for (unsigned i = 0; i <= CONN_DISCARD_MAX / 4096; i++) {
		while (send(peer, noise, sizeof noise, MSG_NOSIGNAL) > 0)
			;
		if (conn_step(c, now) != CONN_WANT_READ)
			break;
	}
	/* It is heard no more, and a step cost it a bounded amount. */
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_TIME);
	ck_assert_uint_ge(c->discarded, CONN_DISCARD_MAX);
	ck_assert_uint_le(c->discarded, CONN_DISCARD_MAX + 2 * sizeof noise);
	now += LINGER_MS;
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	peer_client_free(&client);
	end(c, peer);
}
END_TEST

#define REQUEST "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"

/* A client that offers http/1.1, sends this (NULL: nothing) and reads to the end. */
static void ask(struct conn **c, int *peer, struct peer_client *client, enum peer_version version,
    const char *request, size_t split)
{
	use_service(0, NULL, 12);
	*c = begin(peer);
	peer_client_init(client, *peer, version, request);
	peer_client_offer(client, "http/1.1");
	client->split = split;
}

static void expect_answer(const char *request, size_t split, enum peer_version version,
    const char *begins, const char *ends, enum outcome_code code)
{
	struct peer_client client;
	struct conn *c;
	int peer;

	ask(&c, &peer, &client, version, request, split);
	play(c, &client);
	ck_assert_msg(strncmp(client.text, begins, strlen(begins)) == 0, "%s", client.text);
	ck_assert_msg(strcmp(client.text + client.got - strlen(ends), ends) == 0, "%s",
	    client.text);
	ck_assert(client.got_close_notify);
	peer_client_free(&client);
	close(peer);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, code);
	ck_assert_str_eq(conn_get_record(c)->alpn, "http/1.1");
	end(c, -1);
}

START_TEST(test_http_is_answered_wherever_the_request_is_cut)
{
	for (size_t split = 0; split < sizeof REQUEST; split++)
		expect_answer(REQUEST, split, PEER_TLS13, "HTTP/1.1 200 OK\r\n",
		    "\r\n\r\ngggggggggggg", OC_OK);
	expect_answer(REQUEST, 0, PEER_TLS12, "HTTP/1.1 200 OK\r\n", "\r\n\r\ngggggggggggg", OC_OK);
}
END_TEST

START_TEST(test_other_requests_are_answered_too)
{
	expect_answer("HEAD / HTTP/1.0\r\n\r\n", 0, PEER_TLS13, "HTTP/1.1 200 OK\r\n", "\r\n\r\n",
	    OC_OK);
	expect_answer("OPTIONS / HTTP/1.0\r\n\r\n", 0, PEER_TLS13, "HTTP/1.1 200 OK\r\n",
	    "Allow: GET, HEAD, OPTIONS\r\n\r\n", OC_OK);
	expect_answer("POST / HTTP/1.0\r\n\r\nx=y", 0, PEER_TLS13, "HTTP/1.1 405 ",
	    "GET, HEAD and OPTIONS\n", OC_REQUEST_BAD);
	expect_answer("HEAD / HTTP/1.1\r\n\r\n", 0, PEER_TLS13, "HTTP/1.1 400 ", "\r\n\r\n",
	    OC_REQUEST_BAD);
}
END_TEST

/* The client has to speak first here: nothing leaves early. */
START_TEST(test_http_waits_for_its_request)
{
	struct peer_client client;
	struct conn *c;
	int peer;

	ask(&c, &peer, &client, PEER_TLS13, NULL, 0);
	for (int i = 0; i < 10; i++) {
		peer_client_step(&client);
		ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	}
	ck_assert_int_eq(c->state, CONN_REQUEST);
	ck_assert(!conn_is_handshaking(c));
	ck_assert_uint_eq(client.got, 0);
	ck_assert_uint_eq(conn_deadline(c), now + REQUEST_MS);
	now += REQUEST_MS;
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	play(c, &client);
	ck_assert_has(client.text, "HTTP/1.1 408 Request Timeout\r\n");
	ck_assert(client.got_close_notify);
	peer_client_free(&client);
	close(peer);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_REQUEST_TIMEOUT);
	ck_assert_uint_eq(conn_get_record(c)->phase_ms[CONN_PHASE_REQUEST], REQUEST_MS);
	end(c, -1);
}
END_TEST

/* A byte now and then buys no time here either. */
START_TEST(test_a_request_in_drips_ends_at_its_deadline)
{
	struct peer_client client;
	struct conn *c;
	uint64_t until;
	int peer;

	ask(&c, &peer, &client, PEER_TLS13, "GET", 0);
	for (int i = 0; i < 10; i++) {
		peer_client_step(&client);
		conn_step(c, now);
	}
	until = conn_deadline(c);
	for (int i = 0; i < 9; i++) {
		now += REQUEST_MS / 10;
		client.sends_first = "G";
		peer_client_step(&client);
		ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
		ck_assert_uint_eq(conn_deadline(c), until);
	}
	now = until;
	play(c, &client);
	ck_assert_has(client.text, "HTTP/1.1 408 ");
	peer_client_free(&client);
	end(c, peer);
}
END_TEST

/* What a balancer's check does: it looks whether TLS works, and leaves. */
/* Each costs as much as kilobytes of data: after some nothing is waited for but the deadline. */
static void expect_deaf(int kind)
{
	enum { UPDATES = 300 };
	struct peer_client client;
	struct conn *c;
	int peer, i;

	ask(&c, &peer, &client, PEER_TLS13, NULL, 0);
	for (i = 0; i < 20 && c->state != CONN_REQUEST; i++) {
		peer_client_step(&client);
		conn_step(c, now);
	}
	ck_assert_int_eq(c->state, CONN_REQUEST);
	for (i = 0; i < UPDATES && conn_step(c, now) != CONN_WANT_TIME; i++) {
		ck_assert_int_eq(SSL_key_update(client.ssl, kind), 1);
		ck_assert_int_eq(SSL_do_handshake(client.ssl), 1);
	}
	ck_assert_int_gt(i, 10);
	ck_assert_int_lt(i, UPDATES);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_TIME);
	ck_assert_int_eq(c->state, CONN_REQUEST);
	/* It is told, as any other that is late. */
	now = conn_deadline(c);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	ck_assert_int_eq(c->state, CONN_LINGER);
	peer_client_free(&client);
	close(peer);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_REQUEST_TIMEOUT);
	end(c, -1);
}

START_TEST(test_key_updates_are_counted)
{
	expect_deaf(SSL_KEY_UPDATE_NOT_REQUESTED);
	expect_deaf(SSL_KEY_UPDATE_REQUESTED);
}
END_TEST

START_TEST(test_handshake_and_close_is_a_health_check)
{
	struct peer_client client;
	struct conn *c;
	int peer;

	ask(&c, &peer, &client, PEER_TLS13, NULL, 0);
	for (int i = 0; i < 10; i++) {
		peer_client_step(&client);
		conn_step(c, now);
	}
	peer_client_free(&client);
	close(peer);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_HEALTH_CHECK);
	end(c, -1);
}
END_TEST

START_TEST(test_half_a_request_and_close_is_none)
{
	struct peer_client client;
	struct conn *c;
	int peer;

	ask(&c, &peer, &client, PEER_TLS13, "GET / HTTP/1.1\r\n", 0);
	for (int i = 0; i < 10; i++) {
		peer_client_step(&client);
		conn_step(c, now);
	}
	peer_client_free(&client);
	close(peer);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_FREE);
	expect_done(c, OC_GREETING_TRUNCATED);
	end(c, -1);
}
END_TEST

static void expect_report(enum peer_version version, const char *groups)
{
	struct outcome oc = OUTCOME_NONE;
	struct peer_client client;
	struct conn_report seen;
	char binding[65];
	struct conn *c;
	size_t said;
	int peer;

	use_service(0, groups, 12);
	service.report = true;
	snprintf(service.node, sizeof service.node, "box");
	c = begin(&peer);
	peer_client_init(&client, peer, version, NULL);
	play(c, &client);
	ck_assert_int_eq(conn_report_parse(client.text, client.got, &seen, &said, &oc), 0);
	/* A greeting without a newline gets one, and then comes the empty line. */
	ck_assert_uint_eq(said, 13);
	ck_assert_str_eq(seen.value[CONN_REPORT_PROTOCOL],
	    version == PEER_TLS12 ? "TLSv1.2" : "TLSv1.3");
	ck_assert_str_eq(seen.value[CONN_REPORT_NODE], "box");
	ck_assert_str_eq(seen.value[CONN_REPORT_RESUMED], "no");
	ck_assert_str_eq(seen.value[CONN_REPORT_CLIENT], "none");
	ck_assert_uint_eq(strlen(seen.value[CONN_REPORT_CERTIFICATE]), 64);
	peer_client_export(&client, binding);
	ck_assert_str_eq(seen.value[CONN_REPORT_BINDING], binding);
	peer_client_free(&client);
	end(c, peer);
	service.report = false;
}

/* On both ways: the keys that it is bound to are the client's, too. */
START_TEST(test_the_report_is_of_this_connection)
{
	expect_report(PEER_TLS13, NULL);
	expect_report(PEER_TLS13, "P-384");
	expect_report(PEER_TLS12, NULL);
}
END_TEST

/* What Accept says decides only with a report: the type of the answer, and all of its length. */
static void expect_page(const char *method, bool report, const char *type)
{
	char request[128];
	struct peer_client client;
	const char *content;
	size_t length;
	struct conn *c;
	int peer;

	snprintf(request, sizeof request, "%s / HTTP/1.0\r\nAccept: text/html\r\n\r\n", method);
	ask(&c, &peer, &client, PEER_TLS13, request, 0);
	service.report = report;
	play(c, &client);
	ck_assert_has(client.text, type);
	ck_assert((strstr(client.text, page_policy) != NULL) == report);
	ck_assert((strstr(client.text, "\r\nVary: Accept\r\n") != NULL) == report);
	content = strstr(client.text, "\r\n\r\n");
	ck_assert_ptr_nonnull(content);
	length = strtoul(strstr(client.text, "Content-Length: ") + 16, NULL, 10);
	ck_assert_uint_eq(client.got - (size_t)(content + 4 - client.text),
	    strcmp(method, "HEAD") == 0 ? 0 : length);
	ck_assert_uint_ge(length, report ? 4000 : 12);
	peer_client_free(&client);
	end(c, peer);
	service.report = false;
}

START_TEST(test_a_browser_gets_the_report_as_a_page)
{
	expect_page("GET", true, "\r\nContent-Type: text/html; charset=utf-8\r\n");
	expect_page("HEAD", true, "\r\nContent-Type: text/html; charset=utf-8\r\n");
	expect_page("GET", false, "\r\nContent-Type: text/plain; charset=utf-8\r\n");
}
END_TEST

START_TEST(test_another_protocol_is_refused_by_its_alert)
{
	struct peer_client client;
	unsigned char record[64];
	struct conn *c;
	int peer;

	use_service(0, NULL, 12);
	c = begin(&peer);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	peer_client_offer(&client, "h2");
	peer_client_step(&client);
	ck_assert_int_eq(conn_step(c, now), CONN_WANT_READ);
	ck_assert_int_eq(conn_get_record(c)->code, OC_HANDSHAKE_PARAMETERS);
	ck_assert_int_eq(conn_get_record(c)->sent_alert, 120);
	ck_assert_int_eq(recv(peer, record, sizeof record, 0), 7);
	ck_assert_uint_eq(record[6], 120);
	ck_assert_int_eq(recv(peer, record, sizeof record, 0), 0);
	peer_client_free(&client);
	end(c, peer);
}
END_TEST

START_TEST(test_no_descriptor_is_left_behind)
{
	struct conn *c;
	int peer, before;

	c = begin(&peer);
	end(c, peer);
	before = served_descriptors();
	for (int i = 0; i < 10; i++) {
		c = begin(&peer);
		conn_step(c, now);
		end(c, peer);
	}
	ck_assert_int_eq(served_descriptors(), before);
}
END_TEST

CHECK_MAIN_IN("conn", make_files, testpki_end, test_tls13_is_greeted, test_tls12_is_greeted,
    test_tickets_are_given_before_the_end, test_a_resumed_session_gets_as_many_tickets,
    test_after_a_hello_retry_request_too, test_the_longest_greeting_arrives_whole,
    test_close_notify_may_wait_behind_an_early_greeting,
    test_a_client_that_talks_is_greeted_all_the_same,
    test_greeted_early_but_never_finished_is_no_success,
    test_the_fin_waits_for_the_clients_finished, test_silence_ends_at_the_deadline,
    test_a_trickle_does_not_move_the_deadline, test_a_greeting_nobody_takes_ends_at_its_deadline,
    test_a_peer_that_stays_after_the_greeting_is_no_failure,
    test_connect_and_close_is_a_health_check, test_half_a_hello_and_close, test_http_is_named,
    test_a_refused_client_gets_its_alert, test_a_client_that_refuses_us_is_named_by_its_alert,
    test_close_notify_in_the_handshake_is_no_success, test_abort_in_each_state,
    test_an_endless_sender_is_left_at_the_deadline,
    test_http_is_answered_wherever_the_request_is_cut, test_other_requests_are_answered_too,
    test_http_waits_for_its_request, test_a_request_in_drips_ends_at_its_deadline,
    test_key_updates_are_counted, test_handshake_and_close_is_a_health_check,
    test_half_a_request_and_close_is_none, test_the_report_is_of_this_connection,
    test_a_browser_gets_the_report_as_a_page,
    test_another_protocol_is_refused_by_its_alert, test_no_descriptor_is_left_behind)
