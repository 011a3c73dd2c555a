/* SPDX-License-Identifier: MIT */
/*
 * A peer that sends datagrams of DTLS without end, for tests/system/endless.sh:
 *
 *	endless_datagrams [OPTION...] call STATE KIND PORT     a client of 127.0.0.1
 *	endless_datagrams [OPTION...] serve STATE KIND         a server there; prints its port
 *
 * Follows the protocol up to STATE. Then it sends datagrams of KIND (datagram_floods.c), ten at a
 * time, until the port of the other end is closed, and discards what arrives. A client
 * prints "port N" (its own) when it has one, and "flows" when it begins to send them.
 *
 * STATE:
 *	raw        nothing was said
 *	asked      of a server: a ClientHello came
 *	cookie     of a server: a ClientHello with its cookie came
 *	handshake  of a client: a ServerHello came; of a server: a ServerHello was sent
 *	shown      of a client: its certificate was sent, and no proof that it owns it
 *	keyed      all of the last flight was sent but Finished
 *	open       the handshake is over
 *
 * Options: --pace MS (pause after each ten; 1), --units N (maximum number of datagrams), --cert
 * FILE and --key FILE (a server's; a client has them for the state shown, or to be let in), --ca
 * FILE (a server requires a certificate of it), --time SECONDS (then a signal ends it; 60).
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "support/datagram_floods.h"
#include "support/endless_peer.h"

enum { REPEAT_US = 100000, REPEATS = 3, REPEAT_MS = 5, FLIGHT_MAX = 8 };
enum { PAYLOAD = 1200, TURN_MS = 20 };
enum { HANDSHAKE = 22, SERVER_HELLO = 2, CERTIFICATE_VERIFY = 15, RECORD_HEADER = 13 };
/* Beyond those that libssl has sent in clear. */
enum { FIRST_NUMBER = 100 };

enum state { RAW, ASKED, COOKIE, SHAKING, SHOWN, KEYED, OPEN, STATES };
static const char *const state_names[STATES] = { "raw", "asked", "cookie", "handshake", "shown",
	"keyed", "open" };

/*
 * The number of the message that is due (RFC 6347: message_seq), of a client and of a server.
 * Client certificates make one more from then on, of the client two.
 */
static const unsigned due[STATES][2] = { { 0, 0 }, { 0, 0 }, { 0, 1 }, { 2, 2 }, { 2, 0 }, { 3, 5 },
	{ 4, 6 } };

static struct endless_options options = { .pace_ms = 1, .seconds = 60 };
static enum state state;
static datagram_flood_kind *kind;
static struct datagram_flood flood;
static int fd;
static SSL *ssl;
static bool reached;

/* ---- states: honest until then --------------------------------------------------- */

static bool begins(const unsigned char *record, size_t len, unsigned message)
{
	return len > RECORD_HEADER && record[0] == HANDSHAKE && record[RECORD_HEADER] == message;
}

/* Returns whether it is to be sent. */
static bool judge_record(const unsigned char *record, size_t len)
{
	bool sealed = record[4] > 0;

	if (!flood.server && flood.hello.len == 0)
		bytes_put(&flood.hello, record, len);
	if (reached)
		return false;
	reached = (state <= SHAKING && begins(record, len, SERVER_HELLO)) ||
	    (state == SHOWN && !sealed && begins(record, len, CERTIFICATE_VERIFY)) ||
	    (state == KEYED && sealed);
	return !reached || state == SHAKING;
}

/* The last flight, of which some may be lost among floods. */
static struct {
	struct bytes record[FLIGHT_MAX];
	size_t count;
} flight;

static void send_record(const unsigned char *record, size_t len)
{
	struct bytes *copy = &flight.record[flight.count++ % FLIGHT_MAX];

	copy->len = 0;
	bytes_put(copy, record, len);
	endless_udp_send(fd, record, len);
}

static void repeat_flight(void)
{
	for (unsigned i = 0; i < REPEATS; i++) {
		endless_pause(REPEAT_MS);
		for (size_t at = 0; at < flight.count && at < FLIGHT_MAX; at++)
			endless_udp_send(fd, flight.record[at].at, flight.record[at].len);
	}
}

/* What the library has to say, each record in a datagram. */
static void say(void)
{
	unsigned char *bytes;
	long len = BIO_get_mem_data(SSL_get_wbio(ssl), (char **)&bytes);

	if (len > 0)
		flight.count = 0;
	while (len > RECORD_HEADER) {
		size_t record = RECORD_HEADER + (size_t)(bytes[11] << 8 | bytes[12]);

		if (judge_record(bytes, record))
			send_record(bytes, record);
		bytes += record;
		len -= (long)record;
	}
	(void)BIO_reset(SSL_get_wbio(ssl));
}

/* The next datagram, or the timer of the library. */
static void take(void)
{
	unsigned char bytes[4096];
	ssize_t n = endless_udp_receive(fd, bytes, sizeof bytes, TURN_MS);

	if (n <= 0) {
		DTLSv1_handle_timeout(ssl);
		return;
	}
	if (!flood.server && state == SHAKING && begins(bytes, (size_t)n, SERVER_HELLO))
		reached = true;
	else if (BIO_write(SSL_get_rbio(ssl), bytes, (int)n) != n)
		endless_die("BIO_write");
}

static unsigned repeat_soon(SSL *unused, unsigned us)
{
	(void)unused;
	(void)us;
	return REPEAT_US;
}

static int make_cookie(SSL *unused, unsigned char *cookie, unsigned *len)
{
	(void)unused;
	memcpy(cookie, "cookie", *len = 6);
	return 1;
}

static int accept_cookie(SSL *unused, const unsigned char *cookie, unsigned len)
{
	(void)unused;
	(void)cookie;
	return len == 6;
}

static void make_ssl(void)
{
	SSL_CTX *ctx = SSL_CTX_new(flood.server ? DTLS_server_method() : DTLS_client_method());
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

	if (!ctx || !in || !out ||
	    SSL_CTX_set_cipher_list(ctx,
		"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256") != 1)
		endless_die("no context");
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_COOKIE_EXCHANGE | SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_cookie_generate_cb(ctx, make_cookie);
	SSL_CTX_set_cookie_verify_cb(ctx, accept_cookie);
	endless_use_files(&options, ctx);
	BIO_set_mem_eof_return(in, -1);
	if (!(ssl = SSL_new(ctx)))
		endless_die("SSL_new");
	SSL_set_bio(ssl, in, out);
	SSL_set_mtu(ssl, PAYLOAD);
	DTLS_set_timer_cb(ssl, repeat_soon);
	if (flood.server)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
}

static void enter(void)
{
	bool open = false;

	make_ssl();
	reached = state == RAW || state == ASKED;
	SSL_do_handshake(ssl);
	say();
	while (!reached && !(open && state == OPEN)) {
		take();
		open = SSL_do_handshake(ssl) == 1;
		say();
	}
	if (state > COOKIE)
		repeat_flight();
	flood.message = due[state][flood.server];
	if (state > SHAKING && (flood.server ? options.ca : options.cert))
		flood.message += flood.server ? 1 : 2;
	flood.number = FIRST_NUMBER;
	/* Finished was number 0 where it was sent. */
	if (state >= KEYED)
		datagram_flood_seal(&flood, ssl, state == OPEN);
}

/* ---- without end -------------------------------------------------------------------- */

static const struct bytes *make(void)
{
	datagram_flood_make(&flood, kind);
	return &flood.datagram;
}

int main(int argc, char *argv[])
{
	endless_read_options(&options, argc, argv);
	while (state < STATES && strcmp(state_names[state], options.state) != 0)
		state++;
	if (state == STATES || !(kind = datagram_flood_find(options.kind)))
		endless_die("which state or kind?");
	flood.server = options.server;
	fd = endless_udp_open(&options);
	enter();
	endless_udp_flow(fd, &options, make);
}
