/* SPDX-License-Identifier: MIT */
#include "tls/dtls.h"

#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "support/check_main.h"
#include "support/test_pki.h"
#include "tls/buffer.h"
#include "tls/context.h"
#include "tls/datagram.h"

/*
 * A client and the library's own server. What the server sends is held back, a datagram for each
 * flush, until the test lets it go in the order of its choice.
 */
enum { HELD_MAX = 32, TURNS_MAX = 100 };

static struct {
	size_t len;
	unsigned char bytes[2048];
} held[HELD_MAX];
static unsigned held_count;

static SSL_CTX *client_ctx, *server_ctx;
static struct tls_conn *client;
static SSL *server;
static struct tls_datagram wire;
static struct tls_buffer seen;
static int ours, peer;

static int hold(const void *unused, const void *bytes, size_t len)
{
	(void)unused;
	ck_assert_uint_lt(held_count, HELD_MAX);
	ck_assert_uint_le(len, sizeof held[0].bytes);
	memcpy(held[held_count].bytes, bytes, len);
	held[held_count++].len = len;
	return 0;
}

static void let_go(unsigned i)
{
	ck_assert_uint_lt(i, held_count);
	ck_assert_int_eq(send(peer, held[i].bytes, held[i].len, 0), (ssize_t)held[i].len);
}

static void begin(void)
{
	const struct tls_policy_choice choice = { .groups = NULL };
	struct outcome oc = OUTCOME_NONE;
	int ends[2];
	BIO *bio;

	client_ctx = tls_context_new_dtls_client(&choice, &oc);
	server_ctx = tls_context_new_dtls_server(&choice, &oc);
	ck_assert_no_failure(&oc);
	SSL_CTX_set_options(server_ctx, SSL_OP_NO_TICKET);
	SSL_CTX_clear_options(server_ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_COOKIE_EXCHANGE);
	ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(server_ctx, "chain.pem"), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(server_ctx, "key.pem", SSL_FILETYPE_PEM), 1);
	SSL_CTX_set_verify(client_ctx, SSL_VERIFY_NONE, NULL);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends), 0);
	ours = ends[0];
	peer = ends[1];
	client = tls_dtls_new_client(client_ctx, ours, NULL, NULL, NULL, &oc);
	ck_assert_no_failure(&oc);
	server = SSL_new(server_ctx);
	tls_buffer_init(&seen, -1);
	tls_datagram_init(&wire, hold, NULL);
	bio = tls_datagram_bio(&wire, &seen);
	SSL_set_bio(server, bio, bio);
	SSL_set_accept_state(server);
	held_count = 0;
}

static void end(void)
{
	tls_conn_free(client);
	SSL_free(server);
	tls_datagram_free(&wire);
	tls_context_free(client_ctx);
	tls_context_free(server_ctx);
	close(ours);
	close(peer);
}

/* The server handles what the client sent. */
static void serve(void)
{
	unsigned char bytes[4096];
	ssize_t n;

	while ((n = recv(peer, bytes, sizeof bytes, 0)) > 0) {
		tls_datagram_give(&wire, bytes, (size_t)n);
		(void)SSL_do_handshake(server);
	}
	tls_datagram_flush(&wire);
}

/* Until the server has finished: the datagram with its last flight is held back. */
static void shake_hands(void)
{
	struct outcome oc = OUTCOME_NONE;

	for (int i = 0; i < TURNS_MAX && !SSL_is_init_finished(server); i++) {
		for (unsigned j = 0; j < held_count; j++)
			let_go(j);
		held_count = 0;
		ck_assert_int_eq(tls_conn_handshake(client, &oc), IO_WANT_READ);
		serve();
	}
	ck_assert(SSL_is_init_finished(server));
	ck_assert_uint_eq(held_count, 1);
}

static void say(const char *text)
{
	ck_assert_int_eq(SSL_write(server, text, (int)strlen(text)), (int)strlen(text));
	tls_datagram_flush(&wire);
}

static void say_goodbye(void)
{
	ck_assert_int_eq(SSL_shutdown(server), 0);
	tls_datagram_flush(&wire);
}

static void finish(void)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(tls_conn_handshake(client, &oc), IO_DONE);
}

static enum io hear(const char *text)
{
	struct outcome oc = OUTCOME_NONE;
	char got[64];
	size_t len = 0;
	enum io io = tls_conn_read(client, got, sizeof got, &len, &oc);

	if (io == IO_FAILED)
		ck_assert_int_eq(oc.code, OC_GREETING_TRUNCATED);
	if (io != IO_DONE)
		return io;
	ck_assert_uint_eq(len, strlen(text));
	ck_assert_int_eq(memcmp(got, text, len), 0);
	return io;
}

START_TEST(test_what_arrives_is_whole)
{
	begin();
	shake_hands();
	say("one");
	say("two");
	say_goodbye();
	let_go(0);
	finish();
	for (unsigned i = 1; i < 4; i++)
		let_go(i);
	ck_assert_int_eq(hear("one"), IO_DONE);
	ck_assert_int_eq(hear("two"), IO_DONE);
	ck_assert_int_eq(hear(""), IO_EOF);
	ck_assert(tls_dtls_is_whole(client));
	end();
}
END_TEST

START_TEST(test_a_hole)
{
	begin();
	shake_hands();
	say("one");
	say("two");
	let_go(0);
	finish();
	let_go(2);
	ck_assert_int_eq(hear(""), IO_FAILED);
	ck_assert(!tls_dtls_is_whole(client));
	end();
}
END_TEST

/* A record that the library answers itself has a number, too. */
START_TEST(test_a_request_to_renegotiate_is_no_hole)
{
	begin();
	shake_hands();
	ck_assert_int_eq(SSL_renegotiate(server), 1);
	ck_assert_int_eq(SSL_do_handshake(server), 1);
	tls_datagram_flush(&wire);
	say("one");
	say_goodbye();
	ck_assert_uint_eq(held_count, 4);
	let_go(0);
	finish();
	for (unsigned i = 1; i < 4; i++)
		let_go(i);
	ck_assert_int_eq(hear("one"), IO_DONE);
	ck_assert_int_eq(hear(""), IO_EOF);
	ck_assert(tls_dtls_is_whole(client));
	end();
}
END_TEST

/* The library keeps data that comes before the Finished: its header was seen long before. */
START_TEST(test_data_before_finished_is_no_hole)
{
	begin();
	shake_hands();
	say("one");
	say("two");
	say_goodbye();
	let_go(1);
	let_go(0);
	finish();
	let_go(2);
	let_go(3);
	ck_assert_int_eq(hear("one"), IO_DONE);
	ck_assert_int_eq(hear("two"), IO_DONE);
	ck_assert_int_eq(hear(""), IO_EOF);
	end();
}
END_TEST

/* Anybody can send a header: what the library drops counts for nothing. */
START_TEST(test_what_is_forged_is_no_hole)
{
	static const unsigned char epochs[] = { 0, 1, 7 };

	begin();
	shake_hands();
	say("one");
	say_goodbye();
	let_go(0);
	finish();
	for (size_t i = 0; i < sizeof epochs; i++) {
		unsigned char forged[13 + 40] = { 23, 0xfe, 0xfd, 0, epochs[i], 0, 0, 0, 0, 0, 99,
			0, 40 };

		ck_assert_int_eq(send(peer, forged, sizeof forged, 0), (ssize_t)sizeof forged);
		ck_assert_int_eq(hear(""), IO_WANT_READ);
	}
	let_go(1);
	let_go(1);
	let_go(2);
	ck_assert_int_eq(hear("one"), IO_DONE);
	ck_assert_int_eq(hear(""), IO_EOF);
	ck_assert(tls_dtls_is_whole(client));
	end();
}
END_TEST

static void make_files(void)
{
	testpki_begin();
	testpki_write_server(testpki_intermediate(testpki_root("Root")), "DNS:localhost");
}

CHECK_MAIN_IN("dtls_client", make_files, testpki_end, test_what_arrives_is_whole, test_a_hole,
    test_a_request_to_renegotiate_is_no_hole, test_data_before_finished_is_no_hole,
    test_what_is_forged_is_no_hole)
