/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_OUTCOME_H
#define HELLO_BASE_OUTCOME_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Everything that can end a program or a connection, in one list: name, exit status of
 * the process, layer, flags (enum outcome_flag), what happened, what to try. Scripts
 * may rely on the names. tests/style/man.sh compares the manual pages' tables with this
 * list.
 *
 * OUTCOME_NO_STATUS marks outcomes that appear only in the server's log; no process
 * exits with them. Statuses stay below 124, so they never collide with timeout(1) or
 * signals.
 */
#define OUTCOME_NO_STATUS (-1)

#define OUTCOME_LIST(X) \
	X(OK, 0, LOCAL, SERVED, "success", "nothing to do") \
	X(INTERNAL, 1, LOCAL, SERVED, "internal error", "please report it, see SECURITY.md") \
	X(USAGE, 2, LOCAL, 0, "invalid command line", "--help lists the options") \
	X(FILE, 3, LOCAL, 0, "a file cannot be used", "check its path, owner and mode") \
	X(LISTEN, 4, LOCAL, 0, \
	    "cannot listen", "choose another address or port: --listen ADDR:PORT") \
	X(PRIVILEGES, 5, LOCAL, 0, "cannot drop privileges or enter the sandbox", \
	    "hello-server(8) describes what --user and --sandbox need") \
	X(WARNINGS, 6, LOCAL, 0, "only warnings were found", "each warning says what to do") \
	X(RESOLVE_NOT_FOUND, 10, RESOLVE, 0, "no such host name", \
	    "check the spelling; getent ahosts NAME shows how this machine resolves it") \
	X(RESOLVE_FAILED, 11, RESOLVE, 0, "the host name lookup failed", \
	    "try again; check /etc/resolv.conf and the connection to the name server") \
	X(CONNECT_REFUSED, 20, CONNECT, 0, "connection refused", \
	    "check that the server runs on this port; ss -ltun there lists its ports") \
	X(CONNECT_TIMEOUT, 21, CONNECT, 0, "the connection attempt timed out", \
	    "a firewall may be dropping the packets; check the rules on the path") \
	X(CONNECT_UNREACHABLE, 22, CONNECT, 0, "the address is unreachable", \
	    "there is no route, or a firewall rejects the connection; ip route get ADDRESS " \
	    "shows the route") \
	X(CONNECT_FAILED, 23, CONNECT, 0, "cannot connect", \
	    "the system's message gives the reason; ip route get ADDRESS shows the route") \
	X(PROXY_FAILED, 30, PROXY, 0, "the proxy opened no tunnel", \
	    "check that it is a proxy of this kind and that it can reach the target; see its log") \
	X(PROXY_DENIED, 31, PROXY, 0, "the proxy refused to connect to the target", \
	    "ask its operator to allow this target and port, or give it USER:PASSWORD") \
	X(STARTTLS_NOT_OFFERED, 35, STARTTLS, 0, "the server does not offer TLS on this port", \
	    "enable TLS on the server; a firewall on the path may have removed the offer") \
	X(STARTTLS_REFUSED, 36, STARTTLS, 0, "the server refused to start TLS", \
	    "the server's answer or its log gives the reason") \
	X(STARTTLS_FAILED, 37, STARTTLS, 0, "the exchange that starts TLS failed", \
	    "check the service and the port; a scheme such as smtp:// or tls:// selects another") \
	X(NOT_TLS, 40, HANDSHAKE, SERVED, "the peer does not speak TLS", \
	    "check the port; ss -ltunp on the server shows which service uses it") \
	X(HANDSHAKE_TIMEOUT, 41, HANDSHAKE, SERVED, "the handshake did not finish in time", \
	    "the peer or a device on the path is slow or silent; --handshake-timeout allows " \
	    "more time") \
	X(HANDSHAKE_ALERT, 42, HANDSHAKE, SERVED | OFFER, \
	    "the peer ended the handshake with an alert", \
	    "see the peer's log for the reason") \
	X(HANDSHAKE_RESET, 43, HANDSHAKE, SERVED | PEER_LEFT, \
	    "the connection was reset during the handshake", \
	    "a firewall or load balancer may reject the handshake; try from a host closer " \
	    "to the peer") \
	X(HANDSHAKE_CLOSED, 44, HANDSHAKE, SERVED | PEER_LEFT, \
	    "the connection was closed during the handshake", \
	    "the peer gave no reason; its log may have one") \
	X(HANDSHAKE_PARAMETERS, 45, HANDSHAKE, SERVED | OFFER, \
	    "no common version, cipher, group or application protocol", \
	    "compare what both sides allow; hello-tls requires TLS 1.2 or later") \
	X(HANDSHAKE_FAILED, 46, HANDSHAKE, SERVED, "the handshake failed", \
	    "the peer, or a device on the path, violates the protocol; hello-client " \
	    "--path-test HOST PORT shows whether another ClientHello gets through") \
	X(KEY_EXCHANGE_CLASSICAL, 47, HANDSHAKE, 0, "the key exchange is not post-quantum", \
	    "enable the group X25519MLKEM768 on the server; -v shows what was negotiated") \
	X(CERT_UNKNOWN_CA, 50, VERIFY, UNTRUSTED, "the certificate's issuer is not trusted", \
	    "use --cacert FILE with the root certificate that this server should have") \
	X(CERT_MISSING_INTERMEDIATE, 51, VERIFY, 0, "an intermediate certificate is missing", \
	    "configure the server to send the whole chain: leaf first, then its intermediates") \
	X(CERT_EXPIRED, 52, VERIFY, 0, "a certificate has expired", \
	    "renew it, then reload the server") \
	X(CERT_NOT_YET_VALID, 53, VERIFY, 0, "a certificate is not valid yet", \
	    "check the clocks of both machines: date -u") \
	X(CERT_WRONG_NAME, 54, VERIFY, 0, "the certificate is for another name", \
	    "connect to a name it lists, or issue a certificate that lists this one") \
	X(CERT_WRONG_PURPOSE, 55, VERIFY, 0, "the certificate is not for this purpose", \
	    "issue one with the extended key usage serverAuth") \
	X(CERT_REVOKED, 56, VERIFY, 0, "a certificate was revoked", \
	    "issue a new one with a new key; somebody else may have the old key") \
	X(CRL_UNUSABLE, 57, VERIFY, SERVED | OWN_FAULT, "a revocation list cannot be used", \
	    "get a fresh list from the CA; openssl crl -noout -text -in FILE shows its contents") \
	X(CERT_PIN_MISMATCH, 58, VERIFY, 0, "the server's key is not the pinned one", \
	    "if the key was changed on purpose, pin the new one with --pinnedpubkey") \
	X(CERT_INVALID, 59, VERIFY, 0, "the certificate is not acceptable", \
	    "issue a new one; hello-client --json shows the certificates of a server") \
	X(CERT_SELF_SIGNED, 62, VERIFY, UNTRUSTED, \
	    "the certificate is self-signed and not trusted", \
	    "use --cacert FILE with this certificate, if you know that it is the right one") \
	X(CERT_NOT_EXPECTED, 63, VERIFY, 0, "the certificate is not the expected one", \
	    "reload the server if its files changed; --expect-cert names the file it should " \
	    "serve") \
	X(CLIENT_CERT_REQUIRED, 60, CLIENT, SERVED | OFFER, \
	    "the server requires a client certificate", \
	    "use --cert FILE --key FILE with a certificate from a CA that this server " \
	    "trusts for clients") \
	X(CLIENT_CERT_REFUSED, 61, CLIENT, SERVED, "the server rejected the client certificate", \
	    "the server's log gives the reason") \
	X(GREETING_TIMEOUT, 70, GREETING, SERVED, "the greeting did not arrive in time", \
	    "the handshake succeeded, so check the service; --read-timeout allows more time") \
	X(GREETING_MISMATCH, 71, GREETING, 0, "the greeting or answer is not the expected one", \
	    "check that this is the right service") \
	X(GREETING_TRUNCATED, 72, GREETING, SERVED | PEER_LEFT, \
	    "the greeting may be incomplete", \
	    "do not trust the data: the connection was cut, or the peer does not send " \
	    "close_notify") \
	X(GREETING_EMPTY, 73, GREETING, 0, "the server closed the connection without a greeting", \
	    "the handshake succeeded; check that the service is running") \
	X(GREETING_TOO_LONG, 74, GREETING, 0, "the greeting is longer than allowed", \
	    "check that this is the right service; another one may be answering") \
	X(GREETING_RESET, 75, GREETING, SERVED | PEER_LEFT, \
	    "the connection was reset after the handshake", \
	    "the peer crashed, or a device on the path cut the connection") \
	X(PATH_DIFFERS, 80, PATH, 0, "the two ends did not see the same connection", \
	    "a device on the path terminates or rewrites TLS: a balancer, a proxy, an " \
	    "inspecting firewall; try from a host closer to the server") \
	X(CLIENT_AUTH_OPEN, 81, CLIENT, 0, "the server let in a bad client certificate", \
	    "require and verify client certificates on the server; the table on standard output " \
	    "shows which it let in") \
	X(CLIENT_AUTH_UNKNOWN, 83, CLIENT, 0, \
	    "it is unknown whether the server lets in bad clients", \
	    "name the service by its scheme, so that its answer decides: https://HOST, " \
	    "imaps://HOST") \
	X(OUTCOME_UNEXPECTED, 82, EXPECTED, 0, "the outcome is not the expected one", \
	    "if this outcome is right, add its name to --expect-outcome") \
	X(HEALTH_CHECK, OUTCOME_NO_STATUS, SERVER, SERVED | ROUTINE, \
	    "the client closed the connection without sending a byte", \
	    "nothing to do: load balancers do this") \
	X(CLIENT_DENIED, OUTCOME_NO_STATUS, SERVER, SERVED, "the client's address is not allowed", \
	    "--allow and --deny set which addresses are admitted") \
	X(NAME_UNKNOWN, OUTCOME_NO_STATUS, SERVER, SERVED, \
	    "no certificate covers the requested server name", \
	    "add a certificate that lists it, or remove --strict-sni") \
	X(RECORD_BAD, OUTCOME_NO_STATUS, SERVER, SERVED, \
	    "the client sent invalid TLS after the handshake", \
	    "the client, or a device on the path, has a broken TLS implementation") \
	X(REQUEST_BAD, OUTCOME_NO_STATUS, SERVER, SERVED, "invalid HTTP request", \
	    "use GET, HEAD or OPTIONS in HTTP/1.1; the response said what is wrong") \
	X(REQUEST_TIMEOUT, OUTCOME_NO_STATUS, SERVER, SERVED, "no HTTP request arrived in time", \
	    "--request-timeout allows more time") \
	X(PROXY_HEADER_BAD, OUTCOME_NO_STATUS, SERVER, SERVED, \
	    "missing, invalid or unexpected PROXY protocol header", \
	    "--proxy-protocol-from sets which addresses must send one; others must not") \
	X(LIMIT_REACHED, OUTCOME_NO_STATUS, SERVER, SERVED, \
	    "the connection was closed to make room for another", \
	    "raise the limit that the log line names") \
	X(SHUTDOWN, OUTCOME_NO_STATUS, SERVER, SERVED, \
	    "the server stopped before the connection ended", \
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
	LAYER_EXPECTED,
	LAYER_SERVER
};

enum outcome_code {
#define X(name, status, layer, flags, words, advice) OC_##name,
	OUTCOME_LIST(X)
#undef X
	    OUTCOME_COUNT
};

/* Properties of an outcome. A row of the list names its flags without the prefix. */
enum outcome_flag {
	OUTCOME_SERVED = 1 << 0,    /* a connection to hello-server can end with it */
	OUTCOME_ROUTINE = 1 << 1,   /* expected in normal operation: logged at level debug */
	OUTCOME_OWN_FAULT = 1 << 2, /* hello-server rejects valid clients: logged at level error */
	OUTCOME_PEER_LEFT = 1 << 3, /* the peer closed or reset the connection without a reason */
	OUTCOME_OFFER = 1 << 4,     /* the cause may be what the client offered in its handshake */
	OUTCOME_UNTRUSTED = 1 << 5, /* the peer's chain does not reach a trusted root */
};

enum { OUTCOME_TEXT_MAX = 512 };

/* No alert was received (0 is close_notify, RFC 8446 section 6). */
enum { OUTCOME_NO_ALERT = -1 };

/*
 * One failure: filled by the function that detects it, read by the program's outermost
 * code. Fixed size, owns nothing, may be copied. Initialise it with OUTCOME_NONE. A
 * caller that does not need the reason of a failure passes NULL instead.
 */
struct outcome {
	enum outcome_code code;
	int sys_errno;    /* errno at that moment, or 0 */
	int alert;        /* AlertDescription that the peer sent, or OUTCOME_NO_ALERT */
	int verify_error; /* X509_V_ERR_*, or 0 */
	int verify_depth; /* of verify_error: 0 is the peer's own certificate */
	/* Details of the failure. They may quote the peer, as clean text (see text.h). */
	char detail[OUTCOME_TEXT_MAX];
	char advice[OUTCOME_TEXT_MAX]; /* replaces the table's advice, unless empty */
	int closed; /* not 0: a later failure was dropped, and its advice is dropped as well */
};

#define OUTCOME_NONE ((struct outcome){ .code = OC_OK, .alert = OUTCOME_NO_ALERT })

/*
 * Records a failure, unless oc already holds one: the first report is the most precise
 * and wins. The _errno form also keeps errno and appends its text. A detail that is too
 * long is cut and ends in "...". It becomes clean text, so it is always one line; bytes
 * from a peer must pass through text_add_bytes first. Always returns -1, so callers can
 * write "return outcome_set(...)".
 */
int outcome_set(struct outcome *oc, enum outcome_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int outcome_set_errno(struct outcome *oc, enum outcome_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Appends to the detail of a failure. If both do not fit, the existing text is cut and
 * ends in "...".
 */
void outcome_append(struct outcome *oc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Advice for this one failure, more specific than the table's. The first advice wins.
 * Once outcome_set has dropped a second failure, all further advice is dropped too,
 * because it is about that failure.
 */
void outcome_advise(struct outcome *oc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Replaces the advice, for a caller that knows more than the function that reported the failure. */
void outcome_advise_instead(struct outcome *oc, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Copies a failure that was recorded separately. As in outcome_set, the first report
 * wins. Returns -1.
 */
int outcome_report(struct outcome *oc, const struct outcome *apart);

/* The advice of this failure: its own or the table's. */
const char *outcome_best_advice(const struct outcome *oc);

/* One column of the list each. The strings are static. */
const char *outcome_name(enum outcome_code code);
const char *outcome_words(enum outcome_code code);
const char *outcome_advice(enum outcome_code code);
const char *outcome_layer_name(enum outcome_code code);
enum outcome_layer outcome_layer(enum outcome_code code);
int outcome_status(enum outcome_code code);
bool outcome_is(enum outcome_code code, enum outcome_flag flag);

/*
 * Prints the two lines that a user sees when a program fails: "PROGRAM: NAME: detail",
 * then " try: advice". To an unbuffered stream both go in one write, so that programs
 * that share it do not mix their lines.
 */
void outcome_print(FILE *to, const char *program, const struct outcome *oc);

/*
 * Result of a non-blocking operation: call it again after the awaited event.
 * IO_WANT_TIME: the peer sent more than it may, so wait only for the deadline.
 */
enum io { IO_DONE, IO_WANT_READ, IO_WANT_WRITE, IO_WANT_TIME, IO_EOF, IO_FAILED };

/*
 * Result of a parser that may be called before all bytes have arrived: call it again
 * with the same bytes and more of them.
 */
enum parse { PARSE_DONE, PARSE_MORE, PARSE_BAD };

#endif
