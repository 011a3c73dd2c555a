/* SPDX-License-Identifier: MIT */
#include "server/process/workers.h"

#include <stdlib.h>

enum workers_state { STARTING, READY, DRAINING, KILLED };

struct workers_entry {
	pid_t pid; /* 0: this entry is free */
	unsigned slot, generation;
	enum workers_state state;
	uint64_t since_ms; /* when it was spawned, or ordered to drain */
	uint64_t beat_ms;  /* the last heartbeat */
};

enum stop { STOP_NOT, STOP_GRACEFUL, STOP_NOW };

struct workers {
	unsigned slots, generation, drain_ms;
	unsigned kept; /* the generation that serves until the current one is complete */
	bool served;   /* some worker was ready once */
	enum stop stop;
	uint64_t stop_ms; /* when the drain begins */
	struct workers_pause *slot;
	struct workers_entry *worker;
	size_t capacity; /* size of worker: grows when generations overlap */
};

struct workers *workers_new(unsigned slots, unsigned drain_ms)
{
	struct workers *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->slots = slots;
	c->drain_ms = drain_ms;
	c->generation = 1;
	c->stop_ms = UINT64_MAX;
	c->slot = calloc(slots, sizeof *c->slot);
	if (!c->slot) {
		workers_free(c);
		return NULL;
	}
	return c;
}

void workers_free(struct workers *c)
{
	if (!c)
		return;
	free(c->slot);
	free(c->worker);
	free(c);
}

static struct workers_entry *find_pid(const struct workers *c, pid_t pid)
{
	for (size_t i = 0; i < c->capacity; i++) {
		if (c->worker[i].pid == pid)
			return &c->worker[i];
	}
	return NULL;
}

/* The slot's worker of the current generation, if there is one. */
static struct workers_entry *find_current(const struct workers *c, unsigned slot)
{
	for (size_t i = 0; i < c->capacity; i++) {
		struct workers_entry *w = &c->worker[i];

		if (w->pid && w->slot == slot && w->generation == c->generation)
			return w;
	}
	return NULL;
}

bool workers_are_complete(const struct workers *c)
{
	for (unsigned s = 0; s < c->slots; s++) {
		const struct workers_entry *w = find_current(c, s);

		if (!w || w->state != READY)
			return false;
	}
	return true;
}

bool workers_is_beating(const struct workers *c, uint64_t now_ms, unsigned within_ms)
{
	if (c->stop != STOP_NOT)
		return true;
	for (size_t i = 0; i < c->capacity; i++) {
		const struct workers_entry *w = &c->worker[i];

		if (w->pid && w->state == READY && now_ms - w->beat_ms > within_ms)
			return false;
	}
	return workers_count(c).serving > 0;
}

struct workers_count workers_count(const struct workers *c)
{
	struct workers_count n = { .slots = c->slots,
		.generation = c->generation,
		.served = c->served };

	for (size_t i = 0; i < c->capacity; i++) {
		const struct workers_entry *w = &c->worker[i];

		n.alive += w->pid != 0;
		n.serving += w->pid && w->state == READY;
		n.ready += w->pid && w->state == READY && w->generation == c->generation;
	}
	for (unsigned s = 0; s < c->slots; s++) {
		if (c->slot[s].pause_ms > n.pause_ms && !find_current(c, s))
			n.pause_ms = c->slot[s].pause_ms;
	}
	return n;
}

static bool must_leave(const struct workers *c, const struct workers_entry *w)
{
	if (c->stop != STOP_NOT)
		return true;
	return w->generation != c->generation &&
	    (w->generation != c->kept || workers_are_complete(c));
}

/*
 * A slot that lost its worker early waits longer each time, so a crash loop does not
 * become a fork bomb.
 */
void workers_pause_after(struct workers_pause *s, bool lived_long, uint64_t now_ms)
{
	if (lived_long || s->pause_ms == 0)
		s->pause_ms = WORKERS_PAUSE_MIN_MS;
	else if (s->pause_ms < WORKERS_PAUSE_MAX_MS / 2)
		s->pause_ms *= 2;
	else
		s->pause_ms = WORKERS_PAUSE_MAX_MS;
	s->not_before_ms = now_ms + s->pause_ms;
}

static uint64_t deadline_of(const struct workers *c, const struct workers_entry *w)
{
	if (w->state == STARTING)
		return w->since_ms + WORKERS_START_MAX_MS;
	if (w->state == DRAINING)
		return w->since_ms + c->drain_ms + WORKERS_KILL_GRACE_MS;
	return UINT64_MAX;
}

/* The next action for one worker; WORKERS_WAIT and until_ms if there is none. */
static struct workers_order order_for(struct workers *c, struct workers_entry *w, uint64_t now_ms)
{
	uint64_t kill_ms = deadline_of(c, w);
	struct workers_order order = {
		.what = WORKERS_WAIT, .pid = w->pid, .until_ms = UINT64_MAX
	};

	if (w->state == KILLED)
		return order;
	if (c->stop == STOP_NOW || now_ms >= kill_ms) {
		if (w->state == STARTING && w->generation == c->generation)
			workers_pause_after(&c->slot[w->slot], false, now_ms);
		w->state = KILLED;
		order.what = WORKERS_KILL;
		order.late = c->stop != STOP_NOW;
	} else if (w->state != DRAINING && must_leave(c, w)) {
		w->state = DRAINING;
		w->since_ms = now_ms;
		order.what = WORKERS_DRAIN;
	} else {
		order.until_ms = kill_ms;
	}
	return order;
}

/* A running process must have an entry, so entries are allocated before the spawn. */
static struct workers_entry *free_entry(struct workers *c)
{
	struct workers_entry *w = find_pid(c, 0), *more;
	size_t capacity = c->capacity ? 2 * c->capacity : c->slots;

	if (w)
		return w;
	more = realloc(c->worker, capacity * sizeof *more);
	if (!more)
		return NULL;
	c->worker = more;
	for (size_t i = c->capacity; i < capacity; i++)
		c->worker[i] = (struct workers_entry){ .pid = 0 };
	w = &c->worker[c->capacity];
	c->capacity = capacity;
	return w;
}

struct workers_order workers_next(struct workers *c, uint64_t now_ms)
{
	struct workers_order order, wait = { .what = WORKERS_WAIT, .until_ms = UINT64_MAX };
	bool nobody = true;
	uint64_t spawn_ms;

	if (c->stop == STOP_NOT && now_ms >= c->stop_ms) {
		c->stop = STOP_GRACEFUL;
		return (struct workers_order){ .what = WORKERS_CLOSE };
	}
	if (c->stop == STOP_NOT)
		wait.until_ms = c->stop_ms;
	for (size_t i = 0; i < c->capacity; i++) {
		if (!c->worker[i].pid)
			continue;
		nobody = false;
		order = order_for(c, &c->worker[i], now_ms);
		if (order.what != WORKERS_WAIT)
			return order;
		if (order.until_ms < wait.until_ms)
			wait.until_ms = order.until_ms;
	}
	if (c->stop != STOP_NOT) {
		wait.what = nobody ? WORKERS_FINISHED : WORKERS_WAIT;
		return wait;
	}
	for (unsigned s = 0; s < c->slots; s++) {
		if (find_current(c, s))
			continue;
		if (now_ms >= c->slot[s].not_before_ms && free_entry(c))
			return (struct workers_order){ .what = WORKERS_SPAWN,
				.slot = s,
				.generation = c->generation };
		spawn_ms = c->slot[s].not_before_ms;
		if (spawn_ms <= now_ms)
			spawn_ms = now_ms + WORKERS_PAUSE_MIN_MS; /* out of memory */
		if (spawn_ms < wait.until_ms)
			wait.until_ms = spawn_ms;
	}
	return wait;
}

void workers_spawned(struct workers *c, unsigned slot, pid_t pid, uint64_t now_ms)
{
	if (pid > 0)
		*free_entry(c) = (struct workers_entry){ .pid = pid,
			.slot = slot,
			.generation = c->generation,
			.state = STARTING,
			.since_ms = now_ms };
	else
		workers_pause_after(&c->slot[slot], false, now_ms);
}

void workers_set_ready(struct workers *c, pid_t pid, uint64_t now_ms)
{
	struct workers_entry *w = find_pid(c, pid);

	if (!w || w->state != STARTING)
		return;
	w->state = READY;
	w->beat_ms = now_ms;
	c->served = true;
}

void workers_beat(struct workers *c, pid_t pid, uint64_t now_ms)
{
	struct workers_entry *w = find_pid(c, pid);

	if (w)
		w->beat_ms = now_ms;
}

void workers_exited(struct workers *c, pid_t pid, uint64_t now_ms)
{
	struct workers_entry *w = find_pid(c, pid);

	if (!w)
		return;
	if (w->generation == c->generation && w->state < DRAINING)
		workers_pause_after(&c->slot[w->slot],
		    now_ms - w->since_ms >= WORKERS_LIVED_LONG_MS, now_ms);
	w->pid = 0;
}

bool workers_may_renew(const struct workers *c)
{
	struct workers_count n = workers_count(c);

	return c->stop == STOP_NOT && c->stop_ms == UINT64_MAX && n.alive <= 2 * n.slots &&
	    (workers_are_complete(c) || n.pause_ms > 0);
}

static unsigned count_ready(const struct workers *c, unsigned generation)
{
	unsigned ready = 0;

	for (size_t i = 0; i < c->capacity; i++) {
		const struct workers_entry *w = &c->worker[i];

		ready += w->pid && w->state == READY && w->generation == generation;
	}
	return ready;
}

/* The generation with the most ready workers; among equals, the newest. */
static unsigned find_best(const struct workers *c)
{
	unsigned best = c->generation;

	for (size_t i = 0; i < c->capacity; i++) {
		unsigned each = c->worker[i].generation;

		if (count_ready(c, each) > count_ready(c, best))
			best = each;
	}
	return best;
}

unsigned workers_renew(struct workers *c)
{
	c->kept = find_best(c);
	/* The cause of the old generation's deaths may be gone in the new one. */
	for (unsigned s = 0; s < c->slots; s++)
		c->slot[s] = (struct workers_pause){ 0, 0 };
	return ++c->generation;
}

void workers_stop_at(struct workers *c, uint64_t ms)
{
	c->stop_ms = ms;
}

void workers_stop(struct workers *c, bool graceful)
{
	if (!graceful)
		c->stop = STOP_NOW;
	else if (c->stop == STOP_NOT)
		c->stop = STOP_GRACEFUL;
}
