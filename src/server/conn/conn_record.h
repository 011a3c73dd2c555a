/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_CONN_RECORD_H
#define HELLO_SERVER_CONN_CONN_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"
#include "base/outcome.h"
#include "tls/conn.h"
#include "server/service/client_auth.h"

/* The states of a connection fall into phases, and each phase has a deadline as a whole. */
enum conn_phase {
	CONN_PHASE_PROXY,
	CONN_PHASE_HANDSHAKE,
	CONN_PHASE_REQUEST,
	CONN_PHASE_GREETING,
	CONN_PHASE_LINGER
};

enum { CONN_PHASES = CONN_PHASE_LINGER + 1 };

/* What a log line tells of a connection; complete when it is done. */
struct conn_record {
	struct addr peer;               /* the client, also behind a balancer */
	const struct addr *via;         /* the balancer that named the peer; NULL: none did */
	enum outcome_code code;         /* OC_OK: greeted, and all of it was sent */
	struct outcome *failure;        /* with the details; NULL when OC_OK */
	const char *stage;              /* the state in which it failed; NULL when OC_OK */
	int sent_alert;                 /* AlertDescription that we sent, or OUTCOME_NO_ALERT */
	const char *alpn;               /* "http/1.1", or "" */
	char *sni;                      /* the name asked for, peer-given; NULL: none */
	struct client_auth_peer *client; /* verified once the handshake is done; NULL: not asked */
	struct tls_conn_facts facts;       /* "" before the handshake is done */
	uint64_t received, sent;        /* bytes on the socket, until the linger */
	unsigned phase_ms[CONN_PHASES]; /* time spent in each phase */
};

void conn_record_init(struct conn_record *r, const struct addr *peer);

/*
 * Make room for what a client shows that is asked for a certificate: a kilobyte
 * that other connections do without. Returns 0, or -1 with OC_INTERNAL.
 */
int conn_record_ask(struct conn_record *r, struct outcome *oc);

/*
 * It has failed, in the state of this name (static). Only the first failure
 * counts; why a client's certificate was refused is told by client_auth_explain.
 */
void conn_record_fail(struct conn_record *r, const char *stage, const struct outcome *oc);

/*
 * A failure becomes HEALTH_CHECK if it is what a load balancer's check does: the peer closed before
 * it said anything (silent), or in HTTP before its request (unasked).
 */
void conn_record_spot_check(struct outcome *oc, bool silent, bool unasked);

/* What the TLS state knows, before it goes. */
void conn_record_take(struct conn_record *r, const struct tls_conn *tls);

/* Release what it owns; idempotent. */
void conn_record_free(struct conn_record *r);

#endif
