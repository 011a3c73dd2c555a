/* SPDX-License-Identifier: MIT */
/*
 * A server of any service that hello-client knows, by the words it would say: before TLS, and
 * inside it. Each CASE is good or bad in exactly one way.
 *
 *	service_peer [--time SECONDS] --cert FILE --key FILE
 *	             [--client-ca FILE | --client-any FILE] SERVICE:CASE...
 *
 * Listens on a free port of 127.0.0.1 for each; its output is their list, lines of "SERVICE:CASE
 * PORT", and then "ready". Serves one connection after the other, until its time (60 seconds) is
 * over. With --client-ca it asks for a certificate, in the handshake; with --client-any it takes
 * any of them, and none. An answer of IMAP has the tag of the command. CASE:
 *
 *	good, capitals, small (letters), slow (a byte at a time), stripped,
 *	masked (XXXXXXXX), refused, injected, late (the same behind the first byte of TLS),
 *	endless, other (protocol), silent, closed, gone (closes then, with a reset),
 *	bye (says before anything else that it takes nobody, inside TLS), second-bye (in place of
 *	its second answer there), leave (closes after the handshake, without a word), settings
 *	(HTTP/2), those of the handshake of mssql in tests/support/tds_server.h, and those of the
 *	answers of HTTP below; with "cut-" before their name the connection ends behind them
 *	without close_notify
 *
 * A service without words of its own for a case does not have it, and it is no case then.
 */
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "support/listening.h"
#include "support/tds_server.h"

/* What is awaited: bytes, or an end of what comes; nothing where the server begins. */
struct turn {
	size_t count;
	const char *until;
	const char *say;
	size_t len;
};

#define SAY(text) text, sizeof(text) - 1
#define TURNS_MAX 4

static const struct service {
	const char *name;
	struct turn before[TURNS_MAX], inside[TURNS_MAX];
	/* What is said at last before TLS in place of the good answer; without: no such case. */
	struct turn stripped, masked, refused;
	size_t offer; /* the turn of before that offers TLS, for stripped and masked */
	const char *endless;
	const char *bye;
} services[] = {
#define MAIL(name, greeting) \
	{ \
		name, \
		    { { 0, NULL, SAY(greeting) }, \
			    { 0, "\r\n", \
				SAY("250-mx\r\n250-SIZE 1\r\n250-STARTTLS\r\n250 HELP\r\n") }, \
			    { 0, "\r\n", SAY("220 go ahead\r\n") } }, \
		    { { 0, "\r\n", SAY("250-mx.test\r\n250 HELP\r\n") }, \
			    { 0, "\r\n", SAY("221 bye\r\n") } }, \
		    { 0, NULL, SAY("250-mx.test\r\n250-SIZE 1000\r\n250 HELP\r\n") }, \
		    { 0, NULL, \
			    SAY("250-mx.test\r\n250-SIZE 1000\r\n250-XXXXXXXX\r\n250 HELP\r\n") }, \
		    { 0, NULL, SAY("454 TLS not available\r\n") }, 1, "220-again\r\n", NULL \
	}
	MAIL("smtp", "220 mx.test ESMTP\r\n"),
	MAIL("submission", "220-mx.test\r\n220-ESMTP\r\n220 ready\r\n"),
	MAIL("lmtp", "220 mx.test LMTP\r\n"),
	{ "smtps", { { 0 } },
	    { { 0, NULL, SAY("220 mx.test ESMTP\r\n") }, { 0, "\r\n", SAY("250 mx.test\r\n") },
		{ 0, "\r\n", SAY("221 bye\r\n") } },
	    .bye = "421 no certificate, no mail\r\n" },
	{ "imap",
	    { { 0, NULL, SAY("* OK [CAPABILITY IMAP4rev1] ready\r\n") },
		{ 0, "\r\n", SAY("* CAPABILITY IMAP4rev1 STARTTLS\r\na OK done\r\n") },
		{ 0, "\r\n", SAY("a OK go ahead\r\n") } },
	    { { 0, "\r\n", SAY("* BYE out\r\nb OK done\r\n") } },
	    { 0, NULL, SAY("* CAPABILITY IMAP4rev1 ID\r\na OK done\r\n") },
	    { 0, NULL, SAY("* CAPABILITY IMAP4rev1 XXXXXXXX\r\na OK done\r\n") },
	    { 0, NULL, SAY("a BAD TLS is off\r\n") }, 1, "* OK again\r\n",
	    "* BYE a certificate is needed\r\n" },
	{ "imaps", { { 0 } },
	    { { 0, NULL, SAY("* OK ready\r\n") },
		{ 0, "\r\n", SAY("* BYE out\r\nb OK done\r\n") } },
	    .bye = "* BYE a certificate is needed\r\n" },
	{ "pop3",
	    { { 0, NULL, SAY("+OK ready\r\n") }, { 0, "\r\n", SAY("+OK\r\nUIDL\r\nSTLS\r\n.\r\n") },
		{ 0, "\r\n", SAY("+OK go ahead\r\n") } },
	    { { 0, "\r\n", SAY("+OK bye\r\n") } }, { 0, NULL, SAY("+OK\r\nUIDL\r\n.\r\n") },
	    { 0, NULL, SAY("+OK\r\nXXXX\r\nXXXXX\r\n.\r\n") },
	    { 0, NULL, SAY("-ERR TLS is off\r\n") }, 1, "+OK again", NULL },
	{ "pop3s", { { 0 } },
	    { { 0, NULL, SAY("+OK ready\r\n") }, { 0, "\r\n", SAY("+OK bye\r\n") } },
	    .bye = "-ERR a certificate is needed\r\n" },
	{ "sieve",
	    { { 0, NULL, SAY("\"SIEVE\" \"fileinto\"\r\n\"STARTTLS\"\r\nOK ready\r\n") },
		{ 0, "\r\n", SAY("OK go ahead\r\n") } },
	    { { 0, NULL, SAY("\"SIEVE\" \"fileinto\"\r\nOK ready\r\n") },
		{ 0, "\r\n", SAY("OK bye\r\n") } },
	    { 0, NULL, SAY("\"SIEVE\" \"fileinto\"\r\nOK ready\r\n") },
	    { 0, NULL, SAY("\"XXXXXXXX\"\r\nOK ready\r\n") },
	    { 0, NULL, SAY("NO \"TLS is off\"\r\n") }, 0, "\"SIEVE\"\r\n", NULL },
	{ "nntp",
	    { { 0, NULL, SAY("200 ready\r\n") },
		{ 0, "\r\n", SAY("101 list\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n") },
		{ 0, "\r\n", SAY("382 go ahead\r\n") } },
	    { { 0, "\r\n", SAY("205 bye\r\n") } },
	    { 0, NULL, SAY("101 list\r\nVERSION 2\r\n.\r\n") },
	    { 0, NULL, SAY("101 list\r\nXXXXXXXX\r\n.\r\n") }, { 0, NULL, SAY("580 no TLS\r\n") },
	    1, "200-again\r\n", NULL },
	{ "nntps", { { 0 } },
	    { { 0, NULL, SAY("201 ready\r\n") }, { 0, "\r\n", SAY("205 bye\r\n") } },
	    .bye = "400 a certificate is needed\r\n" },
	{ "ftp",
	    { { 0, NULL, SAY("220-Welcome\r\n to this\r\n220 server\r\n") },
		{ 0, "\r\n", SAY("234 go ahead\r\n") } },
	    { { 0, "\r\n", SAY("221 bye\r\n") } }, .refused = { 0, NULL, SAY("500 what?\r\n") },
	    .endless = "220-again\r\n" },
	{ "ftps", { { 0 } },
	    { { 0, NULL, SAY("220 ready\r\n") }, { 0, "\r\n", SAY("221 bye\r\n") } },
	    .bye = "421 a certificate is needed\r\n" },
	{ "irc",
	    { { 0, NULL, SAY(":irc.test NOTICE * :looking up your name\r\n") },
		{ 0, "\r\n", SAY(":irc.test 670 * :go ahead\r\n") } },
	    { { 0, "\r\n", SAY("ERROR :bye\r\n") } },
	    .refused = { 0, NULL, SAY(":irc.test 691 * :TLS is off\r\n") },
	    .endless = ":irc.test NOTICE * :again\r\n",
	    .bye = "ERROR :a certificate is needed\r\n" },
	{ "ircs", { { 0 } }, { { 0, "\r\n", SAY(":irc.test NOTICE * :hi\r\nERROR :bye\r\n") } },
	    .bye = "ERROR :a certificate is needed\r\n" },
#define XML "<?xml version='1.0'?><stream:stream from='localhost' version='1.0'>"
#define CHAT(name) \
	{ \
		name, \
		    { { 0, "'>", \
			  SAY(XML "<stream:features><starttls></starttls></stream:features>") }, \
			    { 0, "/>", SAY("<proceed xmlns='x'/>") } }, \
		    { { 0, "'>", SAY(XML "<stream:features><bind/></stream:features>") } }, \
		    { 0, NULL, SAY(XML "<stream:features><bind/></stream:features>") }, { 0 }, \
		    { 0, NULL, SAY("<failure xmlns='x'/></stream:stream>") }, 0, \
		    "<stream:stream><x/>", NULL \
	}
	CHAT("xmpp"),
	CHAT("xmpp-server"),
	{ "ldap", { { 31, NULL, SAY("\x30\x0c\2\1\1\x78\7\x0a\1\0\4\0\4\0") } }, { { 0 } },
	    .refused = { 0, NULL, SAY("\x30\x0f\2\1\1\x78\x0a\x0a\1\2\4\0\4\3off") },
	    .endless = "\x30\x82\x0f\x01" },
	{ "ldaps", { { 0 } }, { { 0 } }, .bye = NULL },
	{ "postgres", { { 8, NULL, SAY("S") } }, { { 0 } }, .refused = { 0, NULL, SAY("N") } },
	{ "mysql",
	    { { 0, NULL,
		  SAY("\x1c\0\0\0\x0a"
		      "8.0\0\1\0\0\0"
		      "12345678\0\xff\xff\x21\2\0\0\0\0\0\0") },
		{ 36, NULL, SAY("") } },
	    { { 0 } },
	    { 0, NULL,
		SAY("\x1c\0\0\0\x0a"
		    "8.0\0\1\0\0\0"
		    "12345678\0\xff\xf7\x21\2\0\0\0\0\0\0") },
	    .refused = { 0, NULL,
		SAY("\x07\0\0\0\xff\x10\x04"
		    "full") } },
#define PRELOGIN(encryption) \
	"\x04\x01\0\x25\0\0\x01\0\0\0\x15\0\x06\x01\0\x1b\0\x01\x02\0\x1c\0\x01\x03\0\x1d\0\0\xff" \
	"\x08\0\x02\xf8\0\0" encryption "\0"
	{ "mssql", { { 41, NULL, SAY(PRELOGIN("\1")) } }, { { 0 } },
	    { 0, NULL, SAY("\x04\x01\0\x14\0\0\x01\0\0\0\x06\0\x06\xff\x0f\0\x07\xd0\0\0") },
	    .refused = { 0, NULL, SAY(PRELOGIN("\2")) }, .bye = "hello\r\n" },
	{ "rdp", { { 19, NULL, SAY("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\1\0\0\0") } },
	    { { 0 } }, { 0, NULL, SAY("\3\0\0\x0b\x06\xd0\0\0\x12\x34\0") },
	    .refused = { 0, NULL, SAY("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\3\0\x08\0\5\0\0\0") } },
	{ "rediss", { { 0 } }, { { 0, "\r\n", SAY("+PONG\r\n") } }, .bye = NULL },
	{ "tls", { { 0 } }, { { 0 } }, .bye = "hello\r\n" },
	{ "postgres-direct", { { 0 } }, { { 0 } }, .bye = NULL },
	{ "https", { { 0 } }, { { 0 } }, .bye = NULL },
	{ .name = NULL },
};

#define HTTP(text) "HTTP/1.1 " text "\r\n"

static const struct {
	const char *name, *text;
} http_answers[] = {
	{ "good", HTTP("200 OK") "Content-Length: 5\r\n\r\nhello" },
	{ "chunked", HTTP("200 OK") "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" },
	{ "old", "HTTP/1.0 200 OK\r\n\r\nhello" },
	{ "interim", HTTP("103 Early Hints") "\r\n" HTTP("204 No Content") "\r\n" },
	{ "moved", HTTP("301 Moved Permanently") "Location: https://a.test/\r\n\r\n" },
	{ "body", HTTP("200 OK") "Content-Length: 2\r\n\r\nhello" },
	{ "bad-chunks", HTTP("200 OK") "Transfer-Encoding: chunked\r\n\r\nhello" },
	{ "broken", HTTP("503 Service Unavailable") "\r\n" },
	{ "bare", "HTTP/1.1 200 OK\n\n" },
	{ "to-the-end", HTTP("200 OK") "\r\nhello" },
	{ "odd-status", HTTP("1000 \33[31mOdd") "\r\n" },
	{ "two-lengths", HTTP("200 OK") "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" },
	{ "refusing",
	    HTTP("400 Bad Request") "Content-Length: 55\r\n\r\n"
				    "<title>400 No required SSL certificate was sent</title>" },
	{ "half", HTTP("200 OK") "X: " },
	{ "none", "" },
	{ .name = NULL },
};

static const char *mode;

static bool mode_is(const char *name)
{
	return strcmp(mode, name) == 0;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "service_peer: %s: %s\n", what, strerror(errno));
	ERR_print_errors_fp(stderr);
	exit(1);
}

/* ---- a connection, with or without TLS ------------------------------------------------------ */

struct peer {
	int fd;
	SSL *ssl;
	char tag[16]; /* the first word of what was heard last */
};

static bool put(const struct peer *p, const char *bytes, size_t len)
{
	if (len == 0)
		return true;
	if (p->ssl)
		return SSL_write(p->ssl, bytes, (int)len) > 0;
	return send(p->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool get(const struct peer *p, char *byte)
{
	return p->ssl ? SSL_read(p->ssl, byte, 1) == 1 : recv(p->fd, byte, 1, 0) == 1;
}

static bool hear(struct peer *p, const struct turn *turn)
{
	char heard[4096];
	size_t n = 0, end = turn->until ? strlen(turn->until) : 0;

	while (n < sizeof heard) {
		if (turn->until ? n >= end && memcmp(heard + n - end, turn->until, end) == 0
				: n == turn->count) {
			heard[n < sizeof heard ? n : n - 1] = '\0';
			snprintf(p->tag, sizeof p->tag, "%.*s", (int)strcspn(heard, " \r"), heard);
			return true;
		}
		if (!get(p, &heard[n++]))
			return false;
	}
	return false;
}

static bool say_slowly(const struct peer *p, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct pollfd left = { .fd = p->fd, .events = POLLRDHUP };

		if (!put(p, bytes + i, 1) || poll(&left, 1, 1) != 0)
			return false;
	}
	return true;
}

/* A line that begins with the tag of a command, as in IMAP, begins with the client's. */
static size_t put_tags(const struct peer *p, const struct turn *turn, char text[1024])
{
	const char *from = turn->say;
	size_t len = 0;

	for (size_t i = 0; i < turn->len; i++) {
		if ((i == 0 || from[i - 1] == '\n') && i + 1 < turn->len &&
		    (from[i] == 'a' || from[i] == 'b') && from[i + 1] == ' ')
			len += (size_t)snprintf(text + len, 1024 - len, "%s", p->tag);
		else
			text[len++] = from[i];
	}
	return len;
}

static bool say(const struct peer *p, const struct turn *turn)
{
	char text[1024];
	size_t len = put_tags(p, turn, text);

	for (size_t i = 0; i < len; i++) {
		if (mode_is("capitals"))
			text[i] = (char)toupper((unsigned char)text[i]);
		else if (mode_is("small"))
			text[i] = (char)tolower((unsigned char)text[i]);
	}
	return mode_is("slow") ? say_slowly(p, text, len) : put(p, text, len);
}

static void wait_for_end(const struct peer *p)
{
	char byte;

	while (get(p, &byte))
		;
}

static void say_for_ever(const struct peer *p, const char *text)
{
	while (put(p, text, strlen(text)))
		;
}

static bool is_turn(const struct turn *turn)
{
	return turn->say && (turn->len > 0 || turn->count > 0);
}

static size_t count_turns(const struct turn turns[TURNS_MAX])
{
	size_t n = 0;

	while (n < TURNS_MAX && is_turn(&turns[n]))
		n++;
	return n;
}

/* ---- before TLS ------------------------------------------------------------------------------ */

/* What this case says in place of the good answer of a turn. */
static const struct turn *answer(const struct service *s, size_t i, size_t last)
{
	if (mode_is("stripped") && i == s->offer)
		return &s->stripped;
	if (mode_is("masked") && i == s->offer)
		return &s->masked;
	if (mode_is("refused") && (i == last || s->before[last].len == 0))
		return &s->refused;
	return &s->before[i];
}

/* A client may ask for TLS although it was not offered: it is refused, as by a real server. */
static void refuse(const struct service *s, struct peer *p)
{
	static const struct turn request = { .until = "\r\n" };

	if (s->refused.len > 0 && (mode_is("stripped") || mode_is("masked")) && hear(p, &request) &&
	    say(p, &s->refused))
		shutdown(p->fd, SHUT_WR);
	wait_for_end(p);
}

static bool inject(const struct peer *p, const struct turn *turn)
{
	char text[512];

	memcpy(text, turn->say, turn->len);
	memcpy(text + turn->len, "injected\r\n", 10);
	return put(p, text, turn->len + 10);
}

/* The client has begun with TLS. Closing with bytes unread makes a reset. */
static bool disturb(const struct peer *p)
{
	char byte;

	if (!get(p, &byte))
		return false;
	if (mode_is("late") && put(p, "injected\r\n", 10))
		wait_for_end(p);
	return false;
}

/* Returns whether TLS is next. */
static bool speak_before(const struct service *s, struct peer *p)
{
	size_t count = count_turns(s->before), last = count - 1;

	if (mode_is("silent") || mode_is("closed")) {
		if (mode_is("silent"))
			wait_for_end(p);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const struct turn *turn = answer(s, i, last);
		bool injects = i == last || s->before[last].len == 0;

		if ((s->before[i].count > 0 || s->before[i].until) && !hear(p, &s->before[i]))
			return false;
		if (mode_is("other"))
			return put(p, "SSH-2.0-OpenSSH_9.2\r\n", 21) && (wait_for_end(p), false);
		if (mode_is("endless")) {
			say_for_ever(p, s->endless);
			return false;
		}
		if (!(mode_is("injected") && injects ? inject(p, turn) : say(p, turn)))
			return false;
		if (turn != &s->before[i]) {
			refuse(s, p);
			return false;
		}
	}
	return mode_is("late") || mode_is("gone") ? disturb(p) : true;
}

/* ---- inside TLS ------------------------------------------------------------------------------ */

/* SETTINGS at once, then the acknowledgement of the client's: RFC 9113 section 3.4. */
static void speak_http2(struct peer *p)
{
	const struct turn preface = { .until = "SM\r\n\r\n" };

	if (put(p, "\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64", 15) && hear(p, &preface) &&
	    put(p, "\0\0\0\4\1\0\0\0\0", 9))
		wait_for_end(p);
}

static void answer_http(struct peer *p)
{
	const struct turn head = { .until = "\r\n\r\n" };
	bool cut = strncmp(mode, "cut-", 4) == 0;

	if (mode_is("settings")) {
		speak_http2(p);
		return;
	}
	if (!hear(p, &head))
		return;
	if (mode_is("endless")) {
		put(p, HTTP("200 OK"), sizeof HTTP("200 OK") - 1);
		say_for_ever(p, "X: again\r\n");
		return;
	}
	for (size_t i = 0; http_answers[i].name; i++)
		if (strcmp(cut ? mode + 4 : mode, http_answers[i].name) == 0)
			put(p, http_answers[i].text, strlen(http_answers[i].text));
	if (cut)
		shutdown(p->fd, SHUT_WR);
	if (mode_is("half") || mode_is("none") || mode_is("interim"))
		SSL_shutdown(p->ssl);
	/* The others keep the connection: the client leaves. */
	wait_for_end(p);
}

static void speak_inside(const struct service *s, struct peer *p)
{
	size_t count = count_turns(s->inside);

	if (mode_is("leave")) {
		SSL_shutdown(p->ssl);
		wait_for_end(p);
		return;
	}
	if (strcmp(s->name, "https") == 0) {
		answer_http(p);
		return;
	}
	if (mode_is("bye")) {
		put(p, s->bye, strlen(s->bye));
		SSL_shutdown(p->ssl);
		wait_for_end(p);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (s->inside[i].until && !hear(p, &s->inside[i]))
			return;
		if (mode_is("second-bye") && i == 1) {
			put(p, s->bye, strlen(s->bye));
			break;
		}
		if (!say(p, &s->inside[i]))
			return;
	}
	wait_for_end(p);
}

static void serve(const struct service *s, SSL_CTX *ctx, int fd)
{
	struct peer p = { .fd = fd };

	if (!s->before[0].say || speak_before(s, &p)) {
		p.ssl = SSL_new(ctx);
		if (!p.ssl || SSL_set_fd(p.ssl, fd) != 1)
			die("no TLS connection");
		if (strcmp(s->name, "mssql") == 0 ? tds_server_accept(p.ssl, fd, mode)
						  : SSL_accept(p.ssl) == 1)
			speak_inside(s, &p);
		SSL_free(p.ssl);
		ERR_clear_error();
	}
	close(fd);
}

/* ---- the program ----------------------------------------------------------------------------- */

static const unsigned char protocols[] = "\x0apostgresql\2h2";

static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *unused)
{
	(void)ssl, (void)unused;
	return SSL_select_next_proto((unsigned char **)(uintptr_t)out, out_len, protocols,
		   sizeof protocols - 1, in, in_len) == OPENSSL_NPN_NEGOTIATED
	    ? SSL_TLSEXT_ERR_OK
	    : SSL_TLSEXT_ERR_NOACK;
}

static int take_any(int ok, X509_STORE_CTX *store)
{
	(void)ok, (void)store;
	return 1;
}

static SSL_CTX *make_ctx(const char *cert, const char *key, const char *ca, bool any)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx || SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
		die("cannot use --cert and --key");
	SSL_CTX_set_alpn_select_cb(ctx, select_alpn, NULL);
	if (ca) {
		if (SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1)
			die("cannot use --client-ca");
		SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(ca));
		SSL_CTX_set_verify(ctx,
		    any ? SSL_VERIFY_PEER : SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
		    any ? take_any : NULL);
	}
	return ctx;
}

static int start_listening(void)
{
	unsigned port;
	int fd = listen_on_loopback(&port);

	if (fd < 0)
		die("cannot listen");
	printf("%u\n", port);
	fflush(stdout);
	return fd;
}

enum { LISTENERS_MAX = 256 };

static const struct service *find(const char *name, size_t len)
{
	for (const struct service *s = services; s->name; s++)
		if (strlen(s->name) == len && memcmp(s->name, name, len) == 0)
			return s;
	die("unknown service");
}

/* Has the service no words for this case? */
static bool lacks(const struct service *s, const char *wanted)
{
	const struct {
		const char *name;
		bool has;
	} cases[] = {
		{ "bye", s->bye },
		{ "second-bye", s->bye },
		{ "endless", s->endless || !s->before[0].say },
		{ "stripped", s->stripped.say || !s->before[0].say },
		{ "masked", s->masked.say || !s->before[0].say },
		{ "refused", s->refused.say || !s->before[0].say },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (strcmp(cases[i].name, wanted) == 0 && !cases[i].has)
			return true;
	return false;
}

/* Before anybody connects, who would see a crash only. */
static void check_case(const char *word)
{
	const char *colon = strchr(word, ':');

	errno = EINVAL;
	if (!colon || lacks(find(word, (size_t)(colon - word)), colon + 1))
		die(word);
}

static _Noreturn void serve_all(SSL_CTX *ctx, char *words[], struct pollfd at[], nfds_t count)
{
	for (;;) {
		if (poll(at, count, -1) < 0)
			die("poll");
		for (nfds_t i = 0; i < count; i++) {
			const char *colon = strchr(words[i], ':');
			int client =
			    at[i].revents ? accept4(at[i].fd, NULL, NULL, SOCK_CLOEXEC) : -1;

			if (client < 0)
				continue;
			setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
			mode = colon + 1;
			serve(find(words[i], (size_t)(colon - words[i])), ctx, client);
		}
	}
}

int main(int argc, char *argv[])
{
	const char *cert = NULL, *key = NULL, *ca = NULL;
	struct pollfd at[LISTENERS_MAX];
	unsigned seconds = 60;
	bool any = false;
	nfds_t count = 0;
	SSL_CTX *ctx;
	int i;

	for (i = 1; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "--cert") == 0)
			cert = argv[i + 1];
		else if (strcmp(argv[i], "--key") == 0)
			key = argv[i + 1];
		else if (strcmp(argv[i], "--client-ca") == 0)
			ca = argv[i + 1];
		else if (strcmp(argv[i], "--client-any") == 0) {
			ca = argv[i + 1];
			any = true;
		} else if (strcmp(argv[i], "--time") == 0)
			seconds = (unsigned)strtoul(argv[i + 1], NULL, 10);
	}
	if (!cert || !key || argc - i > LISTENERS_MAX)
		die("usage");
	sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	alarm(seconds);
	ctx = make_ctx(cert, key, ca, any);
	for (; i + (int)count < argc; count++) {
		check_case(argv[i + (int)count]);
		printf("%s ", argv[i + (int)count]);
		at[count] = (struct pollfd){ .fd = start_listening(), .events = POLLIN };
	}
	puts("ready");
	fflush(stdout);
	serve_all(ctx, argv + i, at, count);
}
