/* SPDX-License-Identifier: MIT */
#include "client/session/session.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "client/judge/staple.h"
#include "client/step/verify.h"
#include "tls/context.h"
#include "server/service/context.h"
#include "client/session/context.h"
#include "server/service/stapling.h"
#include "support/check_main.h"
#include "support/test_pki.h"

enum { VISITS = 2 };

/* The server is a process of its own, and each visit a socket pair that it has inherited. */
static int visits[VISITS][2];
static pid_t server_pid;
static size_t visited;
static bool stapling;

static void make_files(void)
{
	const struct testpki_cert *root, *leaf;

	testpki_begin();
	root = testpki_root("Top CA");
	leaf = testpki_write_server(root, "DNS:a.test");
	testpki_write_certs("ca.pem", root, NULL);
	testpki_write_certs("other.pem", testpki_root("Other CA"), NULL);
	testpki_write_staple("staple.der", leaf, root);
}

static void greet(SSL_CTX *ctx, int fd)
{
	SSL *ssl = SSL_new(ctx);
	char end[1];

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		SSL_write(ssl, "Hi\n", 3);
		SSL_shutdown(ssl);
		SSL_read(ssl, end, sizeof end);
	}
	SSL_free(ssl);
	close(fd);
}

static void start_server(int version)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = { .policy.max = version, .tickets = 1 };
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = server_context_new(&id, &choice, &oc);

	ck_assert_no_failure(&oc);
	if (stapling)
		ck_assert_int_eq(stapling_load_unjudged(ctx, "staple.der", &oc), 0);
	visited = 0;
	for (size_t i = 0; i < VISITS; i++)
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, visits[i]), 0);
	server_pid = fork();
	ck_assert_int_ge(server_pid, 0);
	for (size_t i = 0; i < VISITS && server_pid == 0; i++)
		close(visits[i][0]);
	for (size_t i = 0; i < VISITS && server_pid == 0; i++)
		greet(ctx, visits[i][1]);
	if (server_pid == 0)
		_exit(0);
	for (size_t i = 0; i < VISITS; i++)
		close(visits[i][1]);
	tls_context_free(ctx);
}

static void stop_server(void)
{
	for (; visited < VISITS; visited++)
		close(visits[visited][0]);
	ck_assert_int_eq(waitpid(server_pid, NULL, 0), server_pid);
}

/* No SNI: of another name the server would not resume anything, and the client is to be tested. */
static struct client_options asking(const char *name, const char *ca)
{
	struct client_options o = {
		.no_sni = true,
		.verify_name = name,
		.trust = { .ca_file = ca },
		.handshake_ms = 20000,
		.read_ms = 20000,
		.max_ms = 20000,
	};

	return o;
}

/* All steps from the handshake on. Returns what session_run returns; free the session. */
static int visit(struct session *s, const struct client_options *o,
    const struct resumption *offered, struct outcome *oc)
{
	static const struct step steps[] = {
		{ "handshake", step_handshake },
		{ "verify", step_verify },
		{ "greet", step_greet },
		{ "close", step_close },
		{ NULL, NULL },
	};
	static const struct client_context_judge judge = { verify_callback, staple_callback };
	SSL_CTX *ctx = client_context_new(&o->trust, &o->policy, &o->identity, &judge, oc);
	int ret;

	ck_assert_no_failure(oc);
	session_init(s, o, ctx);
	s->offered = offered;
	s->fd = visits[visited++][0];
	ck_assert_int_eq(fcntl(s->fd, F_SETFL, O_NONBLOCK), 0);
	ret = session_run(s, steps, NULL, oc);
	/* The connection is gone, or holds it. */
	tls_context_free(ctx);
	return ret;
}

/* A session of a.test, verified. */
static struct resumption earn(int version)
{
	const struct client_options o = asking("a.test", "ca.pem");
	struct outcome oc = OUTCOME_NONE;
	struct resumption earned;
	struct session s;

	start_server(version);
	ck_assert_int_eq(visit(&s, &o, NULL, &oc), 0);
	ck_assert_no_failure(&oc);
	ck_assert(!s.facts.resumed);
	ck_assert_ptr_nonnull(s.earned.session);
	resumption_move(&s.earned, &earned);
	session_free(&s);
	return earned;
}

static const int versions[] = { 0x0303, 0x0304 };

START_TEST(test_a_session_is_resumed_and_its_chain_is_known)
{
	const struct client_options o = asking("a.test", "ca.pem");

	for (size_t i = 0; i < 2; i++) {
		struct resumption held = earn(versions[i]);
		struct outcome oc = OUTCOME_NONE;
		struct session s;

		ck_assert_int_eq(visit(&s, &o, &held, &oc), 0);
		ck_assert_no_failure(&oc);
		ck_assert(s.facts.resumed);
		ck_assert(s.verdict.ran);
		ck_assert_int_eq(s.verdict.chain_len, 2);
		ck_assert_str_eq(s.verdict.chain[0].sans, "\"a.test\"");
		ck_assert_uint_eq(s.greeting_len, 3);
		session_free(&s);
		session_free(&s);
		resumption_free(&held);
		resumption_free(&held);
		stop_server();
	}
}
END_TEST

START_TEST(test_a_session_is_not_offered_to_another_name)
{
	const struct client_options o = asking("b.test", "ca.pem");

	for (size_t i = 0; i < 2; i++) {
		struct resumption held = earn(versions[i]);
		struct outcome oc = OUTCOME_NONE;
		struct session s;

		ck_assert_int_eq(visit(&s, &o, &held, &oc), -1);
		ck_assert_outcome(&oc, OC_CERT_WRONG_NAME, "is for \"a.test\"");
		ck_assert_ptr_null(s.greeting);
		session_free(&s);
		resumption_free(&held);
		stop_server();
	}
}
END_TEST

/* Should it be offered by mistake, the resumption succeeds, and the verification ends it. */
START_TEST(test_a_resumed_connection_is_verified_for_its_own_name)
{
	const struct client_options o = asking("b.test", "ca.pem");

	for (size_t i = 0; i < 2; i++) {
		struct resumption held = earn(versions[i]);
		struct outcome oc = OUTCOME_NONE;
		struct session s;

		snprintf(held.verify_name, sizeof held.verify_name, "b.test");
		ck_assert_int_eq(visit(&s, &o, &held, &oc), -1);
		ck_assert(s.facts.resumed);
		ck_assert_outcome(&oc, OC_CERT_WRONG_NAME, "is for \"a.test\"");
		ck_assert_ptr_null(s.greeting);
		ck_assert_ptr_null(s.earned.session);
		session_free(&s);
		resumption_free(&held);
		stop_server();
	}
}
END_TEST

/* Whom we trust may have changed since. */
START_TEST(test_a_resumed_connection_is_verified_by_its_own_trust)
{
	const struct client_options o = asking("a.test", "other.pem");

	for (size_t i = 0; i < 2; i++) {
		struct resumption held = earn(versions[i]);
		struct outcome oc = OUTCOME_NONE;
		struct session s;

		ck_assert_int_eq(visit(&s, &o, &held, &oc), -1);
		ck_assert(s.facts.resumed);
		ck_assert_str_eq(outcome_layer_name(oc.code), "verify");
		ck_assert_ptr_null(s.greeting);
		session_free(&s);
		resumption_free(&held);
		stop_server();
	}
}
END_TEST

/* It comes with the certificates, so a resumption does not bring it, and it is good as long. */
START_TEST(test_a_staple_is_judged_again)
{
	struct client_options o = asking("a.test", "ca.pem");

	stapling = true;
	for (size_t i = 0; i < 2; i++) {
		struct resumption held = earn(versions[i]);
		struct outcome oc = OUTCOME_NONE;
		struct session s;

		o.trust.verify_time = 0;
		ck_assert_int_eq(visit(&s, &o, &held, &oc), 0);
		ck_assert(s.facts.resumed);
		ck_assert_int_eq(s.verdict.staple.status, STAPLE_GOOD);
		/* Whoever resumes this one in turn has it, too. */
		ck_assert_uint_gt(held.staple_len, 0);
		ck_assert_uint_eq(s.earned.staple_len, held.staple_len);
		session_free(&s);
		resumption_free(&held);
		stop_server();
		/* After its end. */
		held = earn(versions[i]);
		o.trust.verify_time = time(NULL) + 2 * 86400;
		ck_assert_int_eq(visit(&s, &o, &held, &oc), -1);
		ck_assert(s.facts.resumed);
		ck_assert_outcome(&oc, OC_CERT_INVALID, "it has been stale since ");
		ck_assert_ptr_null(s.greeting);
		session_free(&s);
		resumption_free(&held);
		stop_server();
	}
}
END_TEST

CHECK_MAIN_IN("resume", make_files, testpki_end, test_a_session_is_resumed_and_its_chain_is_known,
    test_a_session_is_not_offered_to_another_name,
    test_a_resumed_connection_is_verified_for_its_own_name,
    test_a_resumed_connection_is_verified_by_its_own_trust,
    test_a_staple_is_judged_again)
