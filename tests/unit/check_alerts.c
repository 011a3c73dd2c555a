/* SPDX-License-Identifier: MIT */
/*
 * What the library wants to tell the peer, and what we log that it was told, are two things: every
 * fault in every state, and the bytes that it leaves on the wire.
 */
#include "server/conn/conn.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tls/context.h"
#include "server/conn/conn_states.h"
#include "server/service/context.h"
#include "support/check_main.h"
#include "support/raw_record.h"
#include "support/test_pki.h"

static const struct conn_plan plan = { conn_states, {
    [CONN_PHASE_HANDSHAKE] = 1000,
    [CONN_PHASE_REQUEST] = 1500,
    [CONN_PHASE_GREETING] = 2000,
    [CONN_PHASE_LINGER] = 4000,
} };
static const uint64_t now = 5000;
static char greeting[] = "Hello world\n";

static void make_files(void)
{
	testpki_begin();
	testpki_write_server(testpki_intermediate(testpki_root("Root")), "DNS:localhost");
}

/* ---- the states ------------------------------------------------------------------------------ */

enum where {
	HELLO,        /* nothing was said */
	RETRY,        /* after a HelloRetryRequest */
	HANDSHAKE_12, /* the client's second flight is awaited */
	HANDSHAKE_13, /* the same, with http/1.1 */
	EARLY,        /* the same, greeted in 0.5-RTT data that close_notify ended */
	EARLY_OPEN,   /* the same, with tickets: close_notify waits */
	REQUEST_12,   /* the request is awaited */
	REQUEST_13,
	LINGER_13, /* all was said */
	STATES
};

static const struct {
	const char *name;
	int version;
	bool http;
	const char *groups, *secret;
	enum conn_state state;
	unsigned tickets;
} states[STATES] = {
	[HELLO] = { "hello", TLS1_3_VERSION, false, NULL, NULL, CONN_HELLO, 0 },
	[RETRY] = { "retry", TLS1_3_VERSION, false, "P-384", NULL, CONN_HANDSHAKE, 0 },
	[HANDSHAKE_12] = { "handshake 1.2", TLS1_2_VERSION, true, NULL, NULL, CONN_HELLO, 0 },
	[HANDSHAKE_13] = { "handshake 1.3", TLS1_3_VERSION, true, NULL,
	    "CLIENT_HANDSHAKE_TRAFFIC_SECRET", CONN_HANDSHAKE, 0 },
	[EARLY] = { "early", TLS1_3_VERSION, false, NULL, "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
	    CONN_FINISHED, 0 },
	[EARLY_OPEN] = { "early with tickets", TLS1_3_VERSION, false, NULL,
	    "CLIENT_HANDSHAKE_TRAFFIC_SECRET", CONN_FINISHED, 2 },
	[REQUEST_12] = { "request 1.2", TLS1_2_VERSION, true, NULL, NULL, CONN_REQUEST, 0 },
	[REQUEST_13] = { "request 1.3", TLS1_3_VERSION, true, NULL, "CLIENT_TRAFFIC_SECRET_0",
	    CONN_REQUEST, 0 },
	[LINGER_13] = { "linger", TLS1_3_VERSION, false, NULL, "CLIENT_TRAFFIC_SECRET_0",
	    CONN_LINGER, 0 },
};

/* One connection of the server, and the client's end of it. */
struct scene {
	enum where where;
	struct service service;
	struct conn *conn;
	int peer;
	SSL_CTX *ctx;
	SSL *ssl;
	struct rawrecord raw;
};

static void serve(struct scene *s)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = { .policy.groups = states[s->where].groups,
		.tickets = states[s->where].tickets };
	struct outcome oc = OUTCOME_NONE;

	s->service = (struct service){
		.tls = server_context_new(&id, &choice, &oc),
		.greeting = greeting,
		.greeting_len = sizeof greeting - 1,
		.close_early = choice.tickets == 0,
	};
	ck_assert_no_failure(&oc);
}

static void connect_client(struct scene *s)
{
	static const unsigned char http[] = "\x08http/1.1";

	s->ctx = SSL_CTX_new(TLS_client_method());
	ck_assert_ptr_nonnull(s->ctx);
	ck_assert_int_eq(SSL_CTX_set_max_proto_version(s->ctx, states[s->where].version), 1);
	ck_assert_int_eq(SSL_CTX_set_ciphersuites(s->ctx, "TLS_AES_128_GCM_SHA256"), 1);
	ck_assert_int_eq(SSL_CTX_set1_groups_list(s->ctx, "X25519:P-256:P-384"), 1);
	rawrecord_watch(s->ctx);
	s->ssl = SSL_new(s->ctx);
	ck_assert(s->ssl && SSL_set_fd(s->ssl, s->peer) == 1);
	if (states[s->where].http)
		ck_assert_int_eq(SSL_set_alpn_protos(s->ssl, http, sizeof http - 1), 0);
	SSL_set_connect_state(s->ssl);
}

/* What the client's library writes from now on is lost: we write in its place. */
static void silence(struct scene *s)
{
	SSL_set0_wbio(s->ssl, BIO_new(BIO_s_mem()));
}

static void reach(struct scene *s)
{
	bool open = states[s->where].state >= CONN_REQUEST;

	if (s->where == HELLO)
		silence(s);
	SSL_do_handshake(s->ssl);
	conn_step(s->conn, now);
	for (int i = 0; open && i < 4; i++) {
		SSL_do_handshake(s->ssl);
		conn_step(s->conn, now);
	}
	silence(s);
	/* Which makes its keys. */
	if (s->where != HELLO && s->where != RETRY)
		SSL_do_handshake(s->ssl);
	ck_assert_msg(s->conn->state == states[s->where].state, "%s: in state %d",
	    states[s->where].name, s->conn->state);
	if (states[s->where].secret)
		ck_assert(rawrecord_begin(&s->raw, states[s->where].secret));
}

static void begin(struct scene *s, enum where where)
{
	const struct addr nobody = { .len = 0 };
	int ends[2];

	memset(s, 0, sizeof *s);
	s->where = where;
	serve(s);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	s->peer = ends[1];
	s->conn = conn_new(&s->service, &plan, ends[0], &nobody, now);
	ck_assert_ptr_nonnull(s->conn);
	connect_client(s);
	reach(s);
}

static void end(struct scene *s)
{
	conn_free(s->conn);
	SSL_free(s->ssl);
	SSL_CTX_free(s->ctx);
	tls_context_free(s->service.tls);
}

/* ---- the faults ------------------------------------------------------------------------------ */

static void put(const struct scene *s, const void *bytes, size_t len)
{
	ck_assert_int_eq(send(s->peer, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* As the state has it: protected where its keys are known, else in clear. */
static void put_record(struct scene *s, int type, const char *content, size_t len)
{
	unsigned char out[RAWRECORD_MAX] = { (unsigned char)type, 3, 3, (unsigned char)(len >> 8),
		(unsigned char)len };

	if (states[s->where].secret) {
		len = rawrecord_seal(&s->raw, type, content, len, out);
	} else {
		memcpy(out + 5, content, len);
		len += 5;
	}
	put(s, out, len);
}

static void bad_type(struct scene *s)
{
	put(s, "\x1b\x03\x03\x00\x02xx", 7);
}

static void bad_inner_type(struct scene *s)
{
	put_record(s, 99, "xx", 2);
}

static void bad_version(struct scene *s)
{
	put(s, "\x17\x09\x09\x00\x02xx", 7);
}

static void oversized(struct scene *s)
{
	static const unsigned char record[5 + 16384 + 257 + 100] = { 0x17, 3, 3, 0x41, 0x65 };

	put(s, record, sizeof record);
}

static void garbage(struct scene *s)
{
	static const unsigned char record[5 + 40] = { 0x17, 3, 3, 0, 40 };

	put(s, record, sizeof record);
}

static void key_update_value(struct scene *s)
{
	put_record(s, 22, "\x18\x00\x00\x01\x02", 5);
}

static void key_update_fragmented(struct scene *s)
{
	put_record(s, 22, "\x18\x00", 2);
	put_record(s, 23, "GET", 3);
}

static void key_update_long(struct scene *s)
{
	put_record(s, 22, "\x18\x00\x00\x02\x00\x00", 6);
}

static void empty_handshake(struct scene *s)
{
	put_record(s, 22, "", 0);
}

static void unexpected_message(struct scene *s)
{
	/* A ServerHelloDone. */
	put_record(s, 22, "\x0e\x00\x00\x00", 4);
}

/* After the handshake by the client's library, which has the keys of TLS 1.2, too. */
static void close_notify(struct scene *s)
{
	char *bytes;
	long len;

	if (!SSL_is_init_finished(s->ssl) || states[s->where].state < CONN_REQUEST) {
		put_record(s, 21, "\x01\x00", 2);
		return;
	}
	SSL_shutdown(s->ssl);
	len = BIO_get_mem_data(SSL_get_wbio(s->ssl), &bytes);
	ck_assert_int_gt(len, 0);
	put(s, bytes, (size_t)len);
}

static void fatal_alert(struct scene *s)
{
	put_record(s, 21, "\x02\x28", 2);
}

static void fin(struct scene *s)
{
	shutdown(s->peer, SHUT_WR);
}

/* A record announced and not finished. */
static void cut(struct scene *s)
{
	bool open = states[s->where].secret || states[s->where].state >= CONN_REQUEST;

	put(s, open ? "\x17\x03\x03\x00\x40\x01\x00" : "\x16\x03\x03\x00\x40\x01\x00", 7);
	fin(s);
}

/* ---- what has to become of them -------------------------------------------------------------- */

/* The last words that the client hears: the number of an alert, or one of these. */
enum { NOTHING = -1, CLOSE_NOTIFY = 0, ANY_ALERT = -2, ANYTHING = -3 };

struct fate {
	enum outcome_code code; /* OC_OK: not tried there */
	int words;
};

#define NOT_TRIED \
	{ \
		OC_OK, NOTHING \
	}
#define BAD_HANDSHAKE(alert) \
	{ \
		OC_HANDSHAKE_FAILED, alert \
	}
#define BAD_RECORD(alert) \
	{ \
		OC_RECORD_BAD, alert \
	}

/*
 * The numbers are those of RFC 8446 section 6.2 and RFC 5246 section 7.2.2; where the libraries
 * differ any will do. Not tried is what needs keys that we do not have.
 */
static const struct fault {
	const char *name;
	void (*commit)(struct scene *s);
	struct fate first; /* in place of a ClientHello */
	struct fate clear; /* later in the handshake, without protection */
	struct fate keyed; /* in the handshake of TLS 1.3 */
	struct fate open_12, open_13;
} faults[] = {
	{ "bad record type", bad_type, { OC_NOT_TLS, ANYTHING }, BAD_HANDSHAKE(ANY_ALERT),
	    BAD_HANDSHAKE(10), BAD_RECORD(ANY_ALERT), BAD_RECORD(10) },
	{ "bad inner type", bad_inner_type, NOT_TRIED, NOT_TRIED, BAD_HANDSHAKE(10), NOT_TRIED,
	    BAD_RECORD(10) },
	{ "bad version", bad_version, { OC_NOT_TLS, ANYTHING }, BAD_HANDSHAKE(ANY_ALERT),
	    BAD_HANDSHAKE(ANY_ALERT), BAD_RECORD(ANY_ALERT), BAD_RECORD(ANY_ALERT) },
	{ "oversized record", oversized, BAD_HANDSHAKE(ANY_ALERT), BAD_HANDSHAKE(ANY_ALERT),
	    BAD_HANDSHAKE(22), BAD_RECORD(22), BAD_RECORD(22) },
	{ "garbage", garbage, BAD_HANDSHAKE(ANY_ALERT), BAD_HANDSHAKE(ANY_ALERT), BAD_HANDSHAKE(20),
	    BAD_RECORD(20), BAD_RECORD(20) },
	{ "KeyUpdate of value 2", key_update_value, BAD_HANDSHAKE(ANY_ALERT),
	    BAD_HANDSHAKE(ANY_ALERT), BAD_HANDSHAKE(10), NOT_TRIED, BAD_RECORD(47) },
	{ "KeyUpdate in two parts", key_update_fragmented, BAD_HANDSHAKE(ANY_ALERT),
	    BAD_HANDSHAKE(ANY_ALERT), BAD_HANDSHAKE(10), NOT_TRIED, BAD_RECORD(10) },
	{ "KeyUpdate too long", key_update_long, BAD_HANDSHAKE(ANY_ALERT), BAD_HANDSHAKE(ANY_ALERT),
	    BAD_HANDSHAKE(10), NOT_TRIED, BAD_RECORD(ANY_ALERT) },
	/* OpenSSL lets it pass in some places. */
	{ "empty record", empty_handshake, NOT_TRIED, NOT_TRIED, BAD_HANDSHAKE(10), NOT_TRIED,
	    BAD_RECORD(10) },
	{ "unexpected message", unexpected_message, BAD_HANDSHAKE(10), BAD_HANDSHAKE(10),
	    BAD_HANDSHAKE(10), NOT_TRIED, BAD_RECORD(10) },
	/* In a handshake the library says no close_notify. */
	{ "close_notify", close_notify, BAD_HANDSHAKE(ANY_ALERT), { OC_HANDSHAKE_CLOSED, NOTHING },
	    { OC_HANDSHAKE_CLOSED, NOTHING }, { OC_HEALTH_CHECK, CLOSE_NOTIFY },
	    { OC_HEALTH_CHECK, CLOSE_NOTIFY } },
	{ "fatal alert", fatal_alert, BAD_HANDSHAKE(ANY_ALERT), { OC_HANDSHAKE_ALERT, NOTHING },
	    { OC_HANDSHAKE_ALERT, NOTHING }, NOT_TRIED, { OC_HANDSHAKE_ALERT, NOTHING } },
	{ "FIN", fin, { OC_HEALTH_CHECK, NOTHING }, { OC_HANDSHAKE_CLOSED, ANYTHING },
	    { OC_HANDSHAKE_CLOSED, ANYTHING }, { OC_HEALTH_CHECK, ANYTHING },
	    { OC_HEALTH_CHECK, ANYTHING } },
	{ "FIN within a record", cut, { OC_HANDSHAKE_CLOSED, ANYTHING },
	    { OC_HANDSHAKE_CLOSED, ANYTHING }, { OC_HANDSHAKE_CLOSED, ANYTHING },
	    { OC_GREETING_TRUNCATED, ANYTHING }, { OC_GREETING_TRUNCATED, ANYTHING } },
};

enum { FAULTS = sizeof faults / sizeof faults[0] };

static struct fate fate_of(const struct fault *f, enum where where)
{
	switch (where) {
	case HELLO:
		return f->first;
	case RETRY:
	case HANDSHAKE_12:
		return f->clear;
	case REQUEST_12:
		return f->open_12;
	case REQUEST_13:
		return f->open_13;
	case EARLY:
		/* close_notify was the last word already, and nothing may follow. */
		return (struct fate){ f->keyed.code, CLOSE_NOTIFY };
	default:
		return f->keyed;
	}
}

/* ---- the wire -------------------------------------------------------------------------------- */

static int last_words(struct scene *s)
{
	char bytes[1024];
	int ret, error, reason;

	do {
		ERR_clear_error();
		ret = SSL_read(s->ssl, bytes, sizeof bytes);
	} while (ret > 0);
	error = SSL_get_error(s->ssl, ret);
	reason = ERR_GET_REASON(ERR_peek_error());
	ERR_clear_error();
	if (error == SSL_ERROR_ZERO_RETURN)
		return CLOSE_NOTIFY;
	return reason > SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256
	    ? reason - SSL_AD_REASON_OFFSET
	    : NOTHING;
}

static bool is_as_wanted(int words, int wanted)
{
	switch (wanted) {
	case ANY_ALERT:
		return words > 0;
	case ANYTHING:
		return true;
	default:
		return words == wanted;
	}
}

/* As the server's event loop does, as long as there is something to do at once. */
static void play(struct scene *s)
{
	for (int i = 0; i < 8 && s->conn->state < CONN_LINGER; i++)
		conn_step(s->conn, now);
}

/* The server sends FIN and no reset, and then waits for that of the client. */
static void expect_half_close(struct scene *s, const char *name)
{
	bool gone = s->conn->state == CONN_DONE;
	char more[8];
	ssize_t n = recv(s->peer, more, sizeof more, 0);

	/* Where nobody said a word there is nothing to wait for, either. */
	ck_assert_msg(n == 0 || (gone && n < 0), "%s: no FIN", name);
	if (gone) {
		shutdown(s->peer, SHUT_WR);
		return;
	}
	ck_assert_msg(s->conn->state == CONN_LINGER, "%s: in state %d", name,
	    s->conn->state);
	close(s->peer);
	ck_assert_int_eq(conn_step(s->conn, now), CONN_WANT_FREE);
}

/* What the log names is what the client heard. */
static void expect_truth(const struct scene *s, const char *name, int words)
{
	const struct conn_record *r = conn_get_record(s->conn);
	int logged = r->sent_alert == OUTCOME_NO_ALERT ? 0 : r->sent_alert;

	ck_assert_msg(logged == (words > 0 ? words : 0),
	    "%s: the client heard %d, and the log says %d", name, words, logged);
}

static void expect_fate(enum where where, const struct fault *f)
{
	const struct fate wanted = fate_of(f, where);
	const struct conn_record *r;
	struct scene s;
	char name[80];
	int words;

	if (wanted.code == OC_OK)
		return;
	snprintf(name, sizeof name, "%s: %s", states[where].name, f->name);
	begin(&s, where);
	f->commit(&s);
	play(&s);
	words = last_words(&s);
	ck_assert_msg(is_as_wanted(words, wanted.words), "%s: the last words are %d, not %d", name,
	    words, wanted.words);
	expect_half_close(&s, name);
	expect_truth(&s, name, words);
	r = conn_get_record(s.conn);
	ck_assert_msg(r->code == wanted.code, "%s: %s, not %s", name, outcome_name(r->code),
	    outcome_name(wanted.code));
	end(&s);
}

/* The client writes into connections that are closed. */
static const struct sigaction ignore = { .sa_handler = SIG_IGN };

static void expect_fates(enum where where)
{
	sigaction(SIGPIPE, &ignore, NULL);
	for (size_t i = 0; i < FAULTS; i++)
		expect_fate(where, &faults[i]);
}

START_TEST(test_faults_in_place_of_a_client_hello)
{
	expect_fates(HELLO);
}
END_TEST

START_TEST(test_faults_after_a_retry)
{
	expect_fates(RETRY);
}
END_TEST

START_TEST(test_faults_in_the_handshake)
{
	expect_fates(HANDSHAKE_12);
	expect_fates(HANDSHAKE_13);
}
END_TEST

START_TEST(test_faults_after_the_early_greeting)
{
	expect_fates(EARLY);
	expect_fates(EARLY_OPEN);
}
END_TEST

START_TEST(test_faults_in_place_of_a_request)
{
	expect_fates(REQUEST_12);
	expect_fates(REQUEST_13);
}
END_TEST

/* Nothing takes back what was said, and nobody gets a second last word. */
START_TEST(test_faults_after_the_last_word)
{
	sigaction(SIGPIPE, &ignore, NULL);
	for (size_t i = 0; i < FAULTS; i++) {
		struct scene s;

		begin(&s, LINGER_13);
		faults[i].commit(&s);
		conn_step(s.conn, now);
		ck_assert_int_eq(last_words(&s), CLOSE_NOTIFY);
		if (s.conn->state != CONN_DONE)
			expect_half_close(&s, faults[i].name);
		ck_assert_int_eq(conn_get_record(s.conn)->code, OC_OK);
		expect_truth(&s, faults[i].name, CLOSE_NOTIFY);
		end(&s);
	}
}
END_TEST

/* Those that are in nobody's way hear close_notify, too: RFC 8446 section 6.1. */
START_TEST(test_whoever_must_go_is_told)
{
	struct scene s;

	for (enum where where = REQUEST_12; where <= REQUEST_13; where++) {
		begin(&s, where);
		conn_abort(s.conn, now, OC_LIMIT_REACHED, "full");
		ck_assert_int_eq(last_words(&s), CLOSE_NOTIFY);
		ck_assert_int_eq(conn_get_record(s.conn)->code, OC_LIMIT_REACHED);
		end(&s);
		close(s.peer);
	}
}
END_TEST

/* With a socket that is full the alert is not sent, and so it is not logged. */
START_TEST(test_an_alert_that_did_not_leave_is_not_logged)
{
	static const char noise[65536];
	struct scene s;

	begin(&s, REQUEST_13);
	while (send(conn_fd(s.conn), noise, sizeof noise, MSG_NOSIGNAL) > 0)
		;
	garbage(&s);
	ck_assert_int_eq(conn_step(s.conn, now), CONN_WANT_WRITE);
	ck_assert_int_eq(s.conn->state, CONN_ALERT);
	ck_assert_int_eq(conn_step(s.conn, conn_deadline(s.conn)), CONN_WANT_FREE);
	ck_assert_int_eq(conn_get_record(s.conn)->code, OC_RECORD_BAD);
	ck_assert_int_eq(conn_get_record(s.conn)->sent_alert, OUTCOME_NO_ALERT);
	end(&s);
	close(s.peer);
}
END_TEST

CHECK_MAIN_IN("alerts", make_files, testpki_end, test_faults_in_place_of_a_client_hello,
    test_faults_after_a_retry, test_faults_in_the_handshake, test_faults_after_the_early_greeting,
    test_faults_in_place_of_a_request, test_faults_after_the_last_word,
    test_whoever_must_go_is_told, test_an_alert_that_did_not_leave_is_not_logged)
