/* SPDX-License-Identifier: MIT */
#include "tls/policy.h"

#include <openssl/ssl.h>

#include "support/check_main.h"

/* The context that this choice leaves. */
static SSL_CTX *narrowed(const struct tls_policy_choice *choice)
{
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());

	ck_assert_int_eq(tls_policy_apply(ctx, choice, &oc), 0);
	ck_assert_no_failure(&oc);
	return ctx;
}

static struct outcome refused(const struct tls_policy_choice *choice, const char *because)
{
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());

	ck_assert_int_eq(tls_policy_apply(ctx, choice, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, because);
	SSL_CTX_free(ctx);
	return oc;
}

/* Those of both versions, suites of TLS 1.3 first, joined by blanks. */
static const char *ciphers_of(const SSL_CTX *ctx)
{
	static char text[512];
	const STACK_OF(SSL_CIPHER) *all = SSL_CTX_get_ciphers(ctx);

	text[0] = '\0';
	for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
		size_t len = strlen(text);

		snprintf(text + len, sizeof text - len, "%s%s", i > 0 ? " " : "",
		    SSL_CIPHER_get_name(sk_SSL_CIPHER_value(all, i)));
	}
	return text;
}

START_TEST(test_the_whole_policy_is_aead_with_forward_secrecy)
{
	SSL_CTX *ctx = narrowed(&(struct tls_policy_choice){ .min = 0 });
	const STACK_OF(SSL_CIPHER) *all = SSL_CTX_get_ciphers(ctx);

	ck_assert_int_eq(sk_SSL_CIPHER_num(all), 9);
	for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
		const SSL_CIPHER *c = sk_SSL_CIPHER_value(all, i);
		int kx = SSL_CIPHER_get_kx_nid(c);

		ck_assert(SSL_CIPHER_is_aead(c));
		ck_assert(kx == NID_kx_any || kx == NID_kx_ecdhe);
	}
	ck_assert_str_eq(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(all, 0)),
	    "TLS_AES_128_GCM_SHA256");
	ck_assert_int_eq(SSL_CTX_get_min_proto_version(ctx), TLS1_2_VERSION);
	ck_assert_int_eq(SSL_CTX_get_max_proto_version(ctx), 0);
	SSL_CTX_free(ctx);
}
END_TEST

/* As a configuration file of the library could have it. */
START_TEST(test_what_was_loosened_is_undone)
{
	const uint64_t loose = SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_ALLOW_NO_DHE_KEX |
	    SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
	    SSL_OP_NO_EXTENDED_MASTER_SECRET;
	const struct tls_policy_choice choice = { .min = 0 };
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_options(ctx, loose);
	SSL_CTX_set_max_early_data(ctx, 1000);
	ck_assert_int_eq(tls_policy_apply(ctx, &choice, &oc), 0);
	ck_assert_uint_eq(SSL_CTX_get_options(ctx) & loose, 0);
	ck_assert(SSL_CTX_get_options(ctx) & SSL_OP_NO_RENEGOTIATION);
	ck_assert(SSL_CTX_get_options(ctx) & SSL_OP_NO_COMPRESSION);
	ck_assert_uint_eq(SSL_CTX_get_max_early_data(ctx), 0);
	ck_assert_int_eq(SSL_CTX_get_security_level(ctx), 2);
	ck_assert_int_eq(SSL_CTX_get_min_proto_version(ctx), TLS1_2_VERSION);
	SSL_CTX_free(ctx);
}
END_TEST

/* Does the context accept a key of 1024 bits for this use? */
static bool accepts_weak(SSL_CTX *ctx, int use)
{
	return SSL_CTX_get_security_callback(ctx)(NULL, ctx, use, 80, 0, NULL,
		   SSL_CTX_get0_security_ex_data(ctx)) == 1;
}

START_TEST(test_who_sends_weak_certificates_accepts_none)
{
	static const int uses[] = { SSL_SECOP_EE_KEY, SSL_SECOP_CA_KEY, SSL_SECOP_CA_MD };
	const struct tls_policy_choice choice = { .min = 0 };
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());

	ck_assert_int_eq(tls_policy_apply(ctx, &choice, &oc), 0);
	for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++)
		ck_assert(!accepts_weak(ctx, uses[i]));
	tls_policy_relax_own(ctx);
	for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
		ck_assert(accepts_weak(ctx, uses[i]));
		ck_assert(!accepts_weak(ctx, uses[i] | SSL_SECOP_PEER));
	}
	ck_assert(!accepts_weak(ctx, SSL_SECOP_TMP_DH));
	SSL_CTX_free(ctx);
}
END_TEST

START_TEST(test_lists_narrow_and_order)
{
	SSL_CTX *ctx = narrowed(&(struct tls_policy_choice){
	    .ciphers = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256",
	    .ciphersuites = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256",
	});

	ck_assert_str_eq(ciphers_of(ctx),
	    "TLS_AES_256_GCM_SHA384 TLS_AES_128_GCM_SHA256 "
	    "ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES128-GCM-SHA256");
	SSL_CTX_free(ctx);
}
END_TEST

/* In small letters, by the name of the RFCs, twice: all mean what they say. */
START_TEST(test_names_are_taken_as_people_write_them)
{
	SSL_CTX_free(narrowed(&(struct tls_policy_choice){ .groups = "x25519:secp256r1:P-256" }));
	SSL_CTX_free(narrowed(&(struct tls_policy_choice){ .groups = "secp384r1" }));
}
END_TEST

START_TEST(test_versions_narrow)
{
	SSL_CTX *ctx = narrowed(&(struct tls_policy_choice){ .min = TLS1_3_VERSION });

	ck_assert_int_eq(SSL_CTX_get_min_proto_version(ctx), TLS1_3_VERSION);
	SSL_CTX_free(ctx);
	ctx = narrowed(&(struct tls_policy_choice){ .max = TLS1_2_VERSION });
	ck_assert_int_eq(SSL_CTX_get_min_proto_version(ctx), TLS1_2_VERSION);
	ck_assert_int_eq(SSL_CTX_get_max_proto_version(ctx), TLS1_2_VERSION);
	SSL_CTX_free(ctx);
	refused(&(struct tls_policy_choice){ .min = TLS1_3_VERSION, .max = TLS1_2_VERSION },
	    "--tls-min 1.3 is above --tls-max 1.2");
}
END_TEST

START_TEST(test_versions_are_read)
{
	const struct tls_policy_choice none = { .min = 0 };
	const struct tls_policy_choice new = { .min = TLS1_3_VERSION };
	const struct option_row row = { .name = "tls-min" };
	struct outcome oc = OUTCOME_NONE;
	int version = 0;

	ck_assert_int_eq(tls_policy_take_version(&version, &row, "1.3", &oc), 0);
	ck_assert_int_eq(version, TLS1_3_VERSION);
	ck_assert_int_eq(tls_policy_take_version(&version, &row, "1.2", &oc), 0);
	ck_assert_int_eq(version, TLS1_2_VERSION);
	ck_assert_int_eq(tls_policy_take_version(&version, &row, "1.1", &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, "invalid --tls-min \"1.1\": expected 1.2 or 1.3");
	ck_assert(
	    tls_policy_allows(&none, TLS1_2_VERSION) && tls_policy_allows(&none, TLS1_3_VERSION));
	ck_assert(
	    !tls_policy_allows(&new, TLS1_2_VERSION) && tls_policy_allows(&new, TLS1_3_VERSION));
	ck_assert(!tls_policy_allows(&none, TLS1_1_VERSION));
}
END_TEST

START_TEST(test_nothing_widens)
{
	static const char *const ciphers[] = {
		"AES128-GCM-SHA256",         /* no forward secrecy */
		"ECDHE-RSA-AES128-SHA256",   /* no AEAD */
		"DHE-RSA-AES128-GCM-SHA256", /* finite field */
		"ECDHE-RSA-AES128-GCM-SHA256:HIGH",
		"ALL",
		"DEFAULT@SECLEVEL=0",
		"!aNULL",
		"TLS_AES_128_GCM_SHA256",
		"",
		":",
		"ECDHE-RSA-AES128-GCM-SHA256:",
		"ECDHE-RSA-AES128-GCM-SHA256,ALL",
	};
	static const char *const suites[] = { "TLS_AES_128_CCM_8_SHA256", "", "nonsense" };
	static const char *const groups[] = { "P-521", "ffdhe2048", "P-256/P-521", "*X25519",
		"?P-256", "DEFAULT", "" };

	for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++)
		refused(&(struct tls_policy_choice){ .ciphers = ciphers[i] },
		    "--ciphers: hello-tls does not allow");
	for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
		refused(&(struct tls_policy_choice){ .ciphersuites = suites[i] },
		    "--ciphersuites: hello-tls");
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		refused(&(struct tls_policy_choice){ .groups = groups[i] },
		    "--groups: hello-tls does not allow");
}
END_TEST

START_TEST(test_a_refusal_lists_what_there_is)
{
	struct outcome oc =
	    refused(&(struct tls_policy_choice){ .groups = "X25519:P-521" }, "\"P-521\"; ");

	ck_assert_has(oc.detail, "X25519, P-256, P-384");
	ck_assert_has(oc.advice, "--groups X25519");
	oc = refused(&(struct tls_policy_choice){ .ciphersuites = "RC4" }, "\"RC4\"; ");
	ck_assert_has(oc.detail,
	    "TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256, TLS_AES_256_GCM_SHA384");
	oc = refused(&(struct tls_policy_choice){ .ciphers = "RC4-MD5" }, "\"RC4-MD5\"; ");
	ck_assert_has(oc.detail, "ECDHE-RSA-AES256-GCM-SHA384");
}
END_TEST

static bool has_hybrid(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	bool has = SSL_CTX_set1_groups_list(ctx, "X25519MLKEM768") == 1;

	SSL_CTX_free(ctx);
	return has;
}

START_TEST(test_the_hybrid_where_the_library_has_it)
{
	const struct tls_policy_choice hybrid = { .groups = "X25519MLKEM768" };
	const struct tls_policy_choice old = { .groups = "x25519mlkem768", .max = TLS1_2_VERSION };

	if (has_hybrid()) {
		SSL_CTX_free(narrowed(&hybrid));
		refused(&old, "leaves no group for TLS 1.2");
	} else {
		refused(&hybrid,
		    "this TLS library lacks \"X25519MLKEM768\"; available: X25519, ");
	}
	ck_assert(tls_policy_is_post_quantum("X25519MLKEM768"));
	ck_assert(!tls_policy_is_post_quantum("x25519"));
	ck_assert(!tls_policy_is_post_quantum("secp521r1"));
	ck_assert(!tls_policy_is_post_quantum(""));
}
END_TEST

/* KeyShareEntry of RFC 8446 section 4.2.8: group and length of the key that follows. */
static bool offers_share(SSL_CTX *ctx, unsigned group, unsigned len)
{
	const unsigned char entry[] = { (unsigned char)(group >> 8), (unsigned char)group,
		(unsigned char)(len >> 8), (unsigned char)len };
	SSL *ssl = SSL_new(ctx);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	char *hello;
	bool found;
	long n;

	SSL_set_bio(ssl, in, out);
	SSL_set_connect_state(ssl);
	ck_assert_int_eq(SSL_do_handshake(ssl), -1);
	n = BIO_get_mem_data(out, &hello);
	ck_assert_int_gt(n, 0);
	found = memmem(hello, (size_t)n, entry, sizeof entry) != NULL;
	SSL_free(ssl);
	return found;
}

/* Or a server that takes the other one would have to ask again: a round trip more. */
START_TEST(test_a_client_offers_shares_of_both_kinds)
{
	SSL_CTX *ctx = narrowed(&(struct tls_policy_choice){ .min = 0 });

	ck_assert(offers_share(ctx, 0x001d, 32));
	ck_assert_int_eq(offers_share(ctx, 0x11ec, 1216), has_hybrid());
	ck_assert(!offers_share(ctx, 0x0017, 65));
	SSL_CTX_free(ctx);
	ctx = narrowed(&(struct tls_policy_choice){ .groups = "P-256:X25519" });
	ck_assert(offers_share(ctx, 0x0017, 65));
	ck_assert(!offers_share(ctx, 0x11ec, 1216));
	SSL_CTX_free(ctx);
}
END_TEST

CHECK_MAIN("tls_policy", test_the_whole_policy_is_aead_with_forward_secrecy,
    test_what_was_loosened_is_undone, test_who_sends_weak_certificates_accepts_none,
    test_lists_narrow_and_order,
    test_names_are_taken_as_people_write_them, test_versions_narrow, test_versions_are_read,
    test_nothing_widens, test_a_refusal_lists_what_there_is,
    test_the_hybrid_where_the_library_has_it, test_a_client_offers_shares_of_both_kinds)
