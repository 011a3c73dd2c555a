/* SPDX-License-Identifier: MIT */
#include "tls/context.h"
#include "server/service/context.h"
#include "client/session/context.h"

#include <sys/stat.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "support/check_main.h"
#include "support/test_pki.h"

static const struct server_context_choice usual;
static const struct tls_identity nobody;

static void make_files(void)
{
	const struct testpki_cert *root, *middle, *leaf, *other, *rsa, *weak, *p521;

	testpki_begin();
	root = testpki_root("Root");
	middle = testpki_intermediate(root);
	leaf = testpki_leaf(middle, "DNS:localhost");
	other = testpki_leaf(middle, "DNS:localhost");
	rsa = testpki_make(&(struct testpki_spec){ .sans = "DNS:localhost",
	    .issuer = middle,
	    .key = TESTPKI_RSA2048 });
	weak = testpki_make(&(struct testpki_spec){ .sans = "DNS:localhost",
	    .issuer = middle,
	    .key = TESTPKI_RSA1024 });
	p521 = testpki_make(&(
	    struct testpki_spec){ .sans = "DNS:localhost", .issuer = middle, .key = TESTPKI_P521 });
	testpki_write_certs("p521.pem", p521, middle, NULL);
	testpki_write_key("p521.key", p521, NULL);
	testpki_write_certs("chain.pem", leaf, middle, NULL);
	testpki_write_certs("rsa.pem", rsa, middle, NULL);
	testpki_write_certs("weak.pem", weak, middle, NULL);
	testpki_write_certs("ca.pem", root, NULL);
	testpki_write_key("key.pem", leaf, NULL);
	testpki_write_key("other.key", other, NULL);
	testpki_write_key("rsa.key", rsa, NULL);
	testpki_write_key("weak.key", weak, NULL);
	testpki_write_key("locked.key", leaf, "secret");
	testpki_write_key("open.key", leaf, NULL);
	testpki_write_text("text", "no certificate\n", 15);
}

static struct outcome refused(const char *chain, const char *key)
{
	const struct tls_identity id = { .chain_file = chain, .key_file = key };
	struct outcome oc = OUTCOME_NONE;

	ck_assert_ptr_null(server_context_new(&id, &usual, &oc));
	return oc;
}

static SSL_CTX *accepted(const char *chain, const char *key)
{
	const struct tls_identity id = { .chain_file = chain, .key_file = key };
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = server_context_new(&id, &usual, &oc);

	ck_assert_no_failure(&oc);
	return ctx;
}

START_TEST(test_good_files_pass_the_rehearsal)
{
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = accepted("chain.pem", "key.pem");

	ck_assert_int_eq(server_context_rehearse(ctx, &usual, &oc), 0);
	tls_context_free(ctx);
	ctx = accepted("rsa.pem", "rsa.key");
	ck_assert_int_eq(server_context_rehearse(ctx, &usual, &oc), 0);
	ck_assert_no_failure(&oc);
	tls_context_free(ctx);
}
END_TEST

/* What a server may choose must not fail for want of it in our own client. */
START_TEST(test_other_curves_pass_the_rehearsal)
{
	const struct tls_identity p521 = { .chain_file = "p521.pem", .key_file = "p521.key" };
	const struct server_context_choice old = { .policy = { .groups = "P-256",
						    .max = TLS1_2_VERSION } };
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = server_context_new(&p521, &old, &oc);

	ck_assert_int_eq(server_context_rehearse(ctx, &old, &oc), 0);
	tls_context_free(ctx);
	ctx = server_context_new(&p521, &usual, &oc);
	ck_assert_int_eq(server_context_rehearse(ctx, &usual, &oc), 0);
	ck_assert_no_failure(&oc);
	tls_context_free(ctx);
}
END_TEST

START_TEST(test_each_bad_file_is_named)
{
	struct outcome oc;

	oc = refused("missing.pem", "key.pem");
	ck_assert_outcome(&oc, OC_FILE, "certificate missing.pem: No such file");
	oc = refused("text", "key.pem");
	ck_assert_outcome(&oc, OC_FILE, "text cannot be used");
	ck_assert_has(oc.advice, "grep BEGIN text should find a CERTIFICATE");
	oc = refused("chain.pem", "missing.key");
	ck_assert_outcome(&oc, OC_FILE, "key missing.key: No such file");
	oc = refused("chain.pem", "text");
	ck_assert_outcome(&oc, OC_FILE, "text holds no private key");
	ck_assert_has(oc.advice, "grep BEGIN text should find a PRIVATE KEY");
	oc = refused("chain.pem", "other.key");
	ck_assert_outcome(&oc, OC_FILE, "other.key does not belong to");
	oc = refused("chain.pem", "rsa.key");
	ck_assert_outcome(&oc, OC_FILE, "rsa.key does not belong to");
	ck_assert_has(oc.detail, "key type");
	oc = refused("chain.pem", "pkcs11:token=a?pin-value=1234");
	ck_assert_outcome(&oc, OC_FILE, "the key is named by a pkcs11: URI, and this server");
	oc = refused("PKCS11:a?pin-value=1234", "key.pem");
	ck_assert_outcome(&oc, OC_FILE, "the certificate is named by a pkcs11: URI");
}
END_TEST

/* The passphrase is never asked for: a daemon has nobody to ask. */
START_TEST(test_a_locked_key_is_refused_without_a_question)
{
	struct outcome oc = refused("chain.pem", "locked.key");

	ck_assert_outcome(&oc, OC_FILE, "locked.key needs a passphrase");
	ck_assert_str_eq(oc.detail, "the key locked.key needs a passphrase");
	ck_assert_has(oc.advice, "openssl pkey -in locked.key");
}
END_TEST

START_TEST(test_a_key_for_everybody_is_refused)
{
	struct outcome oc;

	ck_assert_int_eq(chmod("open.key", 0644), 0);
	oc = refused("chain.pem", "open.key");
	ck_assert_outcome(&oc, OC_FILE, "the key open.key is world-readable (mode 0644)");
	/* A group may: systemd hands credentials over like that. */
	ck_assert_int_eq(chmod("open.key", 0640), 0);
	tls_context_free(accepted("chain.pem", "open.key"));
}
END_TEST

START_TEST(test_a_weak_key_is_below_the_level)
{
	struct outcome oc = refused("weak.pem", "weak.key");

	ck_assert_outcome(&oc, OC_FILE, "\" has a key, RSA 1024, that is too weak");
	ck_assert_has(oc.detail, "the certificate weak.pem cannot be used: \"");
	ck_assert_has(oc.advice, "an RSA key of at least 2048 bits");
}
END_TEST

/* A cipher for RSA and a key that is none: said at the load, not by the first client. */
START_TEST(test_a_policy_that_the_key_cannot_keep_fails_the_rehearsal)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = {
		.policy = { .ciphers = "ECDHE-RSA-AES128-GCM-SHA256", .max = TLS1_2_VERSION },
	};
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = server_context_new(&id, &choice, &oc);

	ck_assert_int_eq(server_context_rehearse(ctx, &choice, &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, "test handshake in TLS 1.2");
	tls_context_free(ctx);
}
END_TEST

static int accept_nothing(X509_STORE_CTX *store, void *unused)
{
	(void)store;
	(void)unused;
	return 0;
}

static int accept_none(SSL *ssl, void *unused)
{
	(void)ssl;
	(void)unused;
	return 1;
}

static const struct client_context_judge judge = { accept_nothing, accept_none };

START_TEST(test_both_ends_refuse_an_impossible_policy)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = { .policy = { .groups = "P-256:nonsense" } };
	const struct tls_trust trust = { .ca_file = "ca.pem" };
	struct outcome oc = OUTCOME_NONE;

	ck_assert_ptr_null(server_context_new(&id, &choice, &oc));
	ck_assert_outcome(&oc, OC_USAGE, "\"nonsense\"");
	oc = OUTCOME_NONE;
	ck_assert_ptr_null(client_context_new(&trust, &choice.policy, &nobody, &judge, &oc));
	ck_assert_outcome(&oc, OC_USAGE, "\"nonsense\"");
}
END_TEST

static struct outcome distrusted(const char *file, const char *dir)
{
	const struct tls_trust trust = { .ca_file = file, .ca_dir = dir };
	struct outcome oc = OUTCOME_NONE;

	ck_assert_ptr_null(client_context_new(&trust, &usual.policy, &nobody, &judge, &oc));
	return oc;
}

START_TEST(test_trust_that_is_none_is_named)
{
	struct outcome oc;

	oc = distrusted("missing.pem", NULL);
	ck_assert_outcome(&oc, OC_FILE, "missing.pem: No such file");
	oc = distrusted("text", NULL);
	ck_assert_outcome(&oc, OC_FILE, "text cannot be used");
	oc = distrusted(NULL, "missing");
	ck_assert_outcome(&oc, OC_FILE, "missing is not a folder");
	oc = distrusted(NULL, "text");
	ck_assert_outcome(&oc, OC_FILE, "text is not a folder");
}
END_TEST

START_TEST(test_strictness_is_the_only_thing_that_can_go)
{
	struct tls_trust trust = { .ca_file = "ca.pem" };
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *strict = client_context_new(&trust, &usual.policy, &nobody, &judge, &oc);
	SSL_CTX *lenient;

	trust.no_x509_strict = true;
	lenient = client_context_new(&trust, &usual.policy, &nobody, &judge, &oc);
	ck_assert_no_failure(&oc);
	ck_assert_uint_eq(X509_VERIFY_PARAM_get_flags(SSL_CTX_get0_param(strict)) &
		~X509_VERIFY_PARAM_get_flags(SSL_CTX_get0_param(lenient)),
	    X509_V_FLAG_X509_STRICT);
	ck_assert_int_eq(SSL_CTX_get_verify_mode(lenient), SSL_VERIFY_PEER);
	ck_assert_int_eq(SSL_CTX_get_security_level(lenient), 2);
	tls_context_free(strict);
	tls_context_free(lenient);
}
END_TEST

/* A client with this much of TLS against our server, both in memory: does it get in? */
static bool gets_in(int version, const char *ciphers)
{
	SSL_CTX *server_ctx = accepted("chain.pem", "key.pem");
	SSL_CTX *client_ctx = SSL_CTX_new(TLS_client_method());
	SSL *s = SSL_new(server_ctx), *c;
	BIO *s_bio, *c_bio;
	bool in = false;

	SSL_CTX_set_security_level(client_ctx, 0);
	SSL_CTX_set_min_proto_version(client_ctx, version);
	SSL_CTX_set_max_proto_version(client_ctx, version);
	ck_assert_int_eq(SSL_CTX_set_cipher_list(client_ctx, ciphers), 1);
	c = SSL_new(client_ctx);
	ck_assert_int_eq(BIO_new_bio_pair(&s_bio, 0, &c_bio, 0), 1);
	SSL_set_bio(s, s_bio, s_bio);
	SSL_set_bio(c, c_bio, c_bio);
	SSL_set_accept_state(s);
	SSL_set_connect_state(c);
	for (int i = 0; i < 10 && !in; i++)
		in = SSL_do_handshake(c) + SSL_do_handshake(s) == 2;
	SSL_free(s);
	SSL_free(c);
	SSL_CTX_free(client_ctx);
	tls_context_free(server_ctx);
	return in;
}

START_TEST(test_only_the_policy_gets_in)
{
	ck_assert(gets_in(TLS1_3_VERSION, "DEFAULT"));
	ck_assert(gets_in(TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256"));
	ck_assert(gets_in(TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305"));
	ck_assert(!gets_in(TLS1_1_VERSION, "DEFAULT@SECLEVEL=0"));
	ck_assert(!gets_in(TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256"));
	ck_assert(!gets_in(TLS1_2_VERSION, "AES128-GCM-SHA256"));
	ck_assert(!gets_in(TLS1_2_VERSION, "DHE-RSA-AES128-GCM-SHA256"));
}
END_TEST

START_TEST(test_options_that_a_configuration_could_loosen)
{
	SSL_CTX *ctx = accepted("chain.pem", "key.pem");
	uint64_t options = SSL_CTX_get_options(ctx);

	ck_assert(options & SSL_OP_NO_RENEGOTIATION);
	ck_assert(options & SSL_OP_NO_COMPRESSION);
	ck_assert(!(options & SSL_OP_IGNORE_UNEXPECTED_EOF));
	ck_assert_uint_eq(SSL_CTX_get_max_early_data(ctx), 0);
	ck_assert_uint_eq(SSL_CTX_get_num_tickets(ctx), 0);
	tls_context_free(ctx);
}
END_TEST

START_TEST(test_the_chain_is_sent_as_it_stands)
{
	SSL_CTX *ctx = accepted("chain.pem", "key.pem");
	STACK_OF(X509) *chain = NULL;

	ck_assert_int_eq(SSL_CTX_get0_chain_certs(ctx, &chain), 1);
	ck_assert_int_eq(sk_X509_num(chain), 1);
	ck_assert(SSL_CTX_get_mode(ctx) & SSL_MODE_NO_AUTO_CHAIN);
	tls_context_free(ctx);
}
END_TEST

CHECK_MAIN_IN("tls_context", make_files, testpki_end, test_good_files_pass_the_rehearsal,
    test_other_curves_pass_the_rehearsal, test_each_bad_file_is_named,
    test_a_locked_key_is_refused_without_a_question, test_a_key_for_everybody_is_refused,
    test_a_weak_key_is_below_the_level, test_a_policy_that_the_key_cannot_keep_fails_the_rehearsal,
    test_both_ends_refuse_an_impossible_policy,
    test_trust_that_is_none_is_named, test_strictness_is_the_only_thing_that_can_go,
    test_only_the_policy_gets_in, test_options_that_a_configuration_could_loosen,
    test_the_chain_is_sent_as_it_stands)
