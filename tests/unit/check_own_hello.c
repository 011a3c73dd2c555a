/* SPDX-License-Identifier: MIT */
#include "client/session/own_hello.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "server/service/context.h"
#include "support/check_main.h"
#include "support/test_pki.h"
#include "tls/context.h"
#include "tls/facts.h"

/*
 * A client and a server with a relay between them, which keeps what the client sends. Each end has
 * a socket pair; the relay has the other two ends.
 */
enum { CLIENT, SERVER, ENDS };
enum { CLIENT_HELLO = 1, HANDSHAKE = 22 };

static SSL_CTX *ctx[ENDS];
static struct tls_conn *conn[ENDS];
static int own[ENDS], relay[ENDS];
static unsigned char sent[65536];
static size_t sent_len;

static void begin(const struct tls_policy_choice *client, const struct tls_policy_choice *server)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	struct server_context_choice choice = { .tickets = 0 };
	struct outcome oc = OUTCOME_NONE;

	choice.policy = *server;
	sent_len = 0;
	ctx[CLIENT] = tls_context_new_client(client, &oc);
	ck_assert_no_failure(&oc);
	ctx[SERVER] = server_context_new(&id, &choice, &oc);
	ck_assert_no_failure(&oc);
	for (int i = 0; i < ENDS; i++) {
		int pair[2];

		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
		own[i] = pair[0];
		relay[i] = pair[1];
	}
	conn[CLIENT] =
	    tls_conn_new_client(ctx[CLIENT], own[CLIENT], "localhost", "localhost", NULL, &oc);
	ck_assert_no_failure(&oc);
	conn[SERVER] = tls_conn_new_server(ctx[SERVER], own[SERVER], NULL, &oc);
	ck_assert_no_failure(&oc);
}

static void end(void)
{
	ck_assert_uint_eq(ERR_peek_error(), 0);
	for (int i = 0; i < ENDS; i++) {
		tls_conn_free(conn[i]);
		tls_context_free(ctx[i]);
		close(own[i]);
		close(relay[i]);
	}
}

static void pass_on(int from)
{
	unsigned char buf[4096];
	ssize_t n;

	while ((n = recv(relay[from], buf, sizeof buf, 0)) > 0) {
		ck_assert_int_eq(send(relay[ENDS - 1 - from], buf, (size_t)n, 0), n);
		if (from == SERVER)
			continue;
		ck_assert_uint_le(sent_len + (size_t)n, sizeof sent);
		memcpy(sent + sent_len, buf, (size_t)n);
		sent_len += (size_t)n;
	}
}

/* Both ends finish the handshake, and the server reads what the client writes then. */
static void talk(void)
{
	struct outcome oc = OUTCOME_NONE;
	bool done[ENDS] = { false, false };
	char got[8] = "";
	size_t len = 0;

	for (int turn = 0; turn < 100 && !(done[CLIENT] && done[SERVER]); turn++) {
		for (int i = 0; i < ENDS; i++) {
			if (!done[i])
				done[i] = tls_conn_handshake(conn[i], &oc) == IO_DONE;
			ck_assert_no_failure(&oc);
			(void)tls_conn_flush(conn[i], &oc);
			pass_on(i);
		}
	}
	ck_assert(done[CLIENT] && done[SERVER]);
	ck_assert_int_eq(tls_conn_write(conn[CLIENT], "data", 4, &oc), IO_DONE);
	ck_assert_int_eq(tls_conn_flush(conn[CLIENT], &oc), IO_DONE);
	pass_on(CLIENT);
	while (tls_conn_read(conn[SERVER], got, sizeof got, &len, &oc) == IO_WANT_READ)
		;
	ck_assert_no_failure(&oc);
	ck_assert_str_eq(got, "data");
}

/* What follows at *at is one ClientHello in records of this size. Returns its length. */
static size_t expect_hello(size_t *at, size_t size)
{
	size_t len = 0, whole = 0;

	do {
		const unsigned char *head = sent + *at;
		size_t record = (size_t)head[3] << 8 | head[4];

		ck_assert_int_eq(head[0], HANDSHAKE);
		ck_assert_uint_ge(record, 1);
		ck_assert_uint_le(record, size);
		if (len == 0)
			ck_assert_int_eq(head[5], CLIENT_HELLO);
		/* The length is in the second to the fourth byte, which may be in other records. */
		for (size_t i = 0; i < record; i++, len++) {
			if (len >= 1 && len <= 3)
				whole = whole << 8 | head[5 + i];
		}
		ck_assert(record == size || len == whole + 4);
		*at += 5 + record;
		ck_assert_uint_le(*at, sent_len);
	} while (len < whole + 4);
	return len;
}

static const size_t sizes[] = { 1, 3, 4, 5, 50, 64, 100, 512, 16384 };

START_TEST(test_the_hello_is_cut)
{
	const struct tls_policy_choice choices[] = { { .min = TLS_POLICY_TLS13 },
		{ .max = TLS_POLICY_TLS12 } };

	for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
		struct outcome oc = OUTCOME_NONE;
		size_t size = sizes[i / 2], at = 0;

		begin(&choices[i % 2], &choices[i % 2]);
		ck_assert_int_eq(own_hello_cut(conn[CLIENT], size, &oc), 0);
		talk();
		ck_assert_uint_gt(expect_hello(&at, size), 100);
		/* Nothing else is cut: the rest is longer than its records of one byte would be. */
		for (; at < sent_len; at += 5u + ((size_t)sent[at + 3] << 8 | sent[at + 4]))
			ck_assert(sent[at] != HANDSHAKE || (sent[at + 3] << 8 | sent[at + 4]) > 16);
		ck_assert_uint_eq(at, sent_len);
		end();
	}
}
END_TEST

/* After a HelloRetryRequest: change_cipher_spec, then a second one. */
START_TEST(test_both_hellos_are_cut)
{
	const struct tls_policy_choice any = { .min = TLS_POLICY_TLS13 };
	const struct tls_policy_choice other = { .min = TLS_POLICY_TLS13, .groups = "P-384" };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct outcome oc = OUTCOME_NONE;
		struct own_hello hello;
		size_t at = 0, second;

		begin(&any, &other);
		own_hello_watch(conn[CLIENT], &hello);
		ck_assert_int_eq(own_hello_cut(conn[CLIENT], sizes[i], &oc), 0);
		talk();
		expect_hello(&at, sizes[i]);
		ck_assert_mem_eq(sent + at, "\x14\x03\x03\0\1\1", 6);
		at += 6;
		second = expect_hello(&at, sizes[i]);
		ck_assert_uint_eq(hello.count, 2);
		ck_assert_uint_eq(hello.second, second + 5);
		end();
	}
}
END_TEST

START_TEST(test_one_hello_is_counted)
{
	const struct tls_policy_choice any = { .min = 0 };
	struct own_hello hello = { 7, 7 };

	begin(&any, &any);
	own_hello_watch(conn[CLIENT], &hello);
	talk();
	ck_assert_uint_eq(hello.count, 1);
	ck_assert_uint_eq(hello.second, 0);
	end();
}
END_TEST

/* With OpenSSL 3.5: the key share of the hybrid is only in the second one. */
START_TEST(test_a_late_hybrid)
{
	const struct tls_policy_choice any = { .min = 0 };
	const struct tls_policy_choice late = { .late_hybrids = true };
	struct tls_conn_facts facts;
	struct own_hello hello;

	begin(&late, &any);
	own_hello_watch(conn[CLIENT], &hello);
	talk();
	tls_facts_get(conn[CLIENT], &facts);
	ck_assert_uint_eq(hello.count, tls_policy_offers_post_quantum(&any) ? 2 : 1);
	ck_assert_int_eq(tls_policy_is_post_quantum(facts.group),
	    tls_policy_offers_post_quantum(&any));
	if (hello.count == 2)
		ck_assert_uint_gt(hello.second, 1184);
	end();
}
END_TEST

static void make_files(void)
{
	testpki_begin();
	testpki_write_server(testpki_root("Root"), "DNS:localhost");
}

CHECK_MAIN_IN("own_hello", make_files, testpki_end, test_the_hello_is_cut,
    test_both_hellos_are_cut, test_one_hello_is_counted, test_a_late_hybrid)
