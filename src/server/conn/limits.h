/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_LIMITS_H
#define HELLO_SERVER_CONN_LIMITS_H

#include <stdint.h>

#include "base/outcome.h"
#include "server/listen/listener.h"

struct limits_options {
	unsigned connections; /* of the whole server; 0: as many as fit */
	unsigned handshakes;  /* in progress, per worker */
	unsigned per_client;  /* per worker; 0: no limit */
};

/* At most this many connections in the whole server when nobody says how many. */
enum { LIMITS_DEFAULT_CONNECTIONS = 10000 };

/* Descriptors of a worker that are no connections: listeners, log, event loop, spares. */
enum { LIMITS_OTHER_DESCRIPTORS = LISTENERS_MAX + 32 };

/* Which limit somebody had to go for. */
enum limits_kind { LIMITS_CONNECTIONS, LIMITS_HANDSHAKES, LIMITS_PER_CLIENT };

enum { LIMITS_KINDS = LIMITS_PER_CLIENT + 1 };

/* The option's name without its dashes. Static. */
const char *limits_name(enum limits_kind kind);

/* What one worker may hold at a time. */
struct limits {
	unsigned connections;
	unsigned handshakes; /* begun and not done; an open connection is not yet one */
	unsigned per_client; /* 0: no limit */
};

/*
 * What each worker may hold, given how many descriptors a process may have
 * (RLIMIT_NOFILE, getrlimit(2)). A default is cut to that; what was asked for
 * in so many words is refused when it does not fit: -1 with OC_USAGE, which
 * shows the arithmetic.
 */
int limits_settle(const struct limits_options *o, unsigned workers, uint64_t max_descriptors,
    struct limits *out, struct outcome *oc);

/*
 * limits_settle with this process's hard limit, and the soft limit raised to
 * what the answer needs, for this process and its children. -1 with OC_USAGE or
 * OC_INTERNAL.
 */
int limits_apply(const struct limits_options *o, unsigned workers, struct limits *out,
    struct outcome *oc);

#endif
