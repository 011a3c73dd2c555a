/* SPDX-License-Identifier: MIT */
#include "server/service/server_names.h"

#include "support/check_main.h"
#include "support/test_pki.h"

/* In the order of the command line. */
enum { EC_A, RSA_A, WILD, EXACT, AGAIN, NAMELESS, IDENTITIES };

static const struct tls_identity files[IDENTITIES] = {
	[EC_A] = { .chain_file = "ec.pem", .key_file = "ec.key" },
	[RSA_A] = { .chain_file = "rsa.pem", .key_file = "rsa.key" },
	[WILD] = { .chain_file = "wild.pem", .key_file = "wild.key" },
	[EXACT] = { .chain_file = "exact.pem", .key_file = "exact.key" },
	[AGAIN] = { .chain_file = "again.pem", .key_file = "again.key" },
	[NAMELESS] = { .chain_file = "nameless.pem", .key_file = "nameless.key" },
};
static const struct server_context_choice choice = { .tickets = 0 };

static struct identity identities[IDENTITIES];
static struct server_names *names;

static void make_pair(const struct testpki_cert *root, const char *sans, enum testpki_key key,
    const struct tls_identity *to)
{
	const struct testpki_cert *leaf = testpki_make(&(struct testpki_spec){
	    .cn = "leaf", .sans = sans, .issuer = root, .key = key });

	testpki_write_certs(to->chain_file, leaf, NULL);
	testpki_write_key(to->key_file, leaf, NULL);
}

static void make_files(void)
{
	const struct testpki_cert *root;

	testpki_begin();
	root = testpki_root("Root");
	make_pair(root, "DNS:A.test,DNS:only-ec.test,IP:192.0.2.1", TESTPKI_P256, &files[EC_A]);
	make_pair(root, "DNS:a.test", TESTPKI_RSA2048, &files[RSA_A]);
	make_pair(root, "DNS:*.b.test,DNS:b.test,DNS:f*.c.test", TESTPKI_P256, &files[WILD]);
	make_pair(root, "DNS:exact.b.test", TESTPKI_P256, &files[EXACT]);
	make_pair(root, "DNS:a.test,DNS:new.test,DNS:b.test", TESTPKI_P521, &files[AGAIN]);
	make_pair(root, NULL, TESTPKI_P256, &files[NAMELESS]);
}

/* Identities from to until, whose numbers begin with 0 then. */
static void load(size_t from, size_t until, bool strict)
{
	struct outcome oc = OUTCOME_NONE;

	for (size_t i = from; i < until; i++)
		ck_assert_int_eq(identity_load(&identities[i], &files[i], &choice, &oc), 0);
	names = server_names_new(identities + from, until - from, &choice, strict, &oc);
	ck_assert_no_failure(&oc);
	ck_assert_ptr_nonnull(names);
}

static void unload(void)
{
	server_names_free(names);
	for (size_t i = 0; i < IDENTITIES; i++)
		identity_free(&identities[i]);
}

static void leads_to(const char *name, size_t i)
{
	ck_assert_msg(server_names_find(names, name) == identities[i].tls, "%s does not lead to %s",
	    name, files[i].chain_file);
}

START_TEST(test_a_name_leads_to_its_certificate)
{
	load(0, IDENTITIES, false);
	leads_to("only-ec.test", EC_A);
	leads_to("192.0.2.1", EC_A);
	leads_to("new.test", AGAIN);
	leads_to("b.test", WILD);
	unload();
}
END_TEST

START_TEST(test_two_kinds_of_key_share_a_context)
{
	SSL_CTX *both;

	load(0, IDENTITIES, false);
	both = server_names_find(names, "a.test");
	ck_assert_ptr_nonnull(both);
	for (size_t i = 0; i < IDENTITIES; i++)
		ck_assert_ptr_ne(both, identities[i].tls);
	ck_assert_ptr_eq(server_names_default(names), both);
	unload();
}
END_TEST

START_TEST(test_exact_before_wildcard_and_a_wildcard_is_one_label)
{
	load(0, IDENTITIES, true);
	leads_to("exact.b.test", EXACT);
	leads_to("x.b.test", WILD);
	leads_to("*.b.test", WILD);
	ck_assert_ptr_null(server_names_find(names, "x.y.b.test"));
	ck_assert_ptr_null(server_names_find(names, ".b.test"));
	ck_assert_ptr_null(server_names_find(names, "test"));
	/* A star in a part of a label stands for itself, as it does for clients. */
	ck_assert_ptr_null(server_names_find(names, "fx.c.test"));
	ck_assert_ptr_null(server_names_find(names, ""));
	unload();
}
END_TEST

START_TEST(test_who_is_asked_for_nothing_known)
{
	load(0, IDENTITIES, false);
	ck_assert_ptr_eq(server_names_find(names, NULL), server_names_default(names));
	ck_assert_ptr_eq(server_names_find(names, "other.test"), server_names_default(names));
	unload();

	load(0, IDENTITIES, true);
	ck_assert_ptr_null(server_names_find(names, NULL));
	ck_assert_ptr_null(server_names_find(names, "other.test"));
	ck_assert_ptr_nonnull(server_names_default(names));
	unload();
}
END_TEST

START_TEST(test_the_first_is_the_default_even_without_a_name)
{
	load(NAMELESS, IDENTITIES, false);
	ck_assert_ptr_eq(server_names_default(names), identities[NAMELESS].tls);
	unload();
	load(WILD, IDENTITIES, false);
	ck_assert_ptr_eq(server_names_default(names), identities[WILD].tls);
	unload();
}
END_TEST

START_TEST(test_what_is_hidden_is_noted)
{
	load(0, IDENTITIES, false);
	ck_assert_uint_eq(identities[EC_A].names.served, 3);
	ck_assert_uint_eq(identities[EC_A].names.hidden, 0);
	ck_assert_uint_eq(identities[RSA_A].names.hidden, 0);
	/* Another curve is no other type of key. */
	ck_assert_uint_eq(identities[AGAIN].names.served, 1);
	ck_assert_uint_eq(identities[AGAIN].names.hidden, 2);
	ck_assert_str_eq(identities[AGAIN].names.first_hidden, "a.test");
	ck_assert_str_eq(identities[AGAIN].names.hidden_by, "ec.pem");
	unload();
}
END_TEST

CHECK_MAIN_IN("server_names", make_files, testpki_end, test_a_name_leads_to_its_certificate,
    test_two_kinds_of_key_share_a_context, test_exact_before_wildcard_and_a_wildcard_is_one_label,
    test_who_is_asked_for_nothing_known, test_the_first_is_the_default_even_without_a_name,
    test_what_is_hidden_is_noted)
