/* SPDX-License-Identifier: MIT */
#include "server/service/client_auth.h"

#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "tls/cert_id.h"
#include "tls/context.h"
#include "server/service/context.h"
#include "tls/conn.h"
#include "support/check_main.h"
#include "support/test_pki.h"

/*
 * Whole handshakes, for what counts is whether the server's half of one ends
 * well: a client is in then, and nothing behind it keeps it out.
 */
static const struct testpki_cert *root, *middle, *impostor;
static const struct testpki_cert *good, *expired, *early, *for_servers;
static const struct testpki_cert *other, *lone, *odd, *forged, *weak;

static const struct testpki_cert *client(const char *cn, const struct testpki_cert *issuer)
{
	return testpki_make(&(struct testpki_spec){ .cn = cn,
	    .sans = "URI:spiffe://a.test/me",
	    .eku = "clientAuth",
	    .issuer = issuer });
}

static void make_clients(void)
{
	const struct testpki_cert *server;

	testpki_begin();
	root = testpki_root("Root");
	middle = testpki_intermediate(root);
	impostor = testpki_root("Root");
	server = testpki_leaf(middle, "DNS:localhost");
	good = client("good", middle);
	expired = testpki_make(&(struct testpki_spec){ .cn = "expired",
	    .eku = "clientAuth",
	    .issuer = middle,
	    .from_s = -7200,
	    .until_s = -3600 });
	early = testpki_make(&(struct testpki_spec){ .cn = "early",
	    .eku = "clientAuth",
	    .issuer = middle,
	    .from_s = 3600,
	    .until_s = 7200 });
	for_servers = testpki_make(
	    &(struct testpki_spec){ .cn = "for servers", .eku = "serverAuth", .issuer = middle });
	other = client("good", impostor);
	lone = client("good", NULL);
	odd = testpki_make(&(struct testpki_spec){ .sans = "URI:spiffe://a.test/odd",
	    .eku = "clientAuth",
	    .issuer = middle });
	/* Nothing but the signature tells that the CA of that name did not make it. */
	forged = testpki_make(&(struct testpki_spec){ .cn = "good",
	    .eku = "clientAuth",
	    .issuer = impostor,
	    .no_key_ids = true });
	weak = testpki_make(&(struct testpki_spec){ .cn = "weak",
	    .eku = "clientAuth",
	    .issuer = middle,
	    .key = TESTPKI_RSA1024 });
	testpki_write_certs("server.pem", server, middle, NULL);
	testpki_write_key("server.key", server, NULL);
	testpki_write_certs("ca.pem", root, NULL);
}

/* How a client fares. */
struct fate {
	bool in;
	struct client_auth_peer peer;
	struct outcome oc; /* as tls_conn and client_auth_explain tell it */
	int alert;         /* that the client was sent */
	int kept;          /* certificates in memory besides the client's own */
};

/* As a server of the zoo has it. */
static bool relaxed;

/* How often a client sends its intermediate. */
static int middles = 1;

static SSL_CTX *make_client(const struct testpki_cert *shown, int version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	ck_assert_int_eq(SSL_CTX_set_max_proto_version(ctx, version), 1);
	/* As a hostile one would: it sends what it has, however little that is worth. */
	SSL_CTX_set_security_level(ctx, 0);
	if (shown) {
		ck_assert_int_eq(SSL_CTX_use_certificate(ctx, shown->cert), 1);
		ck_assert_int_eq(SSL_CTX_use_PrivateKey(ctx, shown->key), 1);
		for (int i = 0; i < middles; i++)
			ck_assert_int_eq(SSL_CTX_add1_chain_cert(ctx, middle->cert), 1);
	}
	return ctx;
}

static void shake_hands(struct tls_conn *server, SSL *c, struct fate *f)
{
	struct outcome ignored = OUTCOME_NONE;
	enum io io = IO_WANT_READ;

	for (int i = 0; i < 20 && io != IO_DONE && io != IO_FAILED; i++) {
		SSL_do_handshake(c);
		io = tls_conn_handshake(server, &f->oc);
	}
	f->in = io == IO_DONE;
	f->kept = sk_X509_num(SSL_get_peer_cert_chain(tls_conn_library(server)));
	tls_conn_flush(server, &ignored);
	f->alert = tls_conn_sent_alert(server);
	ck_assert(f->in || io == IO_FAILED);
	/* As conn_record does it. */
	if (f->oc.code == OC_CERT_INVALID) {
		f->oc = OUTCOME_NONE;
		client_auth_explain(&f->peer, &f->oc);
	}
}

static struct fate meet(const struct client_auth *a, const struct testpki_cert *shown, int version)
{
	const struct tls_identity id = { .chain_file = "server.pem", .key_file = "server.key" };
	const struct server_context_choice choice = { .ask = client_auth_ask(a) };
	struct fate f = { .oc = OUTCOME_NONE };
	SSL_CTX *ctx = server_context_new(&id, &choice, &f.oc),
		*theirs = make_client(shown, version);
	SSL *c = SSL_new(theirs);
	struct tls_conn *server;
	int ends[2];

	ck_assert_no_failure(&f.oc);
	if (relaxed)
		tls_policy_relax(ctx);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	server = tls_conn_new_server(ctx, ends[0], &f.peer, &f.oc);
	ck_assert_no_failure(&f.oc);
	SSL_set_fd(c, ends[1]);
	SSL_set_connect_state(c);
	shake_hands(server, c, &f);
	SSL_free(c);
	tls_conn_free(server);
	SSL_CTX_free(theirs);
	tls_context_free(ctx);
	close(ends[0]);
	close(ends[1]);
	return f;
}

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

static void expect_in(const struct client_auth *a, const struct testpki_cert *shown)
{
	for (int i = 0; i < 2; i++) {
		struct fate f = meet(a, shown, versions[i]);

		ck_assert_no_failure(&f.oc);
		ck_assert(f.in);
		ck_assert_int_eq(f.peer.sent, shown != NULL);
		ck_assert_int_eq(f.peer.error, X509_V_OK);
		ck_assert_int_le(f.kept, 0);
	}
}

/* alert: RFC 8446 section 6.2 */
static void expect_out(const struct client_auth *a, const struct testpki_cert *shown, int alert,
    enum outcome_code code, const char *words)
{
	for (int i = 0; i < 2; i++) {
		struct fate f = meet(a, shown, versions[i]);

		ck_assert(!f.in);
		ck_assert_outcome(&f.oc, code, words);
		ck_assert_int_eq(f.peer.sent, shown != NULL);
		/* Before TLS 1.3 there was no word for a missing one (RFC 5246 section 7.4.6). */
		if (code == OC_CLIENT_CERT_REQUIRED && versions[i] == TLS1_2_VERSION)
			ck_assert_int_eq(f.alert, SSL_AD_HANDSHAKE_FAILURE);
		else
			ck_assert_int_eq(f.alert, alert);
	}
}

static void expect_refused(const struct client_auth *a, const struct testpki_cert *shown, int alert,
    const char *words)
{
	expect_out(a, shown, alert, OC_CLIENT_CERT_REFUSED, words);
}

/* It is not the client's fault. */
static void expect_crl_blamed(const struct client_auth *a, const struct testpki_cert *shown,
    const char *words)
{
	expect_out(a, shown, SSL_AD_CERTIFICATE_UNKNOWN, OC_CRL_UNUSABLE, words);
}

static const struct client_auth modes[] = {
	{ .mode = CLIENT_AUTH_REQUIRE, .ca_file = "ca.pem" },
	{ .mode = CLIENT_AUTH_OPTIONAL, .ca_file = "ca.pem" },
};

START_TEST(test_a_good_client_is_let_in_and_known)
{
	struct fate f;

	for (int i = 0; i < 2; i++) {
		expect_in(&modes[i], good);
		/* Without a subject it is known by its names. */
		expect_in(&modes[i], odd);
	}
	f = meet(&modes[0], good, TLS1_3_VERSION);
	ck_assert_str_eq(f.peer.subject, "good");
	ck_assert_str_eq(f.peer.names, "URI:spiffe://a.test/me");
	f = meet(&modes[0], odd, TLS1_3_VERSION);
	ck_assert_str_eq(f.peer.subject, "");
	ck_assert_str_eq(f.peer.names, "URI:spiffe://a.test/odd");
}
END_TEST

START_TEST(test_without_a_certificate)
{
	expect_out(&modes[0], NULL, TLS13_AD_CERTIFICATE_REQUIRED, OC_CLIENT_CERT_REQUIRED,
	    "sent no certificate");
	expect_in(&modes[1], NULL);
}
END_TEST

/* Of 32 KiB; OpenSSL 4 does not tell which message was too long. */
START_TEST(test_a_chain_that_is_too_long)
{
	struct fate f;

	middles = 100;
	f = meet(&modes[0], good, TLS1_3_VERSION);
	middles = 1;
	ck_assert(!f.in);
	ck_assert_outcome(&f.oc, OC_HANDSHAKE_FAILED, "longer than");
}
END_TEST

/* Optional is not: whatever is shown has to be good. */
START_TEST(test_a_bad_certificate_is_refused_in_each_mode)
{
	for (int i = 0; i < 2; i++) {
		const struct client_auth *a = &modes[i];

		expect_refused(a, expired, SSL_AD_CERTIFICATE_EXPIRED,
		    "\"expired\" expired on ");
		expect_refused(a, early, SSL_AD_CERTIFICATE_EXPIRED,
		    "\"early\" is not valid before ");
		expect_refused(a, for_servers, SSL_AD_UNSUPPORTED_CERTIFICATE,
		    "\"for servers\" is not for clients");
		expect_refused(a, lone, SSL_AD_UNKNOWN_CA, "\"good\" is self-signed");
		expect_refused(a, other, SSL_AD_UNKNOWN_CA, "");
		expect_refused(a, forged, SSL_AD_BAD_CERTIFICATE,
		    "\"good\": certificate signature failure");
	}
}
END_TEST

/* The zoo serves weak keys on purpose, and takes none for that. */
START_TEST(test_a_weak_key_is_refused_in_the_zoo_too)
{
	expect_refused(&modes[0], weak, SSL_AD_BAD_CERTIFICATE,
	    "\" has a key, RSA 1024, that is too weak");
	relaxed = true;
	expect_refused(&modes[0], weak, SSL_AD_BAD_CERTIFICATE,
	    "\" has a key, RSA 1024, that is too weak");
	expect_in(&modes[0], good);
}
END_TEST

/* --client-ca with the wrong file: whoever was let in until now is not. */
START_TEST(test_another_ca)
{
	struct client_auth a = modes[0];

	testpki_write_certs("impostor.pem", impostor, NULL);
	a.ca_file = "impostor.pem";
	expect_in(&a, other);
	expect_refused(&a, good, SSL_AD_UNKNOWN_CA, "");
}
END_TEST

START_TEST(test_an_intermediate_is_no_trust_by_itself)
{
	struct client_auth a = modes[0];

	testpki_write_certs("middle.pem", middle, NULL);
	a.ca_file = "middle.pem";
	expect_refused(&a, good, SSL_AD_UNKNOWN_CA, "not in --client-ca");
}
END_TEST

START_TEST(test_revocation)
{
	const struct testpki_crl none[] = { { .issuer = root }, { .issuer = middle } };
	const struct testpki_crl leaf[] = { { .issuer = root },
		{ .issuer = middle, .revoked = good } };
	const struct testpki_crl ca[] = { { .issuer = root, .revoked = middle },
		{ .issuer = middle } };

	for (int i = 0; i < 2; i++) {
		struct client_auth a = modes[i];

		a.crl_file = "crl.pem";
		testpki_write_crls("crl.pem", none, 2);
		expect_in(&a, good);
		testpki_write_crls("crl.pem", leaf, 2);
		expect_refused(&a, good, SSL_AD_CERTIFICATE_REVOKED, "\"good\" was revoked");
		expect_in(&a, odd);
		testpki_write_crls("crl.pem", ca, 2);
		expect_refused(&a, good, SSL_AD_CERTIFICATE_REVOKED,
		    "the intermediate \"Test Intermediate\" of the client \"good\" was revoked");
		/* Optional: who shows nothing cannot be revoked. */
		if (a.mode == CLIENT_AUTH_OPTIONAL)
			expect_in(&a, NULL);
	}
}
END_TEST

START_TEST(test_a_crl_that_cannot_tell_keeps_out_everybody)
{
	const struct testpki_crl half[] = { { .issuer = root } };
	const struct testpki_crl stale[] = { { .issuer = root },
		{ .issuer = middle, .from_s = -7200, .until_s = -3600 } };
	const struct testpki_crl to_come[] = { { .issuer = root },
		{ .issuer = middle, .from_s = 3600, .until_s = 7200 } };
	const struct testpki_crl alien[] = { { .issuer = root },
		{ .issuer = middle, .signer = impostor } };
	struct client_auth a = modes[0];

	a.crl_file = "crl.pem";
	testpki_write_crls("crl.pem", half, 1);
	expect_crl_blamed(&a, good, "there is no CRL of \"Test Intermediate\"");
	testpki_write_crls("crl.pem", stale, 2);
	expect_crl_blamed(&a, good, "the CRL of \"Test Intermediate\" has been stale");
	testpki_write_crls("crl.pem", to_come, 2);
	expect_crl_blamed(&a, good, "the CRL of \"Test Intermediate\" is not valid before ");
	testpki_write_crls("crl.pem", alien, 2);
	expect_crl_blamed(&a, good, "the CRL of \"Test Intermediate\" was not signed by");
}
END_TEST

/* --crl-stale allow forgives an old CRL, and nothing else that may be wrong with it or a client. */
START_TEST(test_what_stale_allowed_does_not_allow)
{
	const struct testpki_crl stale[] = { { .issuer = root },
		{ .issuer = middle, .from_s = -7200, .until_s = -3600, .revoked = odd } };
	const struct testpki_crl half[] = { { .issuer = root, .from_s = -7200, .until_s = -3600 } };
	const struct testpki_crl alien[] = { { .issuer = root },
		{ .issuer = middle, .signer = impostor, .from_s = -7200, .until_s = -3600 } };
	struct client_auth a = modes[0];

	a.crl_file = "crl.pem";
	a.stale_allowed = true;
	testpki_write_crls("crl.pem", stale, 2);
	expect_in(&a, good);
	expect_refused(&a, odd, SSL_AD_CERTIFICATE_REVOKED,
	    "the client's certificate \"URI:spiffe://a.test/odd\" was revoked");
	expect_refused(&a, expired, SSL_AD_CERTIFICATE_EXPIRED, "expired on ");
	expect_refused(&a, for_servers, SSL_AD_UNSUPPORTED_CERTIFICATE, "is not for clients");
	expect_refused(&a, lone, SSL_AD_UNKNOWN_CA, "is self-signed");
	testpki_write_crls("crl.pem", half, 1);
	expect_crl_blamed(&a, good, "there is no CRL of \"Test Intermediate\"");
	testpki_write_crls("crl.pem", alien, 2);
	expect_crl_blamed(&a, good, "was not signed by that CA");
}
END_TEST

static struct client_auth listing(enum client_allow_kind kind, const char *value)
{
	struct outcome oc = OUTCOME_NONE;
	struct client_auth a = modes[0];

	ck_assert_int_eq(client_allow_add(&a.allow, kind, value, &oc), 0);
	return a;
}

START_TEST(test_who_is_not_on_the_list_stays_out)
{
	static const struct {
		enum client_allow_kind kind;
		const char *value;
	} others[] = {
		{ CLIENT_ALLOW_CN, "better" },
		{ CLIENT_ALLOW_DNS, "good" },
		{ CLIENT_ALLOW_URI, "spiffe://a.test/you" },
		{ CLIENT_ALLOW_SPKI, "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
	};
	struct cert_id id;
	struct client_auth a;

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		a = listing(others[i].kind, others[i].value);
		expect_refused(&a, good, SSL_AD_CERTIFICATE_UNKNOWN,
		    "the client \"good\" is verified, but matches no --allow-* option: its names "
		    "are URI:spiffe://a.test/me");
		a.mode = CLIENT_AUTH_OPTIONAL;
		expect_refused(&a, good, SSL_AD_CERTIFICATE_UNKNOWN, "matches no --allow-* option");
	}
	a = listing(CLIENT_ALLOW_CN, "good");
	expect_in(&a, good);
	a = listing(CLIENT_ALLOW_URI, "spiffe://a.test/me");
	expect_in(&a, good);
	cert_id_get(good->cert, &id);
	a = listing(CLIENT_ALLOW_SPKI, id.pin);
	expect_in(&a, good);
}
END_TEST

/* A name on the list is worth what its chain is: anybody can write it into a certificate. */
START_TEST(test_the_list_saves_nobody)
{
	const struct testpki_crl revoked[] = { { .issuer = root },
		{ .issuer = middle, .revoked = good } };
	struct client_auth a = listing(CLIENT_ALLOW_CN, "good");

	expect_refused(&a, lone, SSL_AD_UNKNOWN_CA, "is self-signed");
	expect_refused(&a, other, SSL_AD_UNKNOWN_CA, "");
	testpki_write_crls("crl.pem", revoked, 2);
	a.crl_file = "crl.pem";
	expect_refused(&a, good, SSL_AD_CERTIFICATE_REVOKED, "was revoked");
	a = listing(CLIENT_ALLOW_CN, "expired");
	expect_refused(&a, expired, SSL_AD_CERTIFICATE_EXPIRED, "expired on ");
	a = listing(CLIENT_ALLOW_CN, "for servers");
	expect_refused(&a, for_servers, SSL_AD_UNSUPPORTED_CERTIFICATE, "is not for clients");
}
END_TEST

static void settle_well(struct client_auth a, enum client_auth_mode mode)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(client_auth_settle(&a, &oc), 0);
	ck_assert_no_failure(&oc);
	ck_assert_int_eq(a.mode, mode);
}

static void settle_badly(struct client_auth a, const char *words)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(client_auth_settle(&a, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, words);
}

START_TEST(test_what_is_not_said)
{
	struct client_auth listed = listing(CLIENT_ALLOW_CN, "good");

	settle_well((struct client_auth){ .mode = CLIENT_AUTH_UNSAID }, CLIENT_AUTH_NONE);
	settle_well((struct client_auth){ .ca_file = "ca.pem" }, CLIENT_AUTH_REQUIRE);
	settle_well((struct client_auth){ .ca_file = "ca.pem", .mode = CLIENT_AUTH_OPTIONAL },
	    CLIENT_AUTH_OPTIONAL);
	settle_badly((struct client_auth){ .mode = CLIENT_AUTH_REQUIRE }, "needs --client-ca");
	settle_badly((struct client_auth){ .mode = CLIENT_AUTH_OPTIONAL }, "needs --client-ca");
	settle_badly((struct client_auth){ .crl_file = "crl.pem" }, "rejects nobody");
	settle_badly((struct client_auth){ .ca_file = "ca.pem", .stale_allowed = true },
	    "--crl-stale needs --crlfile");
	listed.ca_file = NULL;
	listed.mode = CLIENT_AUTH_UNSAID;
	settle_badly(listed, "rejects nobody");
	/* Whoever is not on the list would show no certificate. */
	listed.ca_file = "ca.pem";
	settle_well(listed, CLIENT_AUTH_REQUIRE);
	listed.mode = CLIENT_AUTH_OPTIONAL;
	settle_badly(listed, "reject nobody with --client-auth optional");
	listed.mode = CLIENT_AUTH_NONE;
	settle_badly(listed, "reject nobody with --client-auth none");
	settle_badly((struct client_auth){ .mode = CLIENT_AUTH_NONE,
			 .ca_file = "ca.pem",
			 .crl_file = "crl.pem" },
	    "rejects nobody");
}
END_TEST

CHECK_MAIN_IN("client_auth", make_clients, testpki_end, test_a_good_client_is_let_in_and_known,
    test_without_a_certificate, test_a_chain_that_is_too_long,
    test_a_bad_certificate_is_refused_in_each_mode, test_a_weak_key_is_refused_in_the_zoo_too,
    test_another_ca, test_an_intermediate_is_no_trust_by_itself, test_revocation,
    test_a_crl_that_cannot_tell_keeps_out_everybody, test_what_stale_allowed_does_not_allow,
    test_who_is_not_on_the_list_stays_out, test_the_list_saves_nobody, test_what_is_not_said)
