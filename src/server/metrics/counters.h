/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_METRICS_COUNTERS_H
#define HELLO_SERVER_METRICS_COUNTERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/outcome.h"
#include "server/confine/sandbox.h"
#include "server/conn/conn.h"
#include "server/conn/pool.h"
#include "tls/cert_info.h"

/*
 * Statistics of the server, in memory that survives the processes that write to it.
 * There are two parts, because an attacker may take over a worker: workers write only
 * numbers, which are added up and printed and used for nothing else; texts, lengths and
 * everything that decisions depend on belong to the master, out of a worker's reach. A
 * number changes in one step, so no lock is needed and no death can leave it
 * half-written.
 */
enum {
	COUNTERS_WORKERS = 771, /* of workers, in all generations */
	COUNTERS_BUCKETS = 12,
	COUNTERS_CERTIFICATES = 64
};

enum counters_protocol {
	COUNTERS_TLS12,
	COUNTERS_TLS13,
	COUNTERS_DTLS12,
	COUNTERS_QUIC1,
	COUNTERS_PROTOCOLS
};

/* What became of a datagram that belongs to no connection. */
enum counters_datagram {
	COUNTERS_DATAGRAM_ACCEPTED, /* with a valid cookie or token: a connection begins */
	COUNTERS_DATAGRAM_COOKIE,   /* of DTLS, without one: answered with a cookie */
	COUNTERS_DATAGRAM_RETRY,    /* of QUIC, without one: answered with a Retry */
	COUNTERS_DATAGRAM_DENIED,   /* its address is not admitted */
	COUNTERS_DATAGRAM_IGNORED   /* anything else */
};

enum { COUNTERS_DATAGRAMS = COUNTERS_DATAGRAM_IGNORED + 1 };

/* Upper bounds of the duration buckets, in milliseconds; the last bucket has none. */
extern const unsigned counters_bucket_ms[COUNTERS_BUCKETS - 1];

struct counters_phase {
	_Atomic uint64_t bucket[COUNTERS_BUCKETS]; /* each counted once, not cumulative */
	_Atomic uint64_t sum_ms;
};

/* A worker's gauges. Only that worker writes them; the master clears them after its death. */
struct counters_gauges {
	_Atomic uint64_t open, handshakes;
};

struct counters_certificate {
	char subject[CERT_INFO_NAME_MAX], sha256[CERT_INFO_SHA256_MAX];
	int64_t not_after;     /* seconds since 1970; of a CRL its nextUpdate */
	int64_t stapled_until; /* nextUpdate of its OCSP response; 0: none */
};

/* What is served. A reader copies it, and again if turn was odd or changed meanwhile. */
struct counters_certificates {
	_Atomic unsigned turn;
	unsigned count;
	struct counters_certificate item[COUNTERS_CERTIFICATES];
};

/* Written by workers, and after an attack by whoever took one over. */
struct counters_work {
	_Atomic uint64_t outcome[OUTCOME_COUNT];
	_Atomic uint64_t handshakes[COUNTERS_PROTOCOLS][2]; /* full, resumed */
	_Atomic uint64_t limit[LIMITS_KINDS];
	_Atomic uint64_t received, sent; /* bytes on the sockets */
	_Atomic uint64_t accept_pauses;
	_Atomic uint64_t datagram[COUNTERS_DATAGRAMS];
	struct counters_phase phase[CONN_PHASES];
	struct counters_gauges gauges[COUNTERS_WORKERS];
};

/* Written by the master only. */
struct counters_state {
	_Atomic uint64_t generation, workers, workers_ready, worker_pause_ms;
	_Atomic uint64_t reloads, reloads_failed, restarts;
	_Atomic bool ready, draining;
	_Atomic pid_t pid[COUNTERS_WORKERS];       /* of the worker; 0: free */
	int64_t started;                           /* seconds since 1970 */
	char sandbox[SANDBOX_TEXT_MAX];            /* "" until a worker has entered it */
	struct counters_certificates served, crls; /* the CRLs that client verification uses */
};

/* The counters as a process sees them. */
struct counters {
	struct counters_work *work;
	struct counters_state *state; /* NULL in a worker */
	int work_fd, state_fd;        /* the master's, for counters_map; else -1 */
};

/*
 * The master's: all zero, in two anonymous files (close-on-exec) that nobody can
 * resize, or map again for writing. Returns 0, or -1 with OC_INTERNAL.
 */
int counters_make(struct counters *c, struct outcome *oc);

/* A reader's, in another program: maps the files that counters_make opened. Returns the same. */
int counters_map(struct counters *c, int work_fd, int state_fd, struct outcome *oc);

/* In a worker, before it is confined: unmaps the state and closes both files. */
void counters_keep_work(struct counters *c);

/* Releases all. Idempotent. */
void counters_free(struct counters *c);

/*
 * Gauges of the workers, in the master. Acquire a free entry, to be passed to a
 * process next; NULL if there is none, and that worker has no gauges. Release accepts
 * NULL.
 */
struct counters_gauges *counters_acquire_gauges(const struct counters *c);
void counters_assign_gauges(const struct counters *c, const struct counters_gauges *gauges,
    pid_t pid);
void counters_release_gauges(const struct counters *c, pid_t pid);

/* A connection has ended. */
void counters_add(const struct counters *c, const struct conn_record *r);

/* What is used from now on: state->served or state->crls. Entries that do not fit are omitted. */
void counters_serve(struct counters_certificates *list, const struct counters_certificate *item,
    unsigned count);

/* A consistent copy, whose texts are terminated. */
void counters_get_served(const struct counters_certificates *list,
    struct counters_certificates *out);

/* Sums over the gauges in use, and over the failures: not OK, nor a health check. */
uint64_t counters_open(const struct counters *c);
uint64_t counters_handshaking(const struct counters *c);
uint64_t counters_failed(const struct counters *c);

#endif
