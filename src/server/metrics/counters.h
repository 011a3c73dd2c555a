/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_METRICS_COUNTERS_H
#define HELLO_SERVER_METRICS_COUNTERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tls/cert_info.h"
#include "base/outcome.h"
#include "server/conn/conn.h"
#include "server/conn/pool.h"
#include "server/confine/sandbox.h"

/*
 * What the server has done and is doing, in memory that survives whoever wrote
 * to it. There are two parts, because a worker may be taken over: what workers
 * write are numbers alone, which are added up and printed and nothing else;
 * texts, lengths and everything that is acted upon are the master's, and no
 * worker can reach them. A number is changed in one step, so nobody locks and
 * nobody can be killed half-way.
 */
enum {
	COUNTERS_SEATS = 768, /* of workers, in all generations */
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
	_Atomic uint64_t open, handshakes;
};

struct counters_certificate {
	char subject[CERT_INFO_NAME_MAX], sha256[CERT_INFO_SHA256_MAX];
	int64_t not_after;     /* seconds since 1970; of a CRL its nextUpdate */
	int64_t stapled_until; /* nextUpdate of its OCSP response; 0: none */
};

/* What is served; a reader copies it, and once more if turn was odd or has changed meanwhile. */
struct counters_certificates {
	_Atomic unsigned turn;
	unsigned count;
	struct counters_certificate item[COUNTERS_CERTIFICATES];
};

/* Written by workers, and after an attack by whoever has taken one over. */
struct counters_work {
	_Atomic uint64_t outcome[OUTCOME_COUNT];
	_Atomic uint64_t handshakes[COUNTERS_PROTOCOLS][2]; /* full, resumed */
	_Atomic uint64_t limit[LIMITS_KINDS];
	_Atomic uint64_t received, sent; /* bytes on the sockets */
	_Atomic uint64_t accept_pauses;
	struct counters_phase phase[CONN_PHASES];
	struct counters_seat seat[COUNTERS_SEATS];
};

/* Written by the master alone. */
struct counters_state {
	_Atomic uint64_t generation, workers, workers_ready, worker_pause_ms;
	_Atomic uint64_t reloads, reloads_failed, restarts;
	_Atomic bool ready, draining;
	_Atomic pid_t seat[COUNTERS_SEATS];        /* whose it is; 0: nobody's */
	int64_t started;                           /* seconds since 1970 */
	char sandbox[SANDBOX_TEXT_MAX];            /* "" until a worker has entered it */
	struct counters_certificates served, crls; /* those by which clients are judged */
};

/* How a process has them. */
struct counters {
	struct counters_work *work;
	struct counters_state *state; /* NULL in a worker */
	int work_fd, state_fd;        /* the master's, for counters_map; else -1 */
};

/*
 * The master's: all zero, on two anonymous files (closed on exec) which nobody
 * can resize, or map anew to write to them. Returns 0, or -1 with OC_INTERNAL.
 */
int counters_make(struct counters *c, struct outcome *oc);

/* A reader's, in another program: of what counters_make opened. Returns as that does. */
int counters_map(struct counters *c, int work_fd, int state_fd, struct outcome *oc);

/* In a worker, before it is confined: let go of the state and of both files. */
void counters_keep_work(struct counters *c);

/* Release all. Idempotent. */
void counters_free(struct counters *c);

/*
 * Seats, in the master. take: a free one, to be given to a process next; NULL when
 * there is none, and that worker goes without. A seat may be NULL for give.
 */
struct counters_seat *counters_take_seat(const struct counters *c);
void counters_give_seat(const struct counters *c, const struct counters_seat *seat, pid_t pid);
void counters_leave_seat(const struct counters *c, pid_t pid);

/* A connection has come to its end. */
void counters_add(const struct counters *c, const struct conn_record *r);

/*
 * What is in use from now on: state->served or state->crls; more than there is room
 * for are left out.
 */
void counters_serve(struct counters_certificates *list, const struct counters_certificate *item,
    unsigned count);

/* A copy that is not torn, and whose texts end. */
void counters_get_served(const struct counters_certificates *list,
    struct counters_certificates *out);

/* Sums over the seats that are taken, and over all outcomes but OK. */
uint64_t counters_open(const struct counters *c);
uint64_t counters_handshaking(const struct counters *c);
uint64_t counters_failed(const struct counters *c);

#endif
