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

/* Default limit of connections in the whole server. */
enum { LIMITS_DEFAULT_CONNECTIONS = 10000 };

/* Descriptors of a worker that are not connections: listeners, log, event loop, spares. */
enum { LIMITS_OTHER_DESCRIPTORS = LISTENERS_MAX + 32 };

/* The limit at which a connection was closed. */
enum limits_kind { LIMITS_CONNECTIONS, LIMITS_HANDSHAKES, LIMITS_PER_CLIENT };

enum { LIMITS_KINDS = LIMITS_PER_CLIENT + 1 };

/* The option's name without its dashes. Static. */
const char *limits_name(enum limits_kind kind);

/* Limits of one worker. */
struct limits {
	unsigned connections;
	unsigned handshakes; /* handshakes in progress; an idle connection is not one yet */
	unsigned per_client; /* 0: no limit */
};

/*
 * Computes what each worker may hold, given the process's limit of descriptors
 * (RLIMIT_NOFILE, getrlimit(2)). A default is lowered to fit; an explicit value that
 * does not fit is rejected: -1 with OC_USAGE, which shows the calculation.
 */
int limits_settle(const struct limits_options *o, unsigned workers, uint64_t max_descriptors,
    struct limits *out, struct outcome *oc);

/*
 * limits_settle with this process's hard limit. Raises the soft limit to what the
 * result needs, for this process and its children. -1 with OC_USAGE or OC_INTERNAL.
 */
int limits_apply(const struct limits_options *o, unsigned workers, struct limits *out,
    struct outcome *oc);

#endif
