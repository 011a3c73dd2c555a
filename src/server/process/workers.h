/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_WORKERS_H
#define HELLO_SERVER_PROCESS_WORKERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Who works: slots and generations of worker processes, as plain data. Told
 * what happened, it answers what to do next. No system call and no clock in
 * here, so that every crash loop, reload and shutdown is played in a unit test.
 *
 * A slot holds one worker of the current generation. After crew_renew the
 * generation that serves best goes on until every new worker is ready, and is
 * drained then; others, which were renewed before they were complete, are drained
 * at once.
 */
struct crew;

/* Pauses before a slot is filled again: doubled per death, until a worker lived long. */
enum { CREW_PAUSE_MIN_MS = 100, CREW_PAUSE_MAX_MS = 30000, CREW_LIVED_LONG_MS = 10000 };

/* A pause as long as this, after four early deaths in a row, is a crash loop. */
enum { CREW_PAUSE_LONG_MS = 8 * CREW_PAUSE_MIN_MS };

/*
 * The pause before somebody who died is started anew: the first one is short,
 * each early death doubles it, and a long life makes it short again. Zeroed: now.
 */
struct crew_pause {
	unsigned pause_ms;
	uint64_t not_before_ms;
};

void crew_pause_after(struct crew_pause *p, bool lived_long, uint64_t now_ms);

/* How much longer than its drain a worker may take before it is killed. */
enum { CREW_KILL_GRACE_MS = 1000 };

/* How long a worker may take to get ready before it is killed, and its slot pauses. */
enum { CREW_START_MAX_MS = 30000 };

enum crew_action { CREW_WAIT, CREW_SPAWN, CREW_DRAIN, CREW_KILL, CREW_FINISHED };

struct crew_order {
	enum crew_action what;
	unsigned slot, generation; /* SPAWN */
	pid_t pid;                 /* DRAIN, KILL */
	bool late;                 /* KILL: it did not get ready, or done, in time */
	uint64_t until_ms;         /* WAIT: ask again then, or after the next report */
};

/* NULL when out of memory. Generation 1 begins at once. */
struct crew *crew_new(unsigned slots, unsigned drain_ms);
void crew_free(struct crew *c);

/*
 * The next thing to do. Carry it out, report it, and ask again until the
 * answer is CREW_WAIT or CREW_FINISHED. DRAIN and KILL need no report.
 */
struct crew_order crew_next(struct crew *c, uint64_t now_ms);

/*
 * Reports. pid 0 says that no process could be made: the slot pauses as after a
 * death. A beat is a worker's sign that its event loop turns.
 */
void crew_spawned(struct crew *c, unsigned slot, pid_t pid, uint64_t now_ms);
void crew_ready(struct crew *c, pid_t pid, uint64_t now_ms);
void crew_beat(struct crew *c, pid_t pid, uint64_t now_ms);
void crew_exited(struct crew *c, pid_t pid, uint64_t now_ms);

/*
 * Is it time for a new generation? Not while one starts, unless its workers die;
 * not while two are there beside it, so that never more than three have workers; not
 * after a stop.
 */
bool crew_may_renew(const struct crew *c);

/* Commands: begin a new generation and return its number; drain all; kill all. */
unsigned crew_renew(struct crew *c);
void crew_stop(struct crew *c, bool graceful);

/* Is every slot filled by a ready worker of the current generation? */
bool crew_is_complete(const struct crew *c);

/*
 * Does the work go on? Somebody serves, and whoever serves has given a sign of
 * life within this time. Who drains has a deadline instead, so a stop always does.
 */
bool crew_is_beating(const struct crew *c, uint64_t now_ms, unsigned within_ms);

/* For a status line. */
struct crew_count {
	unsigned slots, generation;
	unsigned ready;    /* of the current generation */
	unsigned serving;  /* of all generations */
	unsigned alive;    /* draining ones too */
	unsigned pause_ms; /* the longest pause of a slot that is empty: a crash loop shows here */
	bool served;       /* was any worker ever ready? */
};

struct crew_count crew_count(const struct crew *c);

#endif
