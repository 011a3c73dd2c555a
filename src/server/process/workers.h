/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_WORKERS_H
#define HELLO_SERVER_PROCESS_WORKERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Slots and generations of worker processes, as plain data: it is informed of events,
 * and returns the next action. No system call and no clock here, so a unit test can
 * play every crash loop, reload and shutdown.
 *
 * A slot holds one worker of the current generation. After workers_renew the generation
 * that serves best continues until every new worker is ready, and is drained then;
 * others, which were replaced before they were complete, are drained at once.
 */
struct workers;

enum { WORKERS_MAX = 256 };

struct process_options {
	unsigned workers;
	unsigned drain_delay_ms; /* from SIGTERM until the drain begins */
	unsigned drain_ms;       /* for open connections after that */
};

/* Delay before a slot is filled again: doubled by each death, until a worker lived long. */
enum { WORKERS_PAUSE_MIN_MS = 100, WORKERS_PAUSE_MAX_MS = 30000, WORKERS_LIVED_LONG_MS = 10000 };

/* A delay as long as this, after four early deaths in a row, is a crash loop. */
enum { WORKERS_PAUSE_LONG_MS = 8 * WORKERS_PAUSE_MIN_MS };

/*
 * The delay before a process that died is restarted: short at first, doubled by each
 * early death, short again after a long life. All zero: no delay.
 */
struct workers_pause {
	unsigned pause_ms;
	uint64_t not_before_ms;
};

void workers_pause_after(struct workers_pause *p, bool lived_long, uint64_t now_ms);

/* How long after its drain timeout a worker is killed. */
enum { WORKERS_KILL_GRACE_MS = 1000 };

/* How long a worker may take to become ready before it is killed, and its slot pauses. */
enum { WORKERS_START_MAX_MS = 30000 };

enum workers_action {
	WORKERS_WAIT,
	WORKERS_SPAWN,
	WORKERS_DRAIN,
	WORKERS_KILL,
	WORKERS_CLOSE, /* the drain begins: close the listeners; see workers_stop_at */
	WORKERS_FINISHED
};

struct workers_order {
	enum workers_action what;
	unsigned slot, generation; /* SPAWN */
	pid_t pid;                 /* DRAIN, KILL */
	bool late;                 /* KILL: it was not ready, or not done, in time */
	uint64_t until_ms;         /* WAIT: ask again then, or after the next report */
};

/* NULL if out of memory. Generation 1 begins at once. */
struct workers *workers_new(unsigned slots, unsigned drain_ms);
void workers_free(struct workers *c);

/*
 * The next action. Carry it out, report it, and ask again until the answer is
 * WORKERS_WAIT or WORKERS_FINISHED. DRAIN, KILL and CLOSE need no report.
 */
struct workers_order workers_next(struct workers *c, uint64_t now_ms);

/*
 * Reports. pid 0: no process could be created, so the slot pauses as after a death. A
 * beat is a heartbeat: the worker's event loop is running.
 */
void workers_spawned(struct workers *c, unsigned slot, pid_t pid, uint64_t now_ms);
void workers_set_ready(struct workers *c, pid_t pid, uint64_t now_ms);
void workers_beat(struct workers *c, pid_t pid, uint64_t now_ms);
void workers_exited(struct workers *c, pid_t pid, uint64_t now_ms);

/*
 * May a new generation begin? Not while one starts, unless its workers die; not while
 * there are two others, so that at most three generations have workers; not after
 * workers_stop or workers_stop_at.
 */
bool workers_may_renew(const struct workers *c);

/*
 * Commands: begin a new generation and return its number; serve until this time, then
 * drain all; drain all now; kill all.
 */
unsigned workers_renew(struct workers *c);
void workers_stop_at(struct workers *c, uint64_t ms);
void workers_stop(struct workers *c, bool graceful);

/* Is every slot filled by a ready worker of the current generation? */
bool workers_are_complete(const struct workers *c);

/*
 * Do the workers make progress? At least one serves, and all that serve have sent a
 * heartbeat within this time. A draining worker has a deadline instead, so a stop
 * always makes progress.
 */
bool workers_is_beating(const struct workers *c, uint64_t now_ms, unsigned within_ms);

/* For a status line. */
struct workers_count {
	unsigned slots, generation;
	unsigned ready;    /* of the current generation */
	unsigned serving;  /* of all generations */
	unsigned alive;    /* draining ones too */
	unsigned pause_ms; /* the longest delay of an empty slot: shows a crash loop */
	bool served;       /* was any worker ever ready? */
};

struct workers_count workers_count(const struct workers *c);

#endif
