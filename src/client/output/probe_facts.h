/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_PROBE_FACTS_H
#define HELLO_CLIENT_OUTPUT_PROBE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "client/judge/post_quantum.h"
#include "client/session/phases.h"
#include "client/session/session.h"
#include "client/session/settings.h"
#include "tls/cert_info.h"

/* Room for the part of a detail that a table prints. */
enum { PROBE_FACTS_DETAIL_MAX = 120 };

/* Longest detour: "HOST PORT". */
enum { PROBE_FACTS_DETOUR_MAX = ADDR_HOST_MAX + ADDR_PORT_MAX };

/* What is kept of a probe after its session: the values that are watched over time. */
struct probe_facts {
	const char *host, *port;             /* the target, owned by the caller; "" for none */
	const char *detour;                  /* --connect-to of the target alone, owned by the
						caller: "HOST PORT"; NULL: none */
	const char *name;                    /* the name to verify, as in the options; NULL: host */
	const struct service_row *service;   /* the service that was probed; NULL: none */
	bool greets;                         /* what it said after the handshake is a greeting */
	const char *file;                    /* file of --chain; NULL: a server was probed */
	enum outcome_code code, came;        /* came: the outcome without --expect-outcome */
	bool expects;                        /* with --expect-outcome */
	char detail[PROBE_FACTS_DETAIL_MAX]; /* cut with "..." */
	int64_t us[PHASE_COUNT];             /* as in struct phases */
	int64_t at;                          /* now, or --verify-time: seconds since 1970 */
	enum post_quantum_answer key_exchange, certificate; /* are they post-quantum? */
	/* Validity of the leaf, and of the first in its chain to expire; 0: none was seen. */
	struct probe_lifetime {
		int64_t begin, end;
	} leaf, first;
	char sha256[CERT_INFO_SHA256_MAX]; /* of the leaf; "": none was seen */
};

/* s is NULL if the probe never began. */
void probe_facts_get(struct probe_facts *f, const struct client_options *o, const struct session *s,
    const struct outcome *oc);

/* Whole days from f->at until end, which must not be 0; negative if end has passed. */
int64_t probe_facts_days(const struct probe_facts *f, int64_t end);

/*
 * The share of its lifetime that is left to the first certificate to expire: 1 when it becomes
 * valid, less than 0 after it expired, minus infinity if no certificate was seen.
 */
double probe_facts_share(const struct probe_facts *f);

#endif
