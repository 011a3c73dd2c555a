/* SPDX-License-Identifier: MIT */
#include "server/service/ticket.h"

#include <sys/stat.h>

#include <openssl/ssl.h>

#include "tls/context.h"
#include "server/service/context.h"
#include "support/check_main.h"
#include "support/test_pki.h"

enum { NAME_SIZE = 16 };

/* As many keys as a file may have, and one more; no two bytes beside each other are the same. */
static unsigned char bytes[(TICKET_KEYS_MAX + 1) * TICKET_KEY_SIZE];

static void make_files(void)
{
	const struct testpki_cert *leaf;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 7 + i / TICKET_KEY_SIZE);
	testpki_begin();
	leaf = testpki_leaf(testpki_root("Root"), "DNS:localhost");
	testpki_write_certs("cert.pem", leaf, NULL);
	testpki_write_key("key.pem", leaf, NULL);
}

static struct ticket_keys parsed(const void *from, size_t len)
{
	struct ticket_keys keys;
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(ticket_parse(&keys, from, len, &oc), 0);
	ck_assert_no_failure(&oc);
	return keys;
}

static struct outcome refused(const void *from, size_t len, const char *because)
{
	struct ticket_keys keys = { .count = 77 };
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(ticket_parse(&keys, from, len, &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, because);
	ck_assert_uint_eq(keys.count, 77);
	return oc;
}

START_TEST(test_keys_are_read_in_their_order)
{
	struct ticket_keys keys = parsed(bytes, TICKET_KEY_SIZE);

	ck_assert_uint_eq(keys.count, 1);
	ck_assert_mem_eq(keys.key[0], bytes, TICKET_KEY_SIZE);
	keys = parsed(bytes, TICKET_KEYS_MAX * TICKET_KEY_SIZE);
	ck_assert_uint_eq(keys.count, TICKET_KEYS_MAX);
	ck_assert_mem_eq(keys.key, bytes, TICKET_KEYS_MAX * TICKET_KEY_SIZE);
}
END_TEST

START_TEST(test_what_is_no_list_of_keys)
{
	unsigned char twins[2 * TICKET_KEY_SIZE];
	struct outcome oc = refused(bytes, 0, "80 bytes");

	ck_assert_has(oc.advice, "openssl rand");
	refused(bytes, 1, "multiple of 80 bytes, the size of a ticket key: 1");
	refused(bytes, TICKET_KEY_SIZE - 1, "80 bytes");
	refused(bytes, TICKET_KEY_SIZE + 1, "80 bytes");
	refused(bytes, sizeof bytes, "more than 16 ticket keys");
	memcpy(twins, bytes, sizeof twins);
	memcpy(twins + TICKET_KEY_SIZE, twins, NAME_SIZE);
	refused(twins, sizeof twins, "ticket key 2 has the same name");
}
END_TEST

START_TEST(test_a_file_is_a_secret)
{
	struct ticket_keys keys = { .count = 77 };
	struct outcome oc = OUTCOME_NONE;

	testpki_write_text("keys", (const char *)bytes, 2 * TICKET_KEY_SIZE);
	ck_assert_int_eq(chmod("keys", 0640), 0);
	ck_assert_int_eq(ticket_read(&keys, "keys", &oc), 0);
	ck_assert_uint_eq(keys.count, 2);
	ck_assert_int_eq(chmod("keys", 0644), 0);
	ck_assert_int_eq(ticket_read(&keys, "keys", &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, "the ticket key file keys is world-readable (mode 0644)");
	oc = OUTCOME_NONE;
	ck_assert_int_eq(ticket_read(&keys, "missing", &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, "the ticket key file missing: No such file");
	oc = OUTCOME_NONE;
	testpki_write_text("long", (const char *)bytes, sizeof bytes);
	ck_assert_int_eq(chmod("long", 0600), 0);
	ck_assert_int_eq(ticket_read(&keys, "long", &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, "long: more than 16 ticket keys");
	ck_assert_uint_eq(keys.count, 2);
}
END_TEST

START_TEST(test_a_renewal_keeps_the_last_one)
{
	struct ticket_keys first, second, third;
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(ticket_renew(&first, NULL, &oc), 0);
	ck_assert_uint_eq(first.count, 1);
	ck_assert_int_eq(ticket_renew(&second, &first, &oc), 0);
	ck_assert_uint_eq(second.count, 2);
	ck_assert_mem_ne(second.key[0], first.key[0], TICKET_KEY_SIZE);
	ck_assert_mem_eq(second.key[1], first.key[0], TICKET_KEY_SIZE);
	ck_assert_int_eq(ticket_renew(&third, &second, &oc), 0);
	ck_assert_uint_eq(third.count, 2);
	ck_assert_mem_eq(third.key[1], second.key[0], TICKET_KEY_SIZE);
	/* In place, as whoever serves may do it. */
	ck_assert_int_eq(ticket_renew(&third, &third, &oc), 0);
	ck_assert_uint_eq(third.count, 2);
	ticket_wipe(&third);
	ck_assert_uint_eq(third.count, 0);
	ck_assert_no_failure(&oc);
}
END_TEST

static SSL_CTX *server_with(const struct ticket_keys *keys)
{
	const struct tls_identity id = { .chain_file = "cert.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = {
		.policy.max = TLS1_2_VERSION,
		.ticket_keys = keys,
	};
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = server_context_new(&id, &choice, &oc);

	ck_assert_no_failure(&oc);
	return ctx;
}

/* A handshake in memory with this session, if there is one. The session that comes of it. */
static SSL_SESSION *meet(SSL_CTX *server, SSL_SESSION *offered, bool *resumed)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *s = SSL_new(server), *c = SSL_new(ctx);
	SSL_SESSION *session;
	BIO *s_bio, *c_bio;

	ck_assert_int_eq(BIO_new_bio_pair(&s_bio, 0, &c_bio, 0), 1);
	SSL_set_bio(s, s_bio, s_bio);
	SSL_set_bio(c, c_bio, c_bio);
	SSL_set_accept_state(s);
	SSL_set_connect_state(c);
	if (offered)
		ck_assert_int_eq(SSL_set_session(c, offered), 1);
	for (int i = 0; i < 10 && !SSL_is_init_finished(c); i++) {
		SSL_do_handshake(c);
		SSL_do_handshake(s);
	}
	ck_assert(SSL_is_init_finished(c) && SSL_is_init_finished(s));
	*resumed = SSL_session_reused(c);
	session = SSL_get1_session(c);
	SSL_set_shutdown(c, SSL_SENT_SHUTDOWN);
	SSL_free(s);
	SSL_free(c);
	SSL_CTX_free(ctx);
	return session;
}

/* Of the key that protected a ticket its first bytes tell. */
static void expect_ticket_of(const SSL_SESSION *session, const unsigned char *key)
{
	const unsigned char *ticket;
	size_t len;

	SSL_SESSION_get0_ticket(session, &ticket, &len);
	ck_assert_uint_gt(len, NAME_SIZE);
	ck_assert_mem_eq(ticket, key, NAME_SIZE);
}

START_TEST(test_an_old_key_is_taken_and_its_ticket_renewed)
{
	struct ticket_keys old = parsed(bytes + TICKET_KEY_SIZE, TICKET_KEY_SIZE);
	struct ticket_keys both = parsed(bytes, 2 * TICKET_KEY_SIZE);
	struct ticket_keys new = parsed(bytes, TICKET_KEY_SIZE);
	SSL_CTX *first = server_with(&old), *second = server_with(&both),
		*third = server_with(&new);
	SSL_SESSION *a, *b, *c;
	bool resumed;

	a = meet(first, NULL, &resumed);
	expect_ticket_of(a, old.key[0]);
	b = meet(second, a, &resumed);
	ck_assert(resumed);
	expect_ticket_of(b, new.key[0]);
	c = meet(third, a, &resumed);
	ck_assert(!resumed);
	SSL_SESSION_free(c);
	c = meet(third, b, &resumed);
	ck_assert(resumed);
	SSL_SESSION_free(a);
	SSL_SESSION_free(b);
	SSL_SESSION_free(c);
	tls_context_free(first);
	tls_context_free(second);
	tls_context_free(third);
}
END_TEST

/* The same 80 bytes mean the same to the library itself: the parts are where others have them. */
START_TEST(test_the_format_is_the_one_of_the_library)
{
	struct ticket_keys keys = parsed(bytes, TICKET_KEY_SIZE);
	SSL_CTX *ours = server_with(&keys), *theirs = server_with(NULL);
	SSL_SESSION *a, *b;
	bool resumed;

	ck_assert_int_eq(SSL_CTX_set_tlsext_ticket_keys(theirs, bytes, TICKET_KEY_SIZE), 1);
	a = meet(theirs, NULL, &resumed);
	b = meet(ours, a, &resumed);
	ck_assert(resumed);
	SSL_SESSION_free(a);
	SSL_SESSION_free(b);
	a = meet(ours, NULL, &resumed);
	b = meet(theirs, a, &resumed);
	ck_assert(resumed);
	SSL_SESSION_free(a);
	SSL_SESSION_free(b);
	tls_context_free(ours);
	tls_context_free(theirs);
}
END_TEST

/* Signed by somebody who knows the name of the key only: a full handshake, and nothing worse. */
START_TEST(test_a_forged_ticket_is_none)
{
	struct ticket_keys keys = parsed(bytes, TICKET_KEY_SIZE);
	struct ticket_keys other = keys;
	SSL_CTX *ours = server_with(&keys), *liar;
	SSL_SESSION *a, *b;
	bool resumed;

	other.key[0][NAME_SIZE]++; /* the key of the HMAC */
	liar = server_with(&other);
	a = meet(liar, NULL, &resumed);
	b = meet(ours, a, &resumed);
	ck_assert(!resumed);
	SSL_SESSION_free(a);
	SSL_SESSION_free(b);
	tls_context_free(ours);
	tls_context_free(liar);
}
END_TEST

/* The key would be all zero. */
START_TEST(test_a_server_without_a_key)
{
	const struct ticket_keys none = { .count = 0 };
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	ck_assert_int_eq(ticket_use(ctx, &none, &oc), -1);
	ck_assert_outcome(&oc, OC_INTERNAL, "cannot generate a ticket key");
	SSL_CTX_free(ctx);
}
END_TEST

CHECK_MAIN_IN("ticket", make_files, testpki_end, test_keys_are_read_in_their_order,
    test_what_is_no_list_of_keys, test_a_file_is_a_secret, test_a_renewal_keeps_the_last_one,
    test_an_old_key_is_taken_and_its_ticket_renewed, test_the_format_is_the_one_of_the_library,
    test_a_forged_ticket_is_none, test_a_server_without_a_key)
