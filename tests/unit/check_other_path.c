/* SPDX-License-Identifier: MIT */
#include "tls/other_path.h"

#include <stdio.h>
#include <string.h>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "support/check_main.h"
#include "support/test_pki.h"

enum { DAY = 86400 };

/* What is trusted and what the peer sends, the leaf first. */
static STACK_OF(X509) * trusted, *sent;

static void trust(const struct testpki_cert *c)
{
	ck_assert_int_gt(sk_X509_push(trusted, c->cert), 0);
}

static void send(const struct testpki_cert *c)
{
	ck_assert_int_gt(sk_X509_push(sent, c->cert), 0);
}

static void begin(void)
{
	testpki_begin();
	trusted = sk_X509_new_null();
	sent = sk_X509_new_null();
}

static void end(void)
{
	sk_X509_free(trusted);
	sk_X509_free(sent);
	testpki_end();
}

/* Each test has its own, even if all run in one process. */
static void forget(struct other_path *found)
{
	other_path_free(found);
	sk_X509_zero(trusted);
	sk_X509_zero(sent);
}

/* The library rejects them; what is found? */
static void find(struct other_path *found)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *judged = X509_STORE_CTX_new();

	for (int i = 0; i < sk_X509_num(trusted); i++)
		ck_assert_int_eq(X509_STORE_add_cert(store, sk_X509_value(trusted, i)), 1);
	ck_assert_int_eq(X509_STORE_CTX_init(judged, store, sk_X509_value(sent, 0), sent), 1);
	ck_assert_int_eq(X509_STORE_CTX_set_default(judged, "ssl_server"), 1);
	ck_assert_int_ne(X509_verify_cert(judged), 1);
	other_path_find(judged, found);
	X509_STORE_CTX_free(judged);
	X509_STORE_free(store);
}

static void expect_none(void)
{
	struct other_path found;

	find(&found);
	ck_assert_ptr_null(found.certs);
	ck_assert(!found.enough);
	forget(&found);
}

/* The path ends in this root, and has this many certificates. */
static void expect_path(const struct testpki_cert *root, int length, bool enough)
{
	struct other_path found;

	find(&found);
	ck_assert_ptr_nonnull(found.certs);
	ck_assert_int_eq(sk_X509_num(found.certs), length);
	ck_assert_int_eq(X509_cmp(sk_X509_value(found.certs, 0), sk_X509_value(sent, 0)), 0);
	ck_assert_int_eq(X509_cmp(sk_X509_value(found.certs, length - 1), root->cert), 0);
	ck_assert_int_eq(found.enough, enough);
	forget(&found);
	ck_assert_ptr_null(found.certs);
	other_path_free(&found);
}

/* ---- a CA that two roots signed -------------------------------------------------------------- */

static const struct testpki_cert *expired_root(void)
{
	return testpki_make(&(struct testpki_spec){
	    .cn = "Old root", .ca = true, .from_s = -900L * DAY, .until_s = -DAY });
}

/* The same CA, with the same key, but signed by another root. */
static const struct testpki_cert *cross(const struct testpki_cert *by,
    const struct testpki_cert *same)
{
	return testpki_make(&(struct testpki_spec){
	    .cn = "CA", .ca = true, .issuer = by, .same_key = same });
}

static const struct testpki_cert *leaf_of(const struct testpki_cert *ca)
{
	return testpki_make(&(struct testpki_spec){
	    .cn = "a.test", .sans = "DNS:a.test", .eku = "serverAuth", .issuer = ca });
}

static const struct testpki_cert *old_root, *new_root, *old_ca, *new_ca, *leaf;

static void make_cross(void)
{
	old_root = expired_root();
	new_root = testpki_root("New root");
	old_ca = cross(old_root, NULL);
	new_ca = cross(new_root, old_ca);
	leaf = leaf_of(old_ca);
	send(leaf);
}

START_TEST(test_the_old_root_has_expired)
{
	make_cross();
	trust(old_root);
	trust(new_root);
	send(old_ca);
	send(new_ca);
	expect_path(new_root, 3, true);
}
END_TEST

START_TEST(test_the_old_root_is_not_trusted)
{
	make_cross();
	trust(new_root);
	send(old_ca);
	send(new_ca);
	expect_path(new_root, 3, true);
}
END_TEST

START_TEST(test_a_root_that_was_sent_is_no_detour)
{
	make_cross();
	trust(new_root);
	send(old_ca);
	send(old_root);
	send(new_ca);
	send(new_root);
	expect_path(new_root, 3, true);
}
END_TEST

START_TEST(test_the_other_certificate_is_missing)
{
	make_cross();
	trust(old_root);
	trust(new_root);
	send(old_ca);
	expect_none();
}
END_TEST

START_TEST(test_nothing_is_trusted)
{
	make_cross();
	send(old_ca);
	send(new_ca);
	expect_none();
}
END_TEST

/* The library takes issuers from the store before those that were sent. */
START_TEST(test_the_store_prefers_the_old_one)
{
	make_cross();
	trust(old_root);
	trust(new_root);
	trust(old_ca);
	send(new_ca);
	expect_path(new_root, 3, false);
}
END_TEST

START_TEST(test_only_one_path_may_have_the_name)
{
	const struct testpki_cert *root = testpki_root("Root"), *narrow, *broad;

	narrow = testpki_make(&(struct testpki_spec){ .cn = "CA",
	    .ca = true,
	    .issuer = root,
	    .name_constraints = "permitted;DNS:b.test" });
	broad = cross(root, narrow);
	trust(root);
	send(leaf_of(narrow));
	send(narrow);
	send(broad);
	expect_path(root, 3, true);
}
END_TEST

/* ---- what the leaf lacks, no path mends ------------------------------------------------------ */

START_TEST(test_an_expired_leaf)
{
	const struct testpki_cert *root = testpki_root("Root"), *ca = cross(root, NULL);

	trust(root);
	send(testpki_make(&(struct testpki_spec){ .cn = "a.test",
	    .sans = "DNS:a.test",
	    .eku = "serverAuth",
	    .issuer = ca,
	    .from_s = -9L * DAY,
	    .until_s = -DAY }));
	send(ca);
	send(cross(testpki_root("Another"), ca));
	expect_none();
}
END_TEST

/* ---- bounds ---------------------------------------------------------------------------------- */

START_TEST(test_loops_end)
{
	const struct testpki_cert *a, *b, *a_by_b, *root = testpki_root("Root");

	a = testpki_make(&(struct testpki_spec){ .cn = "A", .ca = true });
	b = testpki_make(&(struct testpki_spec){ .cn = "B", .ca = true, .issuer = a });
	a_by_b = testpki_make(
	    &(struct testpki_spec){ .cn = "A", .ca = true, .issuer = b, .same_key = a });
	trust(root);
	send(leaf_of(a_by_b));
	send(a_by_b);
	send(b);
	send(a);
	expect_none();
}
END_TEST

/* Certificates of the same name with other keys, which only a signature tells apart. */
static void send_decoys(int count)
{
	for (int i = 0; i < count; i++)
		send(testpki_make(
		    &(struct testpki_spec){ .cn = "CA", .ca = true, .no_key_ids = true }));
}

START_TEST(test_decoys)
{
	const struct testpki_cert *root = testpki_root("Root"), *ca;

	ca = testpki_make(&(struct testpki_spec){
	    .cn = "CA", .ca = true, .issuer = root, .no_key_ids = true });
	trust(root);
	send(testpki_make(&(struct testpki_spec){ .cn = "a.test",
	    .sans = "DNS:a.test",
	    .eku = "serverAuth",
	    .issuer = ca,
	    .no_key_ids = true }));
	send_decoys(50);
	send(ca);
	expect_path(root, 3, true);
}
END_TEST

/* Each of these is signed by all of the others' key: without a bound the search would not end. */
START_TEST(test_a_thicket)
{
	const struct testpki_cert *first = testpki_make(&(struct testpki_spec){
	    .cn = "CA", .ca = true, .no_key_ids = true });

	trust(testpki_root("Root"));
	send(testpki_make(&(struct testpki_spec){
	    .cn = "a.test", .sans = "DNS:a.test", .issuer = first, .no_key_ids = true }));
	for (int i = 0; i < 20; i++)
		send(testpki_make(&(struct testpki_spec){ .cn = "CA",
		    .ca = true,
		    .issuer = first,
		    .same_key = first,
		    .no_key_ids = true }));
	expect_none();
}
END_TEST

START_TEST(test_a_path_may_be_too_long)
{
	const struct testpki_cert *root = testpki_root("Root"), *ca = root;
	const struct testpki_cert *cas[OTHER_PATH_MAX];
	char name[16];

	for (int i = 0; i < OTHER_PATH_MAX; i++) {
		snprintf(name, sizeof name, "CA %d", i);
		ca = testpki_make(
		    &(struct testpki_spec){ .cn = name, .ca = true, .issuer = ca });
		cas[i] = ca;
	}
	trust(root);
	send(leaf_of(ca));
	/* The library follows this one first, to nowhere. */
	send(testpki_make(&(struct testpki_spec){ .cn = "CA 9",
	    .ca = true,
	    .issuer = testpki_root("Nobody's"),
	    .same_key = ca }));
	for (int i = OTHER_PATH_MAX - 1; i >= 0; i--)
		send(cas[i]);
	expect_none();
}
END_TEST

CHECK_MAIN_IN("other_path", begin, end, test_the_old_root_has_expired,
    test_the_old_root_is_not_trusted, test_a_root_that_was_sent_is_no_detour,
    test_the_other_certificate_is_missing, test_nothing_is_trusted,
    test_the_store_prefers_the_old_one, test_only_one_path_may_have_the_name,
    test_an_expired_leaf, test_loops_end, test_decoys, test_a_thicket,
    test_a_path_may_be_too_long)
