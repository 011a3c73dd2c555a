/* SPDX-License-Identifier: MIT */
#include "server/service/client_cas.h"

#include <string.h>
#include <time.h>

#include "tls/context.h"
#include "server/service/context.h"
#include "support/check_main.h"
#include "support/test_pki.h"

static const struct testpki_cert *root, *middle;

static void make_cas(void)
{
	const struct testpki_cert *server;

	testpki_begin();
	root = testpki_root("Root");
	middle = testpki_intermediate(root);
	server = testpki_leaf(middle, "DNS:localhost");
	testpki_write_certs("server.pem", server, middle, NULL);
	testpki_write_key("server.key", server, NULL);
	testpki_write_certs("ca.pem", root, middle, NULL);
}

static const struct client_auth asking = { .mode = CLIENT_AUTH_REQUIRE,
	.ca_file = "ca.pem",
	.crl_file = "crl.pem" };

/* What a context is judged to have that asks as a says, at the time now. */
static int load(struct client_cas *t, const struct client_auth *a, int64_t now, struct outcome *oc)
{
	const struct tls_identity id = { .chain_file = "server.pem", .key_file = "server.key" };
	const struct server_context_choice choice = { .ask = client_auth_ask(a) };
	SSL_CTX *ctx = server_context_new(&id, &choice, oc);
	int ret;

	ck_assert_no_failure(oc);
	ret = client_cas_load(t, a, ctx, now, oc);
	tls_context_free(ctx);
	return ret;
}

static void expect_refused(const struct client_auth *a, int64_t now, const char *words)
{
	struct outcome oc = OUTCOME_NONE;
	struct client_cas t;

	ck_assert_int_eq(load(&t, a, now, &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, words);
	ck_assert_ptr_null(t.ca);
	ck_assert_ptr_null(t.crls);
}

START_TEST(test_nobody_is_asked)
{
	const struct client_auth nobody = { .mode = CLIENT_AUTH_NONE };
	struct outcome oc = OUTCOME_NONE;
	struct client_cas t;

	ck_assert_int_eq(load(&t, &nobody, time(NULL), &oc), 0);
	ck_assert_ptr_null(t.ca);
	ck_assert_int_eq(client_cas_left(&t, time(NULL)), INT64_MAX);
	client_cas_free(&t);
}
END_TEST

START_TEST(test_the_cas_are_noted)
{
	const struct client_auth a = { .mode = CLIENT_AUTH_OPTIONAL, .ca_file = "ca.pem" };
	struct outcome oc = OUTCOME_NONE;
	struct client_cas t;

	ck_assert_int_eq(load(&t, &a, time(NULL), &oc), 0);
	ck_assert_uint_eq(t.ca_count, 2);
	ck_assert_str_eq(t.ca[0].info.subject, "Root");
	ck_assert_str_eq(t.ca[1].info.subject, "Test Intermediate");
	ck_assert(t.ca[0].fit.is_ca);
	ck_assert_ptr_null(t.crls);
	ck_assert_int_eq(client_cas_left(&t, time(NULL)), INT64_MAX);
	client_cas_free(&t);
	client_cas_free(&t);
}
END_TEST

START_TEST(test_what_is_left_of_the_crls)
{
	const struct testpki_crl crls[] = { { .issuer = root, .from_s = -60, .until_s = 7200 },
		{ .issuer = middle, .from_s = -60, .until_s = 3600 } };
	struct outcome oc = OUTCOME_NONE;
	int64_t now = time(NULL), left;
	struct client_cas t;

	testpki_write_crls("crl.pem", crls, 2);
	ck_assert_int_eq(load(&t, &asking, now, &oc), 0);
	ck_assert_no_failure(&oc);
	left = client_cas_left(&t, now);
	/* The one that ends first counts; it was made a moment ago. */
	ck_assert_int_ge(left, 3600);
	ck_assert_int_lt(left, 3600 + 60);
	ck_assert_int_eq(client_cas_left(&t, now + left - 1), 1);
	ck_assert_int_le(client_cas_left(&t, now + left), 0);
	/* The clock was set back behind its beginning. */
	ck_assert_int_le(client_cas_left(&t, now - 3600), 0);
	client_cas_free(&t);
}
END_TEST

START_TEST(test_what_would_let_in_nobody_is_refused)
{
	const struct testpki_crl half[] = { { .issuer = middle } };
	const struct testpki_crl stale[] = { { .issuer = root },
		{ .issuer = middle, .from_s = -7200, .until_s = -3600 } };
	const struct testpki_crl endless[] = { { .issuer = root },
		{ .issuer = middle, .no_next_update = true } };
	const struct testpki_crl both[] = { { .issuer = root, .critical = true }, stale[1] };
	struct client_auth allowed = asking;
	struct outcome oc = OUTCOME_NONE;
	int64_t now = time(NULL);
	struct client_cas t;

	allowed.stale_allowed = true;
	testpki_write_crls("crl.pem", half, 1);
	expect_refused(&asking, now, "has no CRL of \"Root\"");
	/* That is no matter of time. */
	expect_refused(&allowed, now, "has no CRL of \"Root\"");
	testpki_write_crls("crl.pem", stale, 2);
	expect_refused(&asking, now, "the CRL of \"Test Intermediate\" has been stale since ");
	ck_assert_int_eq(load(&t, &allowed, now, &oc), 0);
	ck_assert_int_le(client_cas_left(&t, now), 0);
	client_cas_free(&t);
	testpki_write_crls("crl.pem", endless, 2);
	expect_refused(&asking, now, "has no nextUpdate");
	/* All that are bad are named. */
	testpki_write_crls("crl.pem", both, 2);
	expect_refused(&asking, now, "; the CRL of \"Test Intermediate\" has been stale since ");
}
END_TEST

/* Allowed is what is too old; of what begins later the library makes use for nobody. */
START_TEST(test_a_crl_to_come_is_refused_even_if_stale_is_allowed)
{
	const struct testpki_crl to_come[] = { { .issuer = root },
		{ .issuer = middle, .from_s = 3600, .until_s = 7200 } };
	struct client_auth allowed = asking;

	allowed.stale_allowed = true;
	testpki_write_crls("crl.pem", to_come, 2);
	expect_refused(&asking, time(NULL),
	    "the CRL of \"Test Intermediate\" is not valid before ");
	expect_refused(&allowed, time(NULL),
	    "the CRL of \"Test Intermediate\" is not valid before ");
}
END_TEST

/* A server would refuse everybody by it, so it does not begin. */
START_TEST(test_a_forged_crl)
{
	const struct testpki_crl forged[] = {
		{ .issuer = root, .signer = testpki_root("Root") },
		{ .issuer = middle },
	};

	testpki_write_crls("crl.pem", forged, 2);
	expect_refused(&asking, time(NULL),
	    "the CRL file crl.pem: the CRL of \"Root\" was not signed by that CA");
}
END_TEST

CHECK_MAIN_IN("client_cas", make_cas, testpki_end,
    test_nobody_is_asked,
    test_the_cas_are_noted,
    test_what_is_left_of_the_crls,
    test_what_would_let_in_nobody_is_refused,
    test_a_crl_to_come_is_refused_even_if_stale_is_allowed,
    test_a_forged_crl)
