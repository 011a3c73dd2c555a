/* SPDX-License-Identifier: MIT */
/*
 * A load generator for a service that sends a greeting over TLS and closes.
 *
 * Many connections at a time on one epoll: connect, handshake, read the greeting, require a
 * close_notify, answer it, close. A connection is good only if all of that succeeded and the bytes
 * were the greeting. The chain is not verified, because that would only slow down the generator.
 *
 * Exit status: 0 all connections were good (or were held), 1 some were not, 2 invalid usage or a
 * lack of resources, 3 the server issued no session to resume.
 */
#include "tlsload.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

struct run {
	const struct options *o;
	struct load *load;
	struct conn *conns;
	unsigned slots; /* number of connections */
	unsigned next;  /* where the search for a free one begins */
	unsigned long started, count;
	double began_s;
};

static struct conn *find_free(struct run *r)
{
	for (unsigned i = 0; i < r->slots; i++) {
		struct conn *c = &r->conns[(r->next + i) % r->slots];

		if (c->state == CONN_FREE) {
			r->next = (r->next + i + 1) % r->slots;
			return c;
		}
	}
	return NULL;
}

/* Open loop: the delay of the next connection; negative if it is not due yet. */
static double lag_s(const struct run *r)
{
	return clock_s() - r->began_s - (double)r->started / r->o->rate;
}

static void start_due(struct run *r)
{
	while (r->started < r->count && r->load->live - r->load->held < r->o->parallel) {
		if (r->o->rate > 0) {
			double lag = lag_s(r);

			if (lag < 0)
				return;
			if (lag > r->load->stats.lag_max_s)
				r->load->stats.lag_max_s = lag;
		}
		conn_start(find_free(r), r->load, r->started++);
	}
}

/* Wait for an event, or until the next connection is due: a millisecond would be too coarse. */
static int wait_for_events(struct run *r, struct epoll_event *events, int max)
{
	struct pollfd epoll = { .fd = r->load->epoll, .events = POLLIN };
	struct timespec time = { 0, 100000000 };

	if (r->o->rate > 0 && r->started < r->count) {
		double due_s = -lag_s(r);

		if (due_s < 0.1)
			time.tv_nsec = due_s > 0 ? (long)(due_s * 1e9) : 0;
	}
	ppoll(&epoll, 1, &time, NULL);
	return epoll_wait(r->load->epoll, events, max, 0);
}

static void expire_late(struct run *r)
{
	double now = clock_s();

	for (unsigned i = 0; i < r->slots; i++) {
		struct conn *c = &r->conns[i];

		if (c->state != CONN_FREE && c->state != CONN_HELD &&
		    now - c->began_s > r->o->timeout_s)
			conn_expire(c);
	}
}

/* Run until count connections have ended or are held; each has its own timeout. */
static double run(struct run *r, unsigned long count)
{
	struct epoll_event events[256];
	double next_check;

	r->started = 0;
	r->count = count;
	r->began_s = clock_s();
	next_check = r->began_s + 1;
	while (r->started < count || r->load->live > r->load->held) {
		int n;

		start_due(r);
		n = wait_for_events(r, events, 256);
		for (int i = 0; i < n; i++)
			conn_step(events[i].data.ptr);
		if (clock_s() >= next_check) {
			expire_late(r);
			next_check = clock_s() + 1;
		}
	}
	return clock_s() - r->began_s;
}

static void pause_s(double seconds)
{
	struct timespec time = { (time_t)seconds, 0 };

	time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
	nanosleep(&time, NULL);
}

static unsigned long count_held(const struct run *r)
{
	unsigned long held = 0;

	for (unsigned i = 0; i < r->slots; i++)
		held += conn_is_held(&r->conns[i]);
	return held;
}

/* Print the number of held connections, and keep them until the time is over or a signal comes. */
static int hold(const struct run *r)
{
	double until_s = clock_s() + r->o->timeout_s;
	unsigned long held = count_held(r);

	/* The server may not have read the last messages yet. */
	while (held < r->count && clock_s() < until_s) {
		pause_s(0.01);
		held = count_held(r);
	}
	printf("held=%lu failed=%lu\n", held, r->count - held);
	fflush(stdout);
	pause_s(r->o->hold_s);
	return held == r->count ? 0 : 1;
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int main(int argc, char *argv[])
{
	struct options o;
	struct load load;
	struct run r = { .o = &o, .load = &load };
	double wall_s;

	sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	options_parse(&o, &load, argc, argv);
	raise_descriptor_limit();
	load.tls = options_context(&o);
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	/* A held connection keeps its slot. */
	r.slots = load.hold == HOLD_NOTHING ? o.parallel : (unsigned)o.count;
	r.conns = calloc(r.slots, sizeof *r.conns);
	if (load.epoll < 0 || !r.conns) {
		perror("tlsload");
		return 2;
	}
	stats_init(&load.stats, o.count);
	if (load.resume) {
		run(&r, 1);
		if (!load.session) {
			fputs("tlsload: the server issued no session to resume\n", stderr);
			return 3;
		}
		load.stats.ok = 0;
	}
	wall_s = run(&r, o.count);
	if (load.hold != HOLD_NOTHING)
		return hold(&r);
	stats_print(&load.stats, stdout, wall_s, o.json);
	return stats_failed(&load.stats) == 0 ? 0 : 1;
}
