/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_COUNTERS_H
#define HELLO_SERVER_COUNTERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/certinfo.h"
#include "common/outcome.h"
#include "server/conn.h"
#include "server/pool.h"
#include "server/sandbox.h"

/*
 * What the server has done and is doing, in memory that all its processes
 * share: it survives whoever wrote to it. Everything is a number that is
 * changed in one step, so nobody locks and nobody can be killed half-way.
 */
enum {
	COUNTERS_SEATS = 2 * SERVER_WORKERS_MAX, /* of two generations */
	COUNTERS_BUCKETS = 12,
	COUNTERS_CERTIFICATES = 64
};

enum counters_protocol { COUNTERS_TLS12, COUNTERS_TLS13, COUNTERS_PROTOCOLS };

/* Upper ends of the buckets of durations, in milliseconds; the last bucket has none. */
extern const unsigned counters_bucket_ms[COUNTERS_BUCKETS - 1];

struct counters_phase {
	_Atomic uint64_t bucket[COUNTERS_BUCKETS]; /* each counted once, not cumulative */
	_Atomic uint64_t sum_ms;
};

/* A worker's gauges. Written by that worker alone, emptied by the master after it. */
struct counters_seat {
	_Atomic pid_t pid; /* 0: nobody's */
	_Atomic uint64_t open, handshakes;
};

struct counters_certificate {
	char subject[CERTINFO_NAME_MAX], sha256[CERTINFO_SHA256_MAX];
	int64_t not_after;     /* seconds since 1970; of a CRL its nextUpdate */
	int64_t stapled_until; /* nextUpdate of its OCSP response; 0: none */
};

/* What is served; a reader copies it, and once more if turn was odd or has changed meanwhile. */
struct counters_certificates {
	_Atomic unsigned turn;
	unsigned count;
	struct counters_certificate item[COUNTERS_CERTIFICATES];
};

struct counters {
	/* Written by workers. */
	_Atomic uint64_t outcome[OUTCOME_COUNT];
	_Atomic uint64_t handshakes[COUNTERS_PROTOCOLS][2]; /* full, resumed */
	_Atomic uint64_t limit[LIMITS_KINDS];
	_Atomic uint64_t received, sent; /* bytes on the sockets */
	_Atomic uint64_t accept_pauses;
	struct counters_phase phase[CONN_PHASES];
	struct counters_seat seat[COUNTERS_SEATS];
	/* Written by the master. */
	_Atomic uint64_t generation, workers, workers_ready, worker_pause_ms;
	_Atomic uint64_t reloads, reloads_failed, restarts;
	_Atomic bool ready, draining;
	int64_t started; /* seconds since 1970 */
	char sandbox[SANDBOX_TEXT_MAX];
	struct counters_certificates served, crls; /* those by which clients are judged */
};

/*
 * The master's: all zero, on an anonymous file that *fd names (closed on exec)
 * and which nobody can resize, or map anew to write to it. NULL with OC_INTERNAL.
 */
struct counters *counters_new(int *fd, struct outcome *oc);

/* A reader's, in another program: fd is what counters_new gave. NULL with OC_INTERNAL. */
const struct counters *counters_map(int fd, struct outcome *oc);

/* Seats. take: NULL when all are taken, and that worker goes without. */
struct counters_seat *counters_take_seat(struct counters *c);
void counters_leave_seat(struct counters *c, pid_t pid);

/* A connection has come to its end. */
void counters_add(struct counters *c, const struct conn_record *r);

/* What is in use from now on: c->served or c->crls; more than there is room for are left out. */
void counters_serve(struct counters_certificates *list, const struct counters_certificate *item,
    unsigned count);

/* A copy that is not torn. */
void counters_get_served(const struct counters_certificates *list,
    struct counters_certificates *out);

/* Sums over the seats, and over all outcomes but OK. */
uint64_t counters_open(const struct counters *c);
uint64_t counters_handshaking(const struct counters *c);
uint64_t counters_failed(const struct counters *c);

#endif
