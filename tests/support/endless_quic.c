/* SPDX-License-Identifier: MIT */
/*
 * As endless_datagrams, with QUIC (OpenSSL 3.5 or later) and the kinds of quic_floods.c:
 *
 *	endless_quic [OPTION...] call STATE KIND PORT     a client of 127.0.0.1
 *	endless_quic [OPTION...] serve STATE KIND         a server there; prints its port
 *
 * STATE:
 *	raw        of a client: nothing was said
 *	token      of a client: it has the token of a Retry
 *	asked      of a server: an Initial packet came
 *	handshake  of a client: the server's keys are known; of a server: a ServerHello was sent
 *	open       the handshake is over for the one that floods
 *	greeted    of a client: it has acknowledged the greeting
 *
 * Options: --pace, --units, --cert, --key, --ca, --time, see there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/ssl.h>

#if OPENSSL_VERSION_NUMBER >= 0x30500000L && !defined(OPENSSL_NO_QUIC)

#include <openssl/quic.h>

#include "support/endless_peer.h"
#include "support/quic_floods.h"
#include "tls/quic_feed.h"
#include "tls/quic_packet.h"

enum { TURN_MS = 20, REPEATS = 4 };
/* Types of handshake messages. */
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, ENCRYPTED_EXTENSIONS = 8, CERTIFICATE = 11 };
enum { NEW_SESSION_TICKET = 4, FINISHED = 20 };

enum state { RAW, TOKEN, ASKED, SHAKING, OPEN, GREETED, STATES };
static const char *const state_names[STATES] = { "raw", "token", "asked", "handshake", "open",
	"greeted" };

static struct endless_options options = { .pace_ms = 1, .seconds = 60 };
static enum state state;
static quic_flood_kind *kind;
static struct quic_flood flood;
static int fd;
static SSL *listener, *ssl; /* a client has no listener */
static struct quic_feed feed;
static bool reached;
static struct bytes last; /* the last datagram that was sent */

/* ---- states: honest until then --------------------------------------------------- */

/* Takes what a packet of ours says about the connection. Returns whether it has a token. */
static bool learn(const unsigned char *packet, size_t len)
{
	struct quic_packet_head head;
	size_t at;

	if (!quic_packet_read_head(packet, len, &head) || quic_packet_is_retry(packet, len))
		return false;
	flood.maker.to = head.to;
	flood.maker.from = head.from;
	at = (size_t)7 + head.to.len + head.from.len;
	at += (size_t)1 << (packet[at] >> 6);
	flood.maker.token.len = 0;
	bytes_put(&flood.maker.token, packet + at, head.token);
	return head.token > 0;
}

/* The bytes of a long packet; its length takes two bytes (RFC 9000 sections 17.2.2 and 17.2.4). */
static size_t long_packet(const unsigned char *packet)
{
	bool initial = (packet[0] & 0x30) == 0;
	size_t at = (size_t)6 + packet[5];

	at += (size_t)1 + packet[at];
	if (initial)
		at += ((size_t)1 << (packet[at] >> 6)) + flood.maker.token.len;
	return at + 2 + (size_t)((packet[at] & 0x3f) << 8 | packet[at + 1]);
}

/* Of a datagram the long packets, without acknowledgements of what is in short ones. */
static size_t long_part(const unsigned char *bytes, size_t len)
{
	size_t at = 0;

	while (at < len && bytes[at] & 0x80)
		at += long_packet(bytes + at);
	return at < len ? at : len;
}

/* What the library sends. */
static void pass_on(void *unused, const struct addr *peer, const void *bytes, size_t len)
{
	(void)unused;
	(void)peer;
	if (reached)
		return;
	reached = learn(bytes, len) && state == TOKEN;
	last.len = 0;
	if (state == SHAKING && endless_secret(&options, false)) {
		reached = true;
		/* A server's first packet is its ServerHello. */
		if (flood.maker.server)
			bytes_put(&last, bytes, long_packet(bytes));
		while (flood.maker.server && last.len < QUIC_MAKER_FULL)
			bytes_put_number(&last, 1, 0);
	} else if (!reached) {
		bytes_put(&last, bytes,
		    state == OPEN && !listener ? long_part(bytes, len) : len);
	}
	if (last.len > 0)
		endless_udp_send(fd, last.at, last.len);
}

/* The next datagram, or the timer of the library. */
static void take(void)
{
	unsigned char bytes[BYTES_SIZE];
	ssize_t n = endless_udp_receive(fd, bytes, sizeof bytes, TURN_MS);
	struct quic_packet_head head;

	feed.in = n > 0 ? bytes : NULL;
	feed.in_len = n > 0 ? (size_t)n : 0;
	/* A second Retry, for a repeated packet, is none that the library follows. */
	if (n > 0 && !flood.maker.server && !quic_packet_is_retry(bytes, (size_t)n) &&
	    quic_packet_read_head(bytes, (size_t)n, &head))
		flood.maker.to = head.from;
	(void)SSL_handle_events(listener ? listener : ssl);
	feed.in = NULL;
}

static int select_hello(SSL *unused, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	(void)unused;
	(void)arg;
	if (SSL_select_next_proto((unsigned char **)out, out_len,
		(const unsigned char *)"\7hello/1", 8, in, in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *make_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(
	    flood.maker.server ? OSSL_QUIC_server_method() : OSSL_QUIC_client_method());

	/* With one of the long key shares a ServerHello would take two datagrams. */
	if (!ctx || SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256") != 1 ||
	    SSL_CTX_set1_groups_list(ctx, "X25519") != 1 ||
	    SSL_CTX_set_num_tickets(ctx, 0) != 1 ||
	    SSL_CTX_set_domain_flags(ctx, SSL_DOMAIN_FLAG_SINGLE_THREAD) != 1)
		endless_die("no context");
	endless_note_secrets(ctx);
	endless_use_files(&options, ctx);
	SSL_CTX_set_alpn_select_cb(ctx, select_hello, NULL);
	return ctx;
}

static void read_peer(BIO_ADDR *to)
{
	socklen_t len = sizeof feed.peer.ss;

	if (getpeername(fd, &feed.peer.ss.any, &len) != 0 ||
	    BIO_ADDR_rawmake(to, AF_INET, &feed.peer.ss.v4.sin_addr,
		sizeof feed.peer.ss.v4.sin_addr, feed.peer.ss.v4.sin_port) != 1)
		endless_die("getpeername");
	feed.peer.len = len;
}

static void make_ssl(void)
{
	SSL_CTX *ctx = make_context();
	BIO_ADDR *peer = BIO_ADDR_new();
	BIO *bio = quic_feed_bio(&feed);
	SSL *made;

	feed.send = pass_on;
	if (flood.maker.server)
		made = listener = SSL_new_listener(ctx, SSL_LISTENER_FLAG_NO_VALIDATE);
	else
		made = ssl = SSL_new(ctx);
	if (!peer || !bio || !made)
		endless_die("no connection");
	read_peer(peer);
	SSL_set_bio(made, bio, bio);
	if (SSL_set_blocking_mode(made, 0) != 1 ||
	    (listener ? SSL_listen(listener) != 1
		      : SSL_set1_initial_peer_addr(ssl, peer) != 1 ||
			    SSL_set_alpn_protos(ssl, (const unsigned char *)"\7hello/1", 8) != 0 ||
			    SSL_set_default_stream_mode(ssl, SSL_DEFAULT_STREAM_MODE_NONE) != 1 ||
			    SSL_set_incoming_stream_policy(
				ssl, SSL_INCOMING_STREAM_POLICY_ACCEPT, 0) != 1))
		endless_die("no QUIC");
	BIO_ADDR_free(peer);
	if (ssl)
		(void)SSL_do_handshake(ssl);
}

/* Does the server know that the handshake is over; has the client all of the greeting? */
static bool is_reached(void)
{
	static SSL *stream;
	char bytes[64];
	size_t n;

	if (listener || state < OPEN)
		return state == OPEN;
	if (!stream && !(stream = SSL_accept_stream(ssl, SSL_ACCEPT_STREAM_NO_BLOCK)))
		return false;
	if (state == OPEN)
		return true;
	while (SSL_read_ex(stream, bytes, sizeof bytes, &n) == 1)
		;
	return SSL_get_error(stream, 0) == SSL_ERROR_ZERO_RETURN;
}

static void enter_library(void)
{
	make_ssl();
	while (!reached) {
		take();
		if (listener && !ssl)
			ssl = SSL_accept_connection(listener, SSL_ACCEPT_CONNECTION_NO_BLOCK);
		if (!reached && ssl && SSL_is_init_finished(ssl))
			reached = is_reached();
	}
	/* Among floods an acknowledgement may be lost: again, and if the greeting comes again. */
	for (int i = 0; state == GREETED && i < REPEATS; i++) {
		reached = false;
		take();
		endless_udp_send(fd, last.at, last.len);
		reached = true;
	}
}

/* The client's first packet is the one in the socket. */
static void enter_asked(void)
{
	unsigned char bytes[BYTES_SIZE];
	ssize_t n = recv(fd, bytes, sizeof bytes, MSG_PEEK);
	struct quic_packet_head head;

	if (n < 0 || !quic_packet_read_head(bytes, (size_t)n, &head))
		endless_die("no Initial packet");
	flood.origin = head.to;
	flood.maker.to = head.from;
	quic_maker_choose_id(&flood.maker.from);
	quic_maker_begin_initial(&flood.maker, &flood.origin);
}

static void enter(void)
{
	flood.message = flood.maker.server ? SERVER_HELLO : CLIENT_HELLO;
	if (state == RAW) {
		quic_maker_choose_id(&flood.maker.to);
		quic_maker_begin_initial(&flood.maker, &flood.maker.to);
		return;
	}
	if (flood.maker.server)
		enter_asked();
	if (state != ASKED)
		enter_library();
	if (state == TOKEN)
		quic_maker_begin_initial(&flood.maker, &flood.maker.to);
	if (state == SHAKING) {
		flood.message = flood.maker.server ? ENCRYPTED_EXTENSIONS
		    : options.cert           ? CERTIFICATE
					     : FINISHED;
		quic_maker_begin(&flood.maker, QUIC_MAKER_HANDSHAKE,
		    endless_secret(&options, false));
	}
	if (state >= OPEN) {
		flood.message = NEW_SESSION_TICKET;
		quic_maker_begin(&flood.maker, QUIC_MAKER_OPEN, endless_secret(&options, true));
	}
}

/* ---- without end -------------------------------------------------------------------- */

static const struct bytes *make(void)
{
	quic_flood_make(&flood, kind);
	return &flood.datagram;
}

int main(int argc, char *argv[])
{
	endless_read_options(&options, argc, argv);
	while (state < STATES && strcmp(state_names[state], options.state) != 0)
		state++;
	if (state == STATES || !(kind = quic_flood_find(options.kind)))
		endless_die("which state or kind?");
	flood.maker.server = options.server;
	fd = endless_udp_open(&options);
	enter();
	endless_udp_flow(fd, &options, make);
}

#else

int main(void)
{
	fputs("endless_quic: this TLS library has no QUIC server\n", stderr);
	return 77;
}

#endif
