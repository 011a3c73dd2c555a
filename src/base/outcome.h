/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_OUTCOME_H
#define HELLO_BASE_OUTCOME_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Everything that can end a program or a connection, once: name, exit status
 * of the process, layer, flags (enum outcome_flag), what happened, what to try.
 * The name is the promise to scripts. The manual pages' tables are compared with
 * this list by tests/style/man.sh.
 *
 * OUTCOME_NO_STATUS marks what only the server's log knows: no process exits
 * with it. Statuses stay below 124, so timeout(1) and signals never collide.
 */
#define OUTCOME_NO_STATUS (-1)

#define OUTCOME_LIST(X) \
	X(OK, 0, LOCAL, SERVED, "success", "nothing, all is well") \
	X(INTERNAL, 1, LOCAL, SERVED, "internal error", "please report it, see SECURITY.md") \
	X(USAGE, 2, LOCAL, 0, "wrong usage", "--help lists the options") \
	X(FILE, 3, LOCAL, 0, "a file is not usable", "check its path, owner and mode") \
	X(LISTEN, 4, LOCAL, 0, \
	    "cannot listen", "choose another address or port: --listen ADDR:PORT") \
	X(PRIVILEGES, 5, LOCAL, 0, "privileges cannot be dropped, or the sandbox not be entered", \
	    "hello-server(8) tells what --user and --sandbox need") \
	X(WARNINGS, 6, LOCAL, 0, "only warnings were found", "each of them says what to do") \
	X(RESOLVE_NOT_FOUND, 10, RESOLVE, 0, "no such host name", \
	    "check the spelling; getent hosts NAME shows what this machine knows") \
	X(RESOLVE_FAILED, 11, RESOLVE, 0, "the resolver gave no answer", \
	    "try again; check /etc/resolv.conf and the way to the name server") \
	X(CONNECT_REFUSED, 20, CONNECT, 0, "connection refused", \
	    "is the server running, and is it this port? ss -ltn on the server tells") \
	X(CONNECT_TIMEOUT, 21, CONNECT, 0, "no answer to the connection attempt", \
	    "a firewall that drops looks like this; check the rules on the way") \
	X(CONNECT_UNREACHABLE, 22, CONNECT, 0, "no way to the address", \
	    "no route, or a firewall rejects; ip route get ADDRESS shows the route") \
	X(CONNECT_FAILED, 23, CONNECT, 0, "cannot connect", \
	    "the system's words name the reason; ip route get ADDRESS shows the route") \
	X(PROXY_FAILED, 30, PROXY, 0, "the proxy made no way to the target", \
	    "is it a proxy, of this kind, and does it reach the target? Its log tells") \
	X(PROXY_DENIED, 31, PROXY, 0, "the proxy refuses the way", \
	    "ask whoever runs it to allow this target and port, or give it USER:PASSWORD") \
	X(STARTTLS_NOT_OFFERED, 35, STARTTLS, 0, "the server does not offer TLS on this port", \
	    "let the server offer it; or does something on the way remove it? Try from nearer") \
	X(STARTTLS_REFUSED, 36, STARTTLS, 0, "the server refused to begin TLS", \
	    "the server's words name the reason, or its log") \
	X(STARTTLS_FAILED, 37, STARTTLS, 0, \
	    "the server did not come to the point where TLS begins", \
	    "is it this service, on this port? https://, smtp://, tls:// and more name another") \
	X(NOT_TLS, 40, HANDSHAKE, SERVED, "the peer does not speak TLS", \
	    "is it the right port? ss -ltnp on the server shows which service has it") \
	X(HANDSHAKE_TIMEOUT, 41, HANDSHAKE, SERVED, "the handshake got no answer in time", \
	    "the peer or something on the way holds it; --handshake-timeout allows more") \
	X(HANDSHAKE_ALERT, 42, HANDSHAKE, SERVED | OFFER, \
	    "the peer ended the handshake with an alert", \
	    "the peer's log says why") \
	X(HANDSHAKE_RESET, 43, HANDSHAKE, SERVED | PEER_LEFT, \
	    "the connection was reset in the handshake", \
	    "a firewall or balancer that dislikes the handshake does this; try from nearer") \
	X(HANDSHAKE_CLOSED, 44, HANDSHAKE, SERVED | PEER_LEFT, \
	    "the connection was closed in the handshake", \
	    "the peer gave up without a word; its log may say why") \
	X(HANDSHAKE_PARAMETERS, 45, HANDSHAKE, SERVED | OFFER, \
	    "no common version, cipher, group or application protocol", \
	    "compare what both sides allow; TLS 1.2 is the least we take") \
	X(HANDSHAKE_FAILED, 46, HANDSHAKE, SERVED, "the handshake failed", \
	    "the peer, or something on the way, speaks TLS badly; openssl s_client -msg -connect " \
	    "HOST:PORT shows where it ends") \
	X(CERT_UNKNOWN_CA, 50, VERIFY, UNTRUSTED, "the certificate's issuer is not trusted", \
	    "--cacert FILE with the root this server should have") \
	X(CERT_MISSING_INTERMEDIATE, 51, VERIFY, 0, "an intermediate certificate is missing", \
	    "let the server send the whole chain: leaf first, then its intermediates") \
	X(CERT_EXPIRED, 52, VERIFY, 0, "a certificate has expired", \
	    "renew it, then reload the server") \
	X(CERT_NOT_YET_VALID, 53, VERIFY, 0, "a certificate is not valid yet", \
	    "check the clocks of both machines: date -u") \
	X(CERT_WRONG_NAME, 54, VERIFY, 0, "the certificate is for another name", \
	    "ask for a name it lists, or issue a certificate that lists this one") \
	X(CERT_WRONG_PURPOSE, 55, VERIFY, 0, "the certificate is not for this purpose", \
	    "issue one with the extended key usage serverAuth") \
	X(CERT_REVOKED, 56, VERIFY, 0, "a certificate was revoked", \
	    "issue a new one with a new key; the old key may be in other hands") \
	X(CRL_UNUSABLE, 57, VERIFY, SERVED | OWN_FAULT, "a revocation list cannot be used", \
	    "get a fresh one from the CA; openssl crl -noout -text -in FILE shows what it holds") \
	X(CERT_PIN_MISMATCH, 58, VERIFY, 0, "the server has another key than the one pinned", \
	    "was the key changed on purpose? Then pin the new one: --pinnedpubkey") \
	X(CERT_INVALID, 59, VERIFY, 0, "the certificate is not acceptable", \
	    "issue it anew; openssl x509 -text shows what it holds") \
	X(CERT_SELF_SIGNED, 62, VERIFY, UNTRUSTED, \
	    "the certificate is self-signed and not trusted", \
	    "--cacert FILE with that very certificate, if you know that it is the right one") \
	X(CERT_NOT_EXPECTED, 63, VERIFY, 0, "the certificate is not the expected one", \
	    "was the server told to reload? --expect-cert names the file it should serve") \
	X(CLIENT_CERT_REQUIRED, 60, CLIENT, SERVED | OFFER, \
	    "the server wants a certificate of the client", \
	    "--cert FILE --key FILE, of a CA that this server trusts for clients") \
	X(CLIENT_CERT_REFUSED, 61, CLIENT, SERVED, "the server refused the client's certificate", \
	    "the server's log says why") \
	X(GREETING_TIMEOUT, 70, GREETING, SERVED, "the greeting did not come in time", \
	    "the handshake was fine, so look at the service; --read-timeout allows more") \
	X(GREETING_MISMATCH, 71, GREETING, 0, "the greeting is not the expected one", \
	    "is this the right service behind the address?") \
	X(GREETING_TRUNCATED, 72, GREETING, SERVED | PEER_LEFT, \
	    "the stream ended without close_notify", \
	    "do not trust what came; something cut the connection or the server is sloppy") \
	X(GREETING_EMPTY, 73, GREETING, 0, "the server closed cleanly without a greeting", \
	    "the handshake was fine; is the service behind it up?") \
	X(GREETING_TOO_LONG, 74, GREETING, 0, "the greeting is longer than allowed", \
	    "is it a greeting? Another service may answer here") \
	X(GREETING_RESET, 75, GREETING, SERVED | PEER_LEFT, \
	    "the connection was reset after the handshake", \
	    "the peer died or something on the way cut the stream") \
	X(PATH_DIFFERS, 80, PATH, 0, "the two ends did not see the same connection", \
	    "something on the way ends TLS or rewrites it: a balancer, a proxy, an inspecting " \
	    "firewall; try from nearer to the server") \
	X(HEALTH_CHECK, OUTCOME_NO_STATUS, SERVER, SERVED | ROUTINE, \
	    "connected and closed without a byte", \
	    "nothing, load balancers do this") \
	X(CLIENT_DENIED, OUTCOME_NO_STATUS, SERVER, SERVED, "the client's address is not let in", \
	    "--allow and --deny say who is") \
	X(NAME_UNKNOWN, OUTCOME_NO_STATUS, SERVER, SERVED, \
	    "no certificate is for the name asked for", \
	    "a certificate that lists it, or no --strict-sni") \
	X(RECORD_BAD, OUTCOME_NO_STATUS, SERVER, SERVED, \
	    "the client sent invalid TLS after the handshake", \
	    "the client, or a device on the path, has a broken TLS implementation") \
	X(REQUEST_BAD, OUTCOME_NO_STATUS, SERVER, SERVED, "no HTTP request that can be answered", \
	    "GET, HEAD or OPTIONS in HTTP/1.1; the answer said what is wrong") \
	X(REQUEST_TIMEOUT, OUTCOME_NO_STATUS, SERVER, SERVED, "no HTTP request in time", \
	    "--request-timeout allows more") \
	X(PROXY_HEADER_BAD, OUTCOME_NO_STATUS, SERVER, SERVED, \
	    "no good PROXY protocol header, or one too much", \
	    "--proxy-protocol-from names who must begin with one, and nobody else may") \
	X(LIMIT_REACHED, OUTCOME_NO_STATUS, SERVER, SERVED, "closed to make room for another", \
	    "a higher limit: the log line names which one") \
	X(SHUTDOWN, OUTCOME_NO_STATUS, SERVER, SERVED, "the server left before the end", \
	    "--drain-timeout allows a longer drain")

enum outcome_layer {
	LAYER_LOCAL,
	LAYER_RESOLVE,
	LAYER_CONNECT,
	LAYER_PROXY,
	LAYER_STARTTLS,
	LAYER_HANDSHAKE,
	LAYER_VERIFY,
	LAYER_CLIENT,
	LAYER_GREETING,
	LAYER_PATH,
	LAYER_SERVER
};

enum outcome_code {
#define X(name, status, layer, flags, words, advice) OC_##name,
	OUTCOME_LIST(X)
#undef X
	    OUTCOME_COUNT
};

/* What holds of an outcome wherever it is met. A row of the list names its flags without prefix. */
enum outcome_flag {
	OUTCOME_SERVED = 1 << 0,    /* a connection to hello-server can end with it */
	OUTCOME_ROUTINE = 1 << 1,   /* expected in normal operation: logged at level debug */
	OUTCOME_OWN_FAULT = 1 << 2, /* hello-server rejects valid clients: logged at level error */
	OUTCOME_PEER_LEFT = 1 << 3, /* the peer closed or reset the connection without a reason */
	OUTCOME_OFFER = 1 << 4,     /* what a client offered in its handshake may be the reason */
	OUTCOME_UNTRUSTED = 1 << 5, /* the chain of the peer reaches no trusted root */
};

enum { OUTCOME_TEXT_MAX = 512 };

/* No alert was seen (0 is close_notify, RFC 8446 section 6). */
enum { OUTCOME_NO_ALERT = -1 };

/*
 * One failure: filled by the function that saw it, read at the edge. Fixed
 * size, owns nothing, may be copied. Begin with OUTCOME_NONE. A caller that does
 * not want the reason of a failure passes NULL in place of an outcome.
 */
struct outcome {
	enum outcome_code code;
	int sys_errno;    /* errno at that moment, or 0 */
	int alert;        /* AlertDescription that the peer sent, or OUTCOME_NO_ALERT */
	int verify_error; /* X509_V_ERR_*, or 0 */
	int verify_depth; /* of verify_error: 0 is the peer's own certificate */
	/* What exactly; may quote the peer: clean text, see text.h. */
	char detail[OUTCOME_TEXT_MAX];
	char advice[OUTCOME_TEXT_MAX]; /* better than the table's, or empty */
	int closed; /* not 0: a later failure was dropped, and its advice is dropped as well */
};

#define OUTCOME_NONE ((struct outcome){ .code = OC_OK, .alert = OUTCOME_NO_ALERT })

/*
 * Record a failure, unless oc holds one already: the first, most precise
 * report wins. The _errno form also keeps errno and appends its text. A detail
 * too long for the field is cut and ends in "...". It is made clean text, so it
 * is always one line; bytes of a peer go through text_add_bytes first.
 * Always returns -1: "return outcome_set(...)" reads well.
 */
int outcome_set(struct outcome *oc, enum outcome_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int outcome_set_errno(struct outcome *oc, enum outcome_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Add to the detail of a failure; what is there is cut where there is not room for both. */
void outcome_append(struct outcome *oc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Advice for this one failure, better than the table's. The first advice wins; once
 * outcome_set has dropped a second failure, all further advice is dropped too,
 * because it is about that one.
 */
void outcome_advise(struct outcome *oc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Replaces the advice, for a caller that knows more than the function that reported. */
void outcome_advise_instead(struct outcome *oc, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Reports what was recorded apart, whole; as outcome_set, the first report wins. Returns -1. */
int outcome_report(struct outcome *oc, const struct outcome *apart);

/* The advice of this failure: its own or the table's. */
const char *outcome_best_advice(const struct outcome *oc);

/* One column of the list. The strings are static. */
const char *outcome_name(enum outcome_code code);
const char *outcome_words(enum outcome_code code);
const char *outcome_advice(enum outcome_code code);
const char *outcome_layer_name(enum outcome_code code);
enum outcome_layer outcome_layer(enum outcome_code code);
int outcome_status(enum outcome_code code);
bool outcome_is(enum outcome_code code, enum outcome_flag flag);

/*
 * The two lines a user sees when a program fails: "PROGRAM: NAME: detail",
 * then "  try: advice"; in one write to an unbuffered stream, so that those of
 * programs that share it stay whole.
 */
void outcome_print(FILE *to, const char *program, const struct outcome *oc);

/*
 * What a non-blocking operation answers: call again after the awaited event.
 * IO_WANT_TIME: the peer sent more than it may, and only the deadline is awaited.
 */
enum io { IO_DONE, IO_WANT_READ, IO_WANT_WRITE, IO_WANT_TIME, IO_EOF, IO_FAILED };

/*
 * What a parser answers that may be asked before all bytes are there: call again
 * with the same bytes and more of them.
 */
enum parse { PARSE_DONE, PARSE_MORE, PARSE_BAD };

#endif
