/* SPDX-License-Identifier: MIT */
#include "server/service/service.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "support/check_main.h"
#include "support/test_pki.h"

enum { HOUR = 3600 };

static const struct testpki_cert *root, *middle;

static void make_files(void)
{
	static const char keys[TICKET_KEY_SIZE] = "a ticket key";
	const struct testpki_cert *leaf;
	struct testpki_crl list;

	testpki_begin();
	root = testpki_root("Root");
	middle = testpki_intermediate(root);
	leaf = testpki_write_server(middle, "DNS:localhost");
	list = (struct testpki_crl){ .issuer = root };
	testpki_write_staple("staple.der", leaf, middle);
	testpki_write_certs("ca.pem", root, NULL);
	testpki_write_crls("crl.pem", &list, 1);
	testpki_write_text("keys", keys, sizeof keys);
	ck_assert_int_eq(chmod("keys", 0600), 0);
	testpki_write_text("greeting", "Hello\n", 6);
}

static struct service *load(const struct service_options *o, const struct service *before)
{
	struct outcome oc = OUTCOME_NONE;
	struct service *s = service_load(o, before, &oc);

	ck_assert_no_failure(&oc);
	ck_assert_ptr_nonnull(s);
	return s;
}

static void refuse(const struct service_options *o, const struct service *before,
    const char *words)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_ptr_null(service_load(o, before, &oc));
	ck_assert_outcome(&oc, OC_FILE, words);
}

/* The same bytes in another inode: times are too coarse for a test. */
static void replace(const char *path)
{
	static char bytes[65536];
	FILE *from = fopen(path, "rb");
	size_t len;

	ck_assert_ptr_nonnull(from);
	len = fread(bytes, 1, sizeof bytes, from);
	fclose(from);
	testpki_write_text("fresh", bytes, len);
	ck_assert_int_eq(chmod("fresh", 0600), 0);
	ck_assert_int_eq(rename("fresh", path), 0);
}

/* Otherwise the log would say that a reload changed nothing. */
START_TEST(test_each_file_counts)
{
	static const char *const files[] = { "chain.pem", "key.pem", "staple.der", "ca.pem",
		"crl.pem", "keys", "greeting" };
	const struct service_options o = {
		.identities = { { .chain_file = "chain.pem", .key_file = "key.pem",
		    .ocsp_file = "staple.der" } },
		.identity_count = 1,
		.clients = { .mode = CLIENT_AUTH_REQUIRE, .ca_file = "ca.pem",
		    .crl_file = "crl.pem" },
		.ticket_keys_file = "keys",
		.greeting_file = "greeting",
	};
	struct service *was = load(&o, NULL), *is = load(&o, was);

	ck_assert(service_is_same(was, is));
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		service_free(was);
		was = is;
		replace(files[i]);
		is = load(&o, was);
		ck_assert_msg(!service_is_same(was, is), "%s", files[i]);
	}
	service_free(was);
	service_free(is);
}
END_TEST

/* Writes NAME.pem and NAME.key: a certificate of that time. */
static void write_leaf(const char *name, long from_s, long until_s)
{
	const struct testpki_cert *leaf = testpki_make(&(struct testpki_spec){ .cn = name,
	    .sans = "DNS:localhost", .eku = "serverAuth", .issuer = root, .from_s = from_s,
	    .until_s = until_s });
	char path[32];

	snprintf(path, sizeof path, "%s.pem", name);
	testpki_write_certs(path, leaf, NULL);
	snprintf(path, sizeof path, "%s.key", name);
	testpki_write_key(path, leaf, NULL);
}

static struct service_options serving(const char *chain, const char *key)
{
	return (struct service_options){ .identities = { { .chain_file = chain, .key_file = key } },
		.identity_count = 1, .greeting = "Hello" };
}

START_TEST(test_no_certificate_of_another_time_replaces_a_valid_one)
{
	struct service_options good, old, early;
	struct service *valid, *invalid;

	write_leaf("good", -HOUR, HOUR);
	write_leaf("old", -2 * HOUR, -HOUR);
	write_leaf("early", HOUR, 2 * HOUR);
	good = serving("good.pem", "good.key");
	old = serving("old.pem", "old.key");
	early = serving("early.pem", "early.key");
	valid = load(&good, NULL);
	invalid = load(&old, NULL);
	refuse(&old, valid, "old.pem: \"old\" expired on ");
	refuse(&early, valid, "early.pem: \"early\" is not valid before ");
	service_free(load(&good, valid));
	/* What else has changed must not wait for a valid one. */
	service_free(load(&early, invalid));
	service_free(load(&good, invalid));
	service_free(valid);
	service_free(invalid);
}
END_TEST

START_TEST(test_no_expired_cas_replace_a_valid_one)
{
	const struct testpki_cert *expired = testpki_make(&(struct testpki_spec){ .cn = "Old CA",
	    .ca = true, .from_s = -2 * HOUR, .until_s = -HOUR });
	struct service_options good = serving("chain.pem", "key.pem"), old = good, both = good;
	struct service *valid, *invalid;

	testpki_write_certs("old-ca.pem", expired, NULL);
	testpki_write_certs("both.pem", expired, root, NULL);
	good.clients = (struct client_auth){ CLIENT_AUTH_REQUIRE, .ca_file = "ca.pem" };
	old.clients = (struct client_auth){ CLIENT_AUTH_REQUIRE, .ca_file = "old-ca.pem" };
	both.clients = (struct client_auth){ CLIENT_AUTH_REQUIRE, .ca_file = "both.pem" };
	valid = load(&good, NULL);
	invalid = load(&old, NULL);
	refuse(&old, valid, "every client would be rejected with old-ca.pem: \"Old CA\" expired");
	/* Clients of the other CA can pass. */
	service_free(load(&both, valid));
	service_free(load(&old, invalid));
	service_free(valid);
	service_free(invalid);
}
END_TEST

CHECK_MAIN_IN("service", make_files, testpki_end, test_each_file_counts,
    test_no_certificate_of_another_time_replaces_a_valid_one,
    test_no_expired_cas_replace_a_valid_one)
