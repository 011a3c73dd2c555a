/* SPDX-License-Identifier: MIT */
/*
 * What a client that fails says to the server before it leaves: the alert of its failure, else
 * close_notify (RFC 8446 section 6.1), and then FIN.
 */
#include "client/session/session.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "client/judge/staple.h"
#include "client/step/verify.h"
#include "tls/context.h"
#include "server/service/context.h"
#include "client/session/context.h"
#include "support/check_main.h"
#include "support/test_pki.h"

/* The server writes into connections that are closed. */
static const struct sigaction ignore = { .sa_handler = SIG_IGN };

static void make_files(void)
{
	const struct testpki_cert *root;

	testpki_begin();
	root = testpki_root("Top CA");
	testpki_write_server(root, "DNS:a.test");
	testpki_write_certs("ca.pem", root, NULL);
	testpki_write_certs("other.pem", testpki_root("Other CA"), NULL);
}

/* The number of an alert, or one of these; it is also the status of the server's process. */
enum { CLOSE_NOTIFY = 0, NOTHING = 255, ANY_ALERT = -1 };

/* After the handshake the server sends this, and then waits. */
struct service {
	const char *raw; /* bytes in clear, or NULL */
	size_t raw_len;
	size_t greeting_len;
};

static int last_words(SSL *ssl, int ret)
{
	int error = SSL_get_error(ssl, ret), reason = ERR_GET_REASON(ERR_peek_error());

	if (error == SSL_ERROR_ZERO_RETURN)
		return CLOSE_NOTIFY;
	if (reason > SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 255)
		return reason - SSL_AD_REASON_OFFSET;
	return NOTHING;
}

static int serve(SSL_CTX *ctx, int fd, const struct service *service)
{
	static char greeting[SESSION_GREETING_MAX + 1];
	SSL *ssl = SSL_new(ctx);
	char more[1];
	int ret;

	memset(greeting, 'g', sizeof greeting);
	SSL_set_fd(ssl, fd);
	ret = SSL_accept(ssl);
	if (ret == 1) {
		if (service->raw)
			send(fd, service->raw, service->raw_len, MSG_NOSIGNAL);
		if (service->greeting_len > 0) {
			SSL_write(ssl, greeting, (int)service->greeting_len);
			SSL_shutdown(ssl);
		}
		ERR_clear_error();
		ret = SSL_read(ssl, more, sizeof more);
	}
	ret = last_words(ssl, ret);
	SSL_free(ssl);
	/* A reset in place of the FIN could have taken the words with it. */
	return recv(fd, more, sizeof more, 0) == 0 ? ret : NOTHING;
}

static pid_t start_server(int version, const struct service *service, int *client_fd)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = { .policy.max = version };
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = server_context_new(&id, &choice, &oc);
	int ends[2];
	pid_t pid;

	ck_assert_no_failure(&oc);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		sigaction(SIGPIPE, &ignore, NULL);
		close(ends[0]);
		_exit(serve(ctx, ends[1], service));
	}
	close(ends[1]);
	tls_context_free(ctx);
	*client_fd = ends[0];
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	return pid;
}

static const struct client_options asking = {
	.no_sni = true,
	.verify_name = "a.test",
	.trust = { .ca_file = "ca.pem" },
	.handshake_ms = 20000,
	.read_ms = 20000,
	.max_ms = 40000,
};

static void expect(int version, const struct service *service, const struct client_options *o,
    enum outcome_code code, int words)
{
	static const struct step steps[] = {
		{ "handshake", step_handshake },
		{ "verify", step_verify },
		{ "greet", step_greet },
		{ "close", step_close },
		{ NULL, NULL },
	};
	static const struct client_context_judge judge = { verify_callback, staple_callback };
	struct outcome oc = OUTCOME_NONE;
	struct session s;
	SSL_CTX *ctx = client_context_new(&o->trust, &o->policy, &o->identity, &judge, &oc);
	int fd, status;
	pid_t pid = start_server(version, service, &fd);

	ck_assert_no_failure(&oc);
	session_init(&s, o, ctx);
	s.fd = fd;
	session_run(&s, steps, NULL, &oc);
	ck_assert_outcome(&oc, code, "");
	session_free(&s);
	tls_context_free(ctx);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_msg(words == ANY_ALERT
		? WEXITSTATUS(status) != CLOSE_NOTIFY && WEXITSTATUS(status) != NOTHING
		: WEXITSTATUS(status) == words,
	    "%s: the server heard %d, not %d", outcome_name(code), WEXITSTATUS(status), words);
}

static void expect_both(const struct service *service, const struct client_options *o,
    enum outcome_code code, int words)
{
	expect(TLS1_2_VERSION, service, o, code, words);
	expect(TLS1_3_VERSION, service, o, code, words);
}

START_TEST(test_a_greeting_ends_in_close_notify)
{
	const struct service good = { .greeting_len = 12 };

	expect_both(&good, &asking, OC_OK, CLOSE_NOTIFY);
}
END_TEST

START_TEST(test_a_server_that_is_refused_is_told_why)
{
	const struct service good = { .greeting_len = 12 };
	struct client_options o = asking;

	o.trust.ca_file = "other.pem";
	expect_both(&good, &o, OC_CERT_MISSING_INTERMEDIATE, 48);
	o = asking;
	o.verify_name = "b.test";
	expect_both(&good, &o, OC_CERT_WRONG_NAME, ANY_ALERT);
}
END_TEST

START_TEST(test_invalid_tls_after_the_handshake_gets_its_alert)
{
	static const char garbage[5 + 40] = { 0x17, 3, 3, 0, 40 };
	static const char oversized[5 + 16384 + 512] = { 0x17, 3, 3, 0x42, 0 };
	const struct service bad = { .raw = garbage, .raw_len = sizeof garbage };
	const struct service big = { .raw = oversized, .raw_len = sizeof oversized };

	expect_both(&bad, &asking, OC_GREETING_TRUNCATED, 20);
	expect_both(&big, &asking, OC_GREETING_TRUNCATED, 22);
}
END_TEST

START_TEST(test_whoever_has_heard_enough_says_close_notify)
{
	const struct service good = { .greeting_len = 12 }, silent = { .raw = NULL };
	const struct service endless = { .greeting_len = SESSION_GREETING_MAX + 1 };
	struct client_options o = asking;

	expect_both(&endless, &o, OC_GREETING_TOO_LONG, CLOSE_NOTIFY);
	o.expect = "another one";
	expect_both(&good, &o, OC_GREETING_MISMATCH, CLOSE_NOTIFY);
	o.expect = NULL;
	o.read_ms = 1;
	expect_both(&silent, &o, OC_GREETING_TIMEOUT, CLOSE_NOTIFY);
}
END_TEST

CHECK_MAIN_IN("session", make_files, testpki_end, test_a_greeting_ends_in_close_notify,
    test_a_server_that_is_refused_is_told_why, test_invalid_tls_after_the_handshake_gets_its_alert,
    test_whoever_has_heard_enough_says_close_notify)
