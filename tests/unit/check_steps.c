/* SPDX-License-Identifier: MIT */
/*
 * The order of the client's steps, as its own table has it: no application data is read or written
 * before the server is verified. The records that the library takes apart are counted, so a test
 * notices whichever function reads.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <netinet/in.h>
#include <openssl/ssl.h>

/* The table is the program's own, and so is what makes its context. */
int client_main(int argc, char *argv[]);
#define main client_main
#include "client/main.c"
#undef main

#include "support/check_main.h"
#include "support/test_pki.h"

static const char greeting[] = "Hello world\n";
static const char wrong_pin[] =
    "--pinnedpubkey=sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

/* Of one session: is the server verified, and records of application data in either direction. */
static struct {
	bool verified;
	unsigned before, after;
} seen;

static void make_files(void)
{
	const struct testpki_cert *root, *leaf;

	testpki_begin();
	root = testpki_root("Top CA");
	leaf = testpki_leaf(root, "DNS:a.test");
	testpki_write_certs("ca.pem", root, NULL);
	testpki_write_certs("other.pem", testpki_root("Other CA"), NULL);
	testpki_write_certs("chain.pem", leaf, NULL);
	testpki_write_key("key.pem", leaf, NULL);
}

/* With TLS 1.3 the greeting leaves with the certificate: the client could read it at once. */
static void greet(SSL_CTX *ctx, int fd)
{
	SSL *ssl = SSL_new(ctx);
	const int len = sizeof greeting - 1;
	unsigned char unused[1];
	bool early = false;
	size_t n;

	SSL_set_fd(ssl, fd);
	if (SSL_read_early_data(ssl, unused, 1, &n) == SSL_READ_EARLY_DATA_FINISH &&
	    SSL_version(ssl) == TLS1_3_VERSION)
		early = SSL_write_early_data(ssl, greeting, sizeof greeting - 1, &n) == 1;
	if (SSL_accept(ssl) == 1 && (early || SSL_write(ssl, greeting, len) == len)) {
		SSL_shutdown(ssl);
		SSL_read(ssl, unused, sizeof unused);
	}
	SSL_free(ssl);
	close(fd);
}

static _Noreturn void serve(int fd, int version, unsigned visits)
{
	static const struct sigaction ignore = { .sa_handler = SIG_IGN };
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	/* The server writes into connections that are closed. */
	sigaction(SIGPIPE, &ignore, NULL);
	alarm(CHECK_TIMEOUT_S);
	if (!ctx || SSL_CTX_use_certificate_chain_file(ctx, "chain.pem") != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, "key.pem", SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, version) != 1)
		_exit(1);
	while (visits-- > 0)
		greet(ctx, accept(fd, NULL, NULL));
	SSL_CTX_free(ctx);
	_exit(0);
}

/* On loopback, because the first steps of the table look for an address and connect. */
static pid_t start_server(int version, unsigned visits, char port[8])
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(listen(fd, 4), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	snprintf(port, 8, "%u", ntohs(at.sin_port));
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		serve(fd, version, visits);
	close(fd);
	return pid;
}

static void expect_end(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* TLS 1.3 hides the type of a record in its encrypted part. */
static void watch_records(int writes, int version, int type, const void *bytes, size_t len,
    SSL *ssl, void *unused)
{
	int is_header = SSL_version(ssl) == TLS1_3_VERSION ? SSL3_RT_INNER_CONTENT_TYPE
							   : SSL3_RT_HEADER;

	(void)writes;
	(void)version;
	(void)unused;
	if (type != is_header || len == 0 ||
	    *(const unsigned char *)bytes != SSL3_RT_APPLICATION_DATA)
		return;
	if (seen.verified)
		seen.after++;
	else
		seen.before++;
}

static void watch_steps(const struct session *s, const struct step *step, uint64_t took_us,
    const struct outcome *failed)
{
	(void)s;
	(void)took_us;
	if (step->run == step_verify && !failed)
		seen.verified = true;
}

/*
 * What one client asks for; and, if the handshake does not refuse anything, as after a change that
 * broke it, what step_verify does alone.
 */
struct client {
	const char *ca, *name, *option;
	bool handshake_accepts_all;
};

/* Run the program's steps. The session is the caller's to free. */
static int visit(struct session *s, const struct client *c, const char *port,
    const struct resumption *offered, struct client_options *o, struct outcome *oc)
{
	char *argv[] = { (char *)"hello-client", (char *)"--cacert", (char *)c->ca,
		(char *)"--verify-name", (char *)c->name, (char *)"127.0.0.1", (char *)port,
		(char *)c->option, NULL };
	SSL_CTX *ctx;
	int ret;

	memset(&seen, 0, sizeof seen);
	ck_assert_int_eq(client_options_parse(o, c->option ? 8 : 7, argv, oc), 0);
	ck_assert_int_eq(client_options_check(o, oc), 0);
	ctx = make_context(o, oc);
	ck_assert_no_failure(oc);
	SSL_CTX_set_msg_callback(ctx, watch_records);
	if (c->handshake_accepts_all)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	session_init(s, o, ctx);
	s->offered = offered;
	ret = session_run(s, steps, watch_steps, oc);
	tls_context_free(ctx);
	return ret;
}

static void expect_nothing_read(const struct session *s, const struct outcome *oc)
{
	ck_assert_uint_eq(seen.before, 0);
	ck_assert_uint_eq(seen.after, 0);
	ck_assert(!seen.verified);
	ck_assert_ptr_null(s->greeting);
	ck_assert_str_eq(outcome_layer_name(oc->code), "verify");
}

static void expect_refused(const struct client *c, enum outcome_code code)
{
	for (size_t i = 0; i < 2; i++) {
		struct outcome oc = OUTCOME_NONE;
		struct client_options o;
		struct session s;
		char port[8];
		pid_t pid = start_server(versions[i], 1, port);

		ck_assert_int_eq(visit(&s, c, port, NULL, &o, &oc), -1);
		ck_assert_outcome(&oc, code, "");
		expect_nothing_read(&s, &oc);
		session_free(&s);
		expect_end(pid);
	}
}

/* As good as possible, later held against c: the second visit offers the first one's session. */
static void expect_resumed_and_refused(const struct client *c, enum outcome_code code)
{
	static const struct client good = { .ca = "ca.pem", .name = "a.test" };

	for (size_t i = 0; i < 2; i++) {
		struct outcome oc = OUTCOME_NONE;
		struct client_options o;
		struct resumption held;
		struct session s;
		char port[8];
		pid_t pid = start_server(versions[i], 2, port);

		ck_assert_int_eq(visit(&s, &good, port, NULL, &o, &oc), 0);
		ck_assert_ptr_nonnull(s.earned.session);
		resumption_move(&s.earned, &held);
		session_free(&s);
		/* Should it be offered to another name by mistake. */
		snprintf(held.verify_name, sizeof held.verify_name, "%s", c->name);

		ck_assert_int_eq(visit(&s, c, port, &held, &o, &oc), -1);
		ck_assert(s.facts.resumed);
		ck_assert_outcome(&oc, code, "");
		expect_nothing_read(&s, &oc);
		session_free(&s);
		resumption_free(&held);
		expect_end(pid);
	}
}

/* This proves that application data is seen at all. */
START_TEST(test_a_verified_server_is_read)
{
	const struct client good = { .ca = "ca.pem", .name = "a.test" };

	for (size_t i = 0; i < 2; i++) {
		struct outcome oc = OUTCOME_NONE;
		struct client_options o;
		struct session s;
		char port[8];
		pid_t pid = start_server(versions[i], 1, port);

		ck_assert_int_eq(visit(&s, &good, port, NULL, &o, &oc), 0);
		ck_assert(seen.verified);
		ck_assert_uint_eq(seen.before, 0);
		ck_assert_uint_eq(seen.after, 1);
		ck_assert_uint_eq(s.greeting_len, sizeof greeting - 1);
		session_free(&s);
		expect_end(pid);
	}
}
END_TEST

START_TEST(test_what_the_handshake_refuses_is_not_read)
{
	const struct client unknown = { .ca = "other.pem", .name = "a.test" };
	const struct client named = { .ca = "ca.pem", .name = "b.test" };

	expect_refused(&unknown, OC_CERT_MISSING_INTERMEDIATE);
	expect_refused(&named, OC_CERT_WRONG_NAME);
}
END_TEST

START_TEST(test_what_only_the_verification_refuses_is_not_read)
{
	const struct client unknown = {
		.ca = "other.pem", .name = "a.test", .handshake_accepts_all = true
	};
	const struct client named = {
		.ca = "ca.pem", .name = "b.test", .handshake_accepts_all = true
	};
	const struct client pinned = { .ca = "ca.pem", .name = "a.test", .option = wrong_pin };

	expect_refused(&unknown, OC_CERT_INVALID);
	expect_refused(&named, OC_CERT_INVALID);
	expect_refused(&pinned, OC_CERT_PIN_MISMATCH);
}
END_TEST

START_TEST(test_a_resumed_session_is_verified_before_it_is_read)
{
	const struct client unknown = { .ca = "other.pem", .name = "a.test" };
	const struct client named = { .ca = "ca.pem", .name = "b.test" };
	const struct client pinned = { .ca = "ca.pem", .name = "a.test", .option = wrong_pin };

	expect_resumed_and_refused(&unknown, OC_CERT_MISSING_INTERMEDIATE);
	expect_resumed_and_refused(&named, OC_CERT_WRONG_NAME);
	expect_resumed_and_refused(&pinned, OC_CERT_PIN_MISMATCH);
}
END_TEST

CHECK_MAIN_IN("steps", make_files, testpki_end, test_a_verified_server_is_read,
    test_what_the_handshake_refuses_is_not_read,
    test_what_only_the_verification_refuses_is_not_read,
    test_a_resumed_session_is_verified_before_it_is_read)
