/* SPDX-License-Identifier: MIT */
#include "tls/facts.h"
#include "tls/conn.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tls/context.h"
#include "server/service/context.h"
#include "support/check_main.h"
#include "support/tls_peer_client.h"
#include "support/test_pki.h"

/*
 * A server's tls_conn on one end of a socket pair. SOCK_SEQPACKET keeps the
 * borders between sends, so that one recv on the other end is one send.
 */
static SSL_CTX *ctx;
static struct tls_conn *server;
static int ours, peer;

static void begin_on(int type)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = { .tickets = 0 };
	struct outcome oc = OUTCOME_NONE;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends), 0);
	ours = ends[0];
	peer = ends[1];
	ctx = server_context_new(&id, &choice, &oc);
	ck_assert_no_failure(&oc);
	server = tls_conn_new_server(ctx, ours, NULL, &oc);
	ck_assert_no_failure(&oc);
}

static void begin(void)
{
	begin_on(SOCK_STREAM);
}

static void end(void)
{
	ck_assert_uint_eq(ERR_peek_error(), 0);
	tls_conn_free(server);
	tls_context_free(ctx);
	close(ours);
	if (peer >= 0)
		close(peer);
}

static void make_files(void)
{
	testpki_begin();
	testpki_write_server(testpki_root("Root"), "DNS:localhost");
}

/* Server and client in turn until the server's handshake is done. */
static void shake_hands(struct peer_client *client, enum peer_version version)
{
	struct outcome oc = OUTCOME_NONE;
	enum io io = IO_WANT_READ;

	peer_client_init(client, peer, version, NULL);
	for (int i = 0; i < 20 && io != IO_DONE; i++) {
		peer_client_step(client);
		io = tls_conn_handshake(server, &oc);
		ck_assert_no_failure(&oc);
		ck_assert_uint_eq(ERR_peek_error(), 0);
	}
	ck_assert_int_eq(io, IO_DONE);
}

/* As after a wait: the first answer may be that there was nothing when last looked. */
static enum io read_once(struct outcome *oc)
{
	char buf[16];
	size_t got;
	enum io io = tls_conn_read(server, buf, sizeof buf, &got, oc);

	return io == IO_WANT_READ ? tls_conn_read(server, buf, sizeof buf, &got, oc) : io;
}

static struct outcome failed_handshake(void)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(tls_conn_handshake(server, &oc), IO_FAILED);
	ck_assert_uint_eq(ERR_peek_error(), 0);
	return oc;
}

static struct outcome after_bytes(const char *bytes, size_t len)
{
	ck_assert_int_eq(send(peer, bytes, len, 0), (int)len);
	return failed_handshake();
}

START_TEST(test_a_flight_is_one_send)
{
	struct outcome oc = OUTCOME_NONE;
	struct peer_client client;
	char packet[32768];
	ssize_t len;

	begin_on(SOCK_SEQPACKET);
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	peer_client_step(&client);
	ck_assert_int_eq(tls_conn_read_hello(server, &oc), IO_DONE);
	ck_assert(tls_conn_may_write_early(server));
	ck_assert_int_eq(tls_conn_write_early(server, "hello", 5, &oc), IO_DONE);
	ck_assert_int_eq(tls_conn_close_notify(server, &oc), IO_DONE);
	ck_assert_int_eq(recv(peer, packet, sizeof packet, 0), -1);
	ck_assert_int_eq(tls_conn_handshake(server, &oc), IO_WANT_READ);
	ck_assert_no_failure(&oc);
	len = recv(peer, packet, sizeof packet, 0);
	ck_assert_int_gt(len, 500);
	ck_assert_int_eq(recv(peer, packet, sizeof packet, 0), -1);
	ck_assert_uint_eq(tls_conn_sent(server), (uint64_t)len);
	peer_client_free(&client);
	end();
}
END_TEST

/* Before there are keys a greeting would leave in clear. */
START_TEST(test_no_early_word_in_tls12_or_after_a_retry)
{
	struct outcome oc = OUTCOME_NONE;
	struct peer_client client;

	begin();
	shake_hands(&client, PEER_TLS12);
	ck_assert(!tls_conn_may_write_early(server));
	peer_client_free(&client);
	end();

	begin();
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	/* The key share is for the first group, which this server does not take. */
	peer_client_use_groups(&client, "P-521:P-256");
	peer_client_step(&client);
	ck_assert_int_eq(tls_conn_read_hello(server, &oc), IO_DONE);
	ck_assert(!tls_conn_may_write_early(server));
	peer_client_free(&client);
	end();
}
END_TEST

START_TEST(test_facts_are_those_of_the_handshake)
{
	struct peer_client client;
	struct tls_conn_facts facts;

	begin();
	tls_facts_get(server, &facts);
	ck_assert_str_eq(facts.group, "");
	shake_hands(&client, PEER_TLS13);
	tls_facts_get(server, &facts);
	ck_assert_str_eq(facts.protocol, "TLSv1.3");
	ck_assert_str_eq(facts.cipher, "TLS_AES_128_GCM_SHA256");
	ck_assert_str_ne(facts.group, "");
	peer_client_free(&client);
	end();
}
END_TEST

START_TEST(test_close_notify_is_said_once)
{
	struct outcome oc = OUTCOME_NONE;
	struct peer_client client;
	uint64_t sent;

	begin();
	shake_hands(&client, PEER_TLS13);
	ck_assert_int_eq(tls_conn_close_notify(server, &oc), IO_DONE);
	ck_assert_int_eq(tls_conn_flush(server, &oc), IO_DONE);
	sent = tls_conn_sent(server);
	ck_assert_int_eq(tls_conn_close_notify(server, &oc), IO_DONE);
	ck_assert_int_eq(tls_conn_flush(server, &oc), IO_DONE);
	ck_assert_uint_eq(tls_conn_sent(server), sent);
	peer_client_step(&client);
	ck_assert(client.got_close_notify);
	peer_client_free(&client);
	end();
}
END_TEST

START_TEST(test_a_clean_end_is_told_from_a_truncation)
{
	struct outcome oc = OUTCOME_NONE;
	struct peer_client client;

	begin();
	shake_hands(&client, PEER_TLS13);
	SSL_shutdown(client.ssl);
	ck_assert_int_eq(read_once(&oc), IO_EOF);
	ck_assert_no_failure(&oc);
	peer_client_free(&client);
	end();

	begin();
	shake_hands(&client, PEER_TLS13);
	peer_client_free(&client);
	close(peer);
	peer = -1;
	ck_assert_int_eq(read_once(&oc), IO_FAILED);
	ck_assert_outcome(&oc, OC_GREETING_TRUNCATED, "without close_notify");
	end();
}
END_TEST

/* On a socket pair, closing with unread input is a reset. */
START_TEST(test_a_reset_is_told_from_a_close)
{
	struct outcome oc = OUTCOME_NONE;
	struct peer_client client;

	begin();
	shake_hands(&client, PEER_TLS13);
	ck_assert_int_eq(tls_conn_write(server, "unread", 6, &oc), IO_DONE);
	ck_assert_int_eq(tls_conn_flush(server, &oc), IO_DONE);
	peer_client_free(&client);
	close(peer);
	peer = -1;
	ck_assert_int_eq(read_once(&oc), IO_FAILED);
	ck_assert_outcome(&oc, OC_GREETING_RESET, "after the handshake");
	ck_assert_int_ne(oc.sys_errno, 0);
	end();

	begin();
	close(peer);
	peer = -1;
	oc = failed_handshake();
	ck_assert_outcome(&oc, OC_HANDSHAKE_CLOSED, "closed");
	ck_assert(!tls_conn_heard(server));
	end();
}
END_TEST

START_TEST(test_another_protocol_is_named)
{
	static const struct {
		const char *bytes, *guess;
	} said[] = {
		{ "HTTP/1.1 400 Bad Request\r\n", "an HTTP answer" },
		{ "GET / HTTP/1.1\r\n", "an HTTP request" },
		{ "SSH-2.0-OpenSSH_9.2\r\n", "an SSH client" },
		{ "220 mail.test ESMTP\r\n", "not a TLS record" },
		{ "EHLO me.test\r\n", "a mail client" },
		{ "\"quoted\" \x1b[31m\n", "not a TLS record" },
	};

	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
		struct outcome oc;

		begin();
		oc = after_bytes(said[i].bytes, strlen(said[i].bytes));
		ck_assert_outcome(&oc, OC_NOT_TLS, said[i].guess);
		ck_assert_ptr_null(strchr(oc.detail, '\x1b'));
		/* Advice is for whoever has asked a server. */
		ck_assert_str_eq(oc.advice, "");
		end();
	}
}
END_TEST

/* A balancer that says who the client is, where nobody asked for it. */
START_TEST(test_a_proxy_header_is_named)
{
	static const char v2[] = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
	struct outcome oc;

	begin();
	oc = after_bytes("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n", 32);
	ck_assert_outcome(&oc, OC_PROXY_HEADER_BAD, "unexpected PROXY protocol header");
	end();
	begin();
	oc = after_bytes(v2, sizeof v2 - 1);
	ck_assert_outcome(&oc, OC_PROXY_HEADER_BAD, "unexpected PROXY protocol header");
	end();
}
END_TEST

/* The beginning of a record and then nothing is TLS that failed, not something else. */
START_TEST(test_a_broken_record_is_still_tls)
{
	struct outcome oc;

	begin();
	oc = after_bytes("\x16\x03\x01\x00\x05\xff\xff\xff\xff\xff", 10);
	ck_assert_outcome(&oc, OC_HANDSHAKE_FAILED, "TLS library");
	end();
}
END_TEST

START_TEST(test_late_tells_silence_from_noise)
{
	struct outcome oc = OUTCOME_NONE;

	begin();
	ck_assert_int_eq(tls_conn_handshake(server, &oc), IO_WANT_READ);
	ck_assert_int_eq(tls_conn_handshake_late(server, 700, &oc), -1);
	ck_assert_outcome(&oc, OC_HANDSHAKE_TIMEOUT, "700 ms; the client sent nothing");
	end();

	oc = OUTCOME_NONE;
	begin();
	ck_assert_int_eq(send(peer, "\x16\x03\x01", 3, 0), 3);
	ck_assert_int_eq(tls_conn_handshake(server, &oc), IO_WANT_READ);
	tls_conn_handshake_late(server, 700, &oc);
	ck_assert_outcome(&oc, OC_HANDSHAKE_TIMEOUT,
	    "the client sent only part of its ClientHello");
	end();

	/* And then leaves. */
	oc = OUTCOME_NONE;
	begin();
	ck_assert_int_eq(send(peer, "\x16\x03\x01\x01\x00\x01\x00\x00\xfc\x03\x03", 11, 0), 11);
	ck_assert_int_eq(tls_conn_handshake(server, &oc), IO_WANT_READ);
	ck_assert_int_eq(shutdown(peer, SHUT_WR), 0);
	ck_assert_int_eq(tls_conn_handshake(server, &oc), IO_FAILED);
	ck_assert_outcome(&oc, OC_HANDSHAKE_CLOSED, "the client sent only part of its ClientHello");
	end();

	oc = OUTCOME_NONE;
	begin();
	ck_assert_int_eq(send(peer, "22", 2, 0), 2);
	ck_assert_int_eq(tls_conn_handshake(server, &oc), IO_WANT_READ);
	tls_conn_handshake_late(server, 700, &oc);
	ck_assert_outcome(&oc, OC_NOT_TLS, "\"22\"");
	end();
}
END_TEST

static struct outcome after_alert(const char *alert)
{
	struct outcome oc = OUTCOME_NONE;
	struct peer_client client;

	peer_client_init(&client, peer, PEER_TLS12, NULL);
	peer_client_step(&client);
	ck_assert_int_eq(tls_conn_handshake(server, &oc), IO_WANT_READ);
	peer_client_free(&client);
	return after_bytes(alert, 7);
}

START_TEST(test_an_alert_is_named_with_its_number)
{
	struct outcome oc;

	begin();
	oc = after_alert("\x15\x03\x03\x00\x02\x02\x30");
	ck_assert_outcome(&oc, OC_HANDSHAKE_ALERT, "\"unknown CA\" (48)");
	ck_assert_int_eq(oc.alert, 48);
	end();

	begin();
	oc = after_alert("\x15\x03\x03\x00\x02\x02\x46");
	ck_assert_outcome(&oc, OC_HANDSHAKE_PARAMETERS, "(70)");
	end();
}
END_TEST

START_TEST(test_nothing_in_common)
{
	struct peer_client client;
	struct outcome oc, none = OUTCOME_NONE;

	begin();
	peer_client_init(&client, peer, PEER_TLS13, NULL);
	peer_client_use_groups(&client, "P-521");
	peer_client_step(&client);
	oc = failed_handshake();
	ck_assert_outcome(&oc, OC_HANDSHAKE_PARAMETERS,
	    "no common group: the client offers secp521r1; this server allows X25519");
	/* Until it has left the peer was not told. */
	ck_assert_int_eq(tls_conn_sent_alert(server), OUTCOME_NO_ALERT);
	ck_assert_int_eq(tls_conn_flush(server, &none), IO_DONE);
	ck_assert_int_eq(tls_conn_sent_alert(server), 40);
	peer_client_free(&client);
	end();
}
END_TEST

/* More than the wire's buffer and more than the socket's: in pieces, whole in the end. */
START_TEST(test_a_long_write_survives_a_slow_reader)
{
	static char text[65536];
	struct outcome oc = OUTCOME_NONE;
	struct peer_client client;
	int small = 4096, waits = 0;
	enum io io;

	begin();
	memset(text, 'x', sizeof text);
	setsockopt(ours, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	shake_hands(&client, PEER_TLS13);
	while ((io = tls_conn_write(server, text, sizeof text, &oc)) == IO_WANT_WRITE) {
		peer_client_step(&client);
		ck_assert_int_lt(++waits, 1000);
	}
	ck_assert_int_eq(io, IO_DONE);
	ck_assert_int_gt(waits, 0);
	while ((io = tls_conn_close_notify(server, &oc)) == IO_WANT_WRITE && waits++ < 1000)
		peer_client_step(&client);
	while ((io = tls_conn_flush(server, &oc)) == IO_WANT_WRITE && waits++ < 1000)
		peer_client_step(&client);
	ck_assert_no_failure(&oc);
	peer_client_step(&client);
	ck_assert_uint_eq(client.got, sizeof text);
	ck_assert(client.got_close_notify);
	peer_client_free(&client);
	end();
}
END_TEST

/* Sends one message without data after the handshake. */
typedef void send_message(SSL *ssl);

static void send_key_update(SSL *ssl)
{
	ck_assert_int_eq(SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
	ck_assert_int_eq(SSL_do_handshake(ssl), 1);
}

static void send_ticket(SSL *ssl)
{
	ck_assert_int_eq(SSL_new_session_ticket(ssl), 1);
	ck_assert_int_eq(SSL_do_handshake(ssl), 1);
}

/* How many of them, MANY at most, a client takes before it only waits for its deadline. */
enum { MANY = 600 };

static int messages_taken(send_message *say)
{
	SSL_CTX *client_ctx = SSL_CTX_new(TLS_client_method());
	struct outcome oc = OUTCOME_NONE;
	struct tls_conn *client;
	SSL *ssl;
	enum io io = IO_WANT_READ;
	size_t got;
	char byte;
	int n = 0;

	begin();
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, peer);
	SSL_set_accept_state(ssl);
	tls_conn_free(server);
	server = client = tls_conn_new_client(client_ctx, ours, NULL, "localhost", NULL, &oc);
	ck_assert_no_failure(&oc);
	for (int i = 0; i < 20 && io != IO_DONE; i++) {
		io = tls_conn_handshake(client, &oc);
		tls_conn_flush(client, &oc);
		SSL_do_handshake(ssl);
	}
	ck_assert_no_failure(&oc);
	tls_conn_allow(client, 1 << 20);
	io = IO_WANT_READ;
	for (; n < MANY && io != IO_WANT_TIME; n++) {
		say(ssl);
		for (int i = 0; i < 3 && io != IO_WANT_TIME; i++)
			io = tls_conn_read(client, &byte, 1, &got, &oc);
		ck_assert_no_failure(&oc);
	}
	SSL_free(ssl);
	ERR_clear_error();
	SSL_CTX_free(client_ctx);
	end();
	return n;
}

/* Each costs as much as kilobytes of data. */
START_TEST(test_a_server_may_send_some_messages_without_data)
{
	int updates = messages_taken(send_key_update), tickets = messages_taken(send_ticket);

	ck_assert_int_ge(updates, 256);
	ck_assert_int_lt(updates, MANY);
	ck_assert_int_ge(tickets, 256);
	ck_assert_int_lt(tickets, MANY);
}
END_TEST

CHECK_MAIN_IN("tls_conn", make_files, testpki_end, test_a_flight_is_one_send,
    test_no_early_word_in_tls12_or_after_a_retry, test_facts_are_those_of_the_handshake,
    test_close_notify_is_said_once, test_a_clean_end_is_told_from_a_truncation,
    test_a_reset_is_told_from_a_close, test_another_protocol_is_named, test_a_proxy_header_is_named,
    test_a_broken_record_is_still_tls, test_late_tells_silence_from_noise,
    test_an_alert_is_named_with_its_number, test_nothing_in_common,
    test_a_long_write_survives_a_slow_reader, test_a_server_may_send_some_messages_without_data)
