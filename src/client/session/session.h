/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_SESSION_H
#define HELLO_CLIENT_SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "client/judge/certificate_request.h"
#include "client/judge/compare.h"
#include "client/judge/own_certificate.h"
#include "client/judge/spiffe_id.h"
#include "client/judge/verdict.h"
#include "client/session/local_root.h"
#include "client/session/own_hello.h"
#include "client/session/phases.h"
#include "client/session/resumption.h"
#include "client/session/settings.h"
#include "net/addr.h"
#include "net/conn_report.h"
#include "tls/conn.h"
#include "tls/facts.h"

/* A longer list of addresses is cut; the families alternate (RFC 8305 section 4). */
enum { SESSION_ADDRS_MAX = 64 };

/* Longest greeting. */
enum { SESSION_GREETING_MAX = 65536 };

/* Open files of a probe: those of the resolver, or one for each parallel connection attempt. */
enum { SESSION_DESCRIPTORS = 4 };

/* Room for session.store; a longer path is cut. */
enum { SESSION_STORE_MAX = 256 };

struct trace;

/* The data of one probe; the comment names the step that sets each part. */
struct session {
	const struct client_options *options;
	SSL_CTX *ctx;                     /* the caller's */
	char sni[ADDR_HOST_MAX];          /* name to send, or "" */
	char verify_name[SPIFFE_ID_MAX];  /* name, IP literal or SPIFFE ID to verify */
	char http_host[ADDR_HOST_MAX];    /* name or IP literal for HTTP's Host field */
	char store[SESSION_STORE_MAX];    /* the source of trusted roots: "--cacert ca.pem" */
	const struct service_row *service; /* the service to check */
	struct route_endpoint target;     /* HOST and PORT, or --connect-to */
	struct route_endpoint dial;       /* what to connect to: the target, or the proxy */
	bool through_proxy;               /* dial is a proxy */
	uint64_t deadline_ms;             /* of all steps together */
	const struct resumption *offered; /* the caller's session to resume; NULL: none */
	struct phases phases;             /* each step marks its own */

	uint64_t connect_deadline_ms;         /* resolve: of resolve, connect and proxy */
	struct addr addrs[SESSION_ADDRS_MAX]; /* resolve */
	size_t addr_count;                    /* resolve */
	size_t addr_left_out;                 /* resolve: addresses without room */
	size_t tried;                         /* connect: number of addresses tried */
	struct addr peer;                     /* connect: the one that answered */
	int fd;                               /* connect; -1 before */
	struct tls_conn *tls;                 /* handshake; over UDP, connect */
	uint64_t hello_bytes;                 /* handshake: length of our ClientHello */
	struct own_hello own_hello;           /* handshake: with --hello retry */
	struct tls_conn_facts facts;          /* handshake */
	struct verdict verdict;               /* handshake */
	char local_root[LOCAL_ROOT_MAX];      /* verify: the file of the root, if it was added
					       * to the system's store, or "" */
	char alpn[TLS_FACTS_ALPN_MAX];        /* handshake: the selected protocol, or "" */
	struct certificate_request request;   /* handshake: for our certificate */
	struct own_certificate own;           /* handshake: that certificate */
	char *greeting;                       /* greet: for hello the greeting, else the answer's
					       * first line, clean text and a newline, or "" */
	size_t greeting_len;                  /* greet */
	unsigned http_status;                 /* greet: of an https answer; 0: none */
	bool unproven;                        /* greet: nothing that arrived proves that the server
					       * accepted our certificate */
	bool denied;                          /* greet: the service refuses us, perhaps for
					       * another reason than our certificate */
	bool silent;                          /* greet: over DTLS, the server sent no greeting */
	bool unclosed;                        /* greet: over DTLS, no close_notify came */
	bool has_report;                      /* greet: the greeting ended in a report */
	struct conn_report reported;          /* greet: that report */
	bool compared;                        /* compare: seen is set, with --compare */
	struct conn_report seen;              /* compare: what the client observed */
	char remark[COMPARE_REMARK_MAX];      /* greet, compare, judge: a note, or "" */
	struct resumption earned;             /* close: what a later probe may offer */
	const char *chain_name;               /* chain: where it is from, for people */
	struct stack_st_X509 *chain;          /* chain: the certificates of --chain */
	struct stack_st_X509 *issuer;         /* fetch_issuer: the missing issuer, alone; or NULL */
	struct outcome came;                  /* session_expect: of all steps */
	const struct trace *trace;            /* --trace: the path, the caller's; or NULL */
};

/*
 * One step. Blocks at most until its own deadline and the session's. Returns 0 to go on, or -1 with
 * an outcome of its layer.
 */
typedef int step_fn(struct session *s, struct outcome *oc);

struct step {
	const char *name;
	step_fn *run;
};

step_fn step_resolve;   /* getaddrinfo                                           */
step_fn step_connect;   /* socket, connect: every address, staggered             */
step_fn step_proxy;     /* CONNECT or SOCKS5, where there is a proxy              */
step_fn step_announce;  /* a PROXY protocol header for our own addresses         */
step_fn step_starttls;  /* requests TLS in the service's own protocol            */
step_fn step_handshake; /* SSL_connect; an invalid certificate ends it           */
step_fn step_verify;    /* checks chain and name again before a byte is read     */
step_fn step_expect_pq; /* --expect-pq, once the certificate is known to be valid */
step_fn step_greet;     /* the greeting to close_notify, or the service's answer */
step_fn step_compare;   /* --compare: did both ends see the same connection?     */
step_fn step_close;     /* our close_notify, close                               */

/* --chain: the steps without a network. */
step_fn step_chain; /* reads the file, and the key of --key                      */
step_fn step_judge; /* the same verification as in a handshake                   */

/* o and ctx are the caller's and must outlive the session. The time for all steps begins now. */
void session_init(struct session *s, const struct client_options *o, SSL_CTX *ctx);

/*
 * Run steps until one fails or up to the row without a name. Calls watch, unless it is NULL, at the
 * end of each step; failed is NULL on success. Returns 0, or -1 with oc.
 */
typedef void session_watch(const struct session *s, const struct step *step, uint64_t took_us,
    const struct outcome *failed);

int session_run(struct session *s, const struct step steps[], session_watch *watch,
    struct outcome *oc);

/*
 * With --expect-outcome: keep the outcome of the steps in came, and judge oc, see
 * expected_outcome_judge. Otherwise do nothing.
 */
void session_expect(struct session *s, struct outcome *oc);

/*
 * Send the alert or close_notify of a failure, then FIN; without TLS do nothing. Tries once and
 * does not wait: a few bytes fit into the socket's buffer. session_run does this when a step fails.
 */
void session_abort(struct session *s);

/* The earlier of now + ms and the session's deadline, in clock_ms() time. */
uint64_t session_deadline(const struct session *s, unsigned ms);

/* The name that the server is asked for, whichever is verified: --servername, or HOST. */
const char *session_asked_name(const struct session *s);

/* Our own protocol, by ALPN over QUIC: a stream of the server's with the greeting. */
#define SESSION_HELLO_PROTOCOL "hello/1"

/*
 * What to do after the handshake: as the service says, but over QUIC only a server that selected
 * our protocol greets, and over DTLS one that does not stay silent.
 */
enum service_talk session_talk(const struct session *s);

/* For advice: the option that set this deadline, own or "--max-time". */
const char *session_deadline_option(const struct session *s, uint64_t deadline_ms, const char *own);

/* Release everything that the steps acquired, in any state; idempotent. */
void session_free(struct session *s);

#endif
