/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_CONN_RECORD_H
#define HELLO_SERVER_CONN_CONN_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "net/addr.h"
#include "server/service/client_auth.h"
#include "tls/conn.h"

/* The states of a connection fall into phases, and each phase as a whole has a deadline. */
enum conn_phase {
	CONN_PHASE_PROXY,
	CONN_PHASE_HANDSHAKE,
	CONN_PHASE_REQUEST,
	CONN_PHASE_GREETING,
	CONN_PHASE_LINGER
};

enum { CONN_PHASES = CONN_PHASE_LINGER + 1 };

/* The contents of a connection's log line; complete when the connection is done. */
struct conn_record {
	struct addr peer;               /* the client, also behind a balancer */
	const struct addr *via;         /* the balancer that named the peer; NULL: none */
	enum outcome_code code;         /* OC_OK: the whole greeting was sent */
	struct outcome *failure;        /* with the details; NULL if OC_OK */
	const char *stage;              /* the state in which it failed; NULL if OC_OK */
	int sent_alert;                 /* AlertDescription that we sent, or OUTCOME_NO_ALERT */
	const char *alpn;               /* "http/1.1", or "" */
	char *sni;                      /* the requested name, from the peer; NULL: none */
	char *offers; /* of a client whose handshake failed, see offers_text.h; NULL: unknown */
	struct client_auth_peer *client; /* verified after the handshake; NULL: not requested */
	struct tls_conn_facts facts;       /* "" before the handshake is done */
	uint64_t received, sent;        /* bytes on the socket, until the linger */
	unsigned phase_ms[CONN_PHASES]; /* time spent in each phase */
};

void conn_record_init(struct conn_record *r, const struct addr *peer);

/*
 * Allocates room for a client certificate's facts: a kilobyte that other connections do
 * without. Returns 0, or -1 with OC_INTERNAL.
 */
int conn_record_ask(struct conn_record *r, struct outcome *oc);

/*
 * Records a failure, in the state of this name (static). Only the first failure counts;
 * client_auth_explain adds why a client certificate was rejected.
 */
void conn_record_fail(struct conn_record *r, const char *stage, const struct outcome *oc);

/*
 * Turns a failure into HEALTH_CHECK if it looks like a load balancer's check: the peer
 * closed before it sent anything (silent), or in HTTP before its request (unasked).
 */
void conn_record_spot_check(struct outcome *oc, bool silent, bool unasked);

/* Copies what the TLS state knows, before that is freed. */
void conn_record_add_tls(struct conn_record *r, const struct tls_conn *tls);

/* Releases what it owns; idempotent. */
void conn_record_free(struct conn_record *r);

#endif
