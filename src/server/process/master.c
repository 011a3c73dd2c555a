/* SPDX-License-Identifier: MIT */
#include "server/process/master.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/process/expiry.h"
#include "server/process/gauges.h"
#include "server/process/reload.h"
#include "server/process/signals.h"
#include "server/process/spawn.h"
#include "server/process/worker_sockets.h"
#include "server/service/service_log.h"

struct master {
	const struct master_job *job;
	struct service *service;
	struct workers *workers;
	struct worker_sockets sockets;
	struct handover handover;
	bool unheard;           /* a failed notification of the service manager was logged */
	sigset_t waiting;       /* the signal mask during ppoll */
	bool complete;          /* "ready" was logged for this generation */
	struct expiry expiry;   /* for this service */
	unsigned pause_ms;      /* the restart delay of a slot, when last checked */
	unsigned revivals;      /* revivals of listeners */
	bool at_once;           /* it kills all workers, and stops */
	struct outcome failure; /* the reason for a failed exit */
};

/* Whoever shut a listener down can do it again, so restart after a few times. */
enum { REVIVALS_MAX = 16 };

/* Returns the worker's pid, or 0: workers then waits before it asks again. */
static pid_t spawn(struct master *m, const struct workers_order *order)
{
	const struct spawn_parent parent = { &m->sockets, &m->handover, m->job->service_manager,
		m->job->monitor };
	struct worker_job job = m->job->worker;

	job.slot = order->slot;
	job.generation = order->generation;
	job.beat_ms = service_manager_beat_ms(m->job->service_manager);
	job.service = m->service;
	return spawn_worker(&job, order->slot == m->job->stream_workers, &parent);
}

static void close_listeners(struct master *m)
{
	struct outcome oc = OUTCOME_NONE;

	worker_sockets_forget_listeners(&m->sockets);
	if (listener_set_withdraw(m->job->worker.listeners, &oc) != 0)
		log_outcome(LEVEL_WARNING, "cannot remove the socket file", &oc);
	listener_set_close(m->job->worker.datagrams);
}

/* Carries out everything that is due. Returns false if no worker is left to supervise. */
static bool carry_out_orders(struct master *m, struct workers_order *wait)
{
	for (;;) {
		struct workers_order order = workers_next(m->workers, clock_ms());

		switch (order.what) {
		case WORKERS_SPAWN:
			workers_spawned(m->workers, order.slot, spawn(m, &order), clock_ms());
			break;
		case WORKERS_DRAIN:
			kill(order.pid, SIGTERM);
			break;
		case WORKERS_KILL:
			if (order.late)
				log_at(LEVEL_WARNING,
				    "killed the worker with pid %ld: it missed its deadline",
				    (long)order.pid);
			kill(order.pid, SIGKILL);
			break;
		case WORKERS_CLOSE:
			/* The workers accept what is queued; then new clients are refused. */
			log_at(LEVEL_INFO, "%s: draining",
			    m->job->options->drain_delay_ms > 0 ? "the drain delay is over"
								: "SIGTERM received");
			close_listeners(m);
			break;
		case WORKERS_WAIT:
			*wait = order;
			return true;
		case WORKERS_FINISHED:
			return false;
		}
	}
}

static void count_workers(struct master *m)
{
	struct workers_count count = workers_count(m->workers);

	gauges_show_workers(m->job->worker.counters->state, &count);
	/* One early death is bad luck. Several in a row are a crash loop. */
	if (count.pause_ms >= WORKERS_PAUSE_LONG_MS && count.pause_ms > m->pause_ms)
		log_at(LEVEL_ERROR,
		    "workers die soon after their start: the next restart is in %u ms",
		    count.pause_ms);
	m->pause_ms = count.pause_ms;
}

/* From here on /healthz answers 503, so a balancer sends no more clients. */
static void announce_stop(struct master *m)
{
	m->job->worker.counters->state->draining = true;
	service_manager_leaving(m->job->service_manager);
}

/* At once; also for failures that only a restart can correct. */
static void stop(struct master *m, bool graceful)
{
	announce_stop(m);
	m->at_once |= !graceful;
	workers_stop(m->workers, graceful);
	close_listeners(m);
}

static void terminate(struct master *m)
{
	unsigned delay_ms = m->job->options->drain_delay_ms;

	if (delay_ms > 0)
		log_at(LEVEL_INFO, "SIGTERM received: the drain begins in %u ms", delay_ms);
	announce_stop(m);
	workers_stop_at(m->workers, clock_ms() + delay_ms);
}

/*
 * Only a process that shares a listener can shut it down, and the sandbox forbids that:
 * the process must have been taken over.
 */
static void revive_listeners(struct master *m, struct listener_set *set)
{
	char text[LISTENER_TEXT_MAX];
	struct listener *dead;

	while ((dead = listener_set_find_dead(set))) {
		if (m->revivals++ == REVIVALS_MAX)
			outcome_set(&m->failure, OC_LISTEN,
			    "%s was shut down by a process of this server too often to be an "
			    "accident",
			    listener_format(dead, text));
		if (m->failure.code != OC_OK || listener_revive(dead, &m->failure) != 0) {
			log_outcome(LEVEL_ERROR, "a listener cannot be reopened: draining",
			    &m->failure);
			stop(m, true);
			return;
		}
		log_at(LEVEL_ERROR, "%s was shut down by a process of this server; it listens "
		    "again",
		    listener_format(dead, text));
	}
}

static void handle_worker(struct master *m, size_t i)
{
	char bytes[64];
	pid_t pid = m->sockets.pid[i];

	if (read(m->sockets.poll[i].fd, bytes, sizeof bytes) <= 0) {
		worker_sockets_remove(&m->sockets, i);
		return;
	}
	workers_set_ready(m->workers, pid, clock_ms());
	workers_beat(m->workers, pid, clock_ms());
}

static void record_complete(struct master *m)
{
	struct counters_state *state = m->job->worker.counters->state;

	/* A worker reports that it is ready once it has proved that it is confined. */
	if (!state->ready)
		gauges_show_confinement(state, m->job->worker.privdrop, m->job->confinement);
	m->complete = true;
	gauges_show_service(state, m->service);
	log_at(LEVEL_INFO, "ready");
}

static void wait_for_news(struct master *m, uint64_t until_ms)
{
	uint64_t now = clock_ms(), ms = until_ms > now ? until_ms - now : 0;
	struct timespec left = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
	int n = ppoll(m->sockets.poll, m->sockets.count, until_ms == UINT64_MAX ? NULL : &left,
	    &m->waiting);
	bool dead = false;

	/* Backwards, because removing an entry moves the last one into its place. */
	for (size_t i = m->sockets.count; n > 0 && i-- > 0;) {
		if (m->sockets.pid[i] == WORKER_SOCKETS_LISTENER)
			dead |= m->sockets.poll[i].revents != 0;
		else if (m->sockets.poll[i].revents)
			handle_worker(m, i);
	}
	if (dead) {
		revive_listeners(m, m->job->worker.listeners);
		revive_listeners(m, m->job->metrics);
	}
	if (!m->complete && workers_are_complete(m->workers))
		record_complete(m);
}

static void log_exit(const struct master *m, pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		log_at(m->at_once && WTERMSIG(status) == SIGKILL ? LEVEL_DEBUG : LEVEL_WARNING,
		    "the worker with pid %ld was killed by signal %d (%s)", (long)pid,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		log_at(LEVEL_WARNING, "the worker with pid %ld exited with status %d", (long)pid,
		    WEXITSTATUS(status));
	else
		log_at(LEVEL_DEBUG, "the worker with pid %ld exited", (long)pid);
}

/* No client was ever served: the operator must correct whatever ends the first workers. */
static void judge_start(struct master *m, int status)
{
	struct workers_count count = workers_count(m->workers);
	bool refused = WIFEXITED(status) && WEXITSTATUS(status) == outcome_status(OC_PRIVILEGES);

	if (count.served || m->failure.code != OC_OK)
		return;
	if (refused)
		outcome_set(&m->failure, OC_PRIVILEGES,
		    "the first workers cannot be confined; the log has the reason");
	else if (count.pause_ms >= WORKERS_PAUSE_LONG_MS)
		outcome_set(&m->failure, OC_INTERNAL,
		    "the first workers ended before they were ready; the log has the reason");
	else
		return;
	stop(m, false);
}

static void reap(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (metrics_process_exited(m->job->monitor, pid, clock_ms()))
			continue;
		log_exit(m, pid, status);
		handover_remove(&m->handover, pid);
		counters_release_gauges(m->job->worker.counters, pid);
		if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0)
			m->job->worker.counters->state->restarts++;
		workers_exited(m->workers, pid, clock_ms());
		judge_start(m, status);
	}
}

/* A failed notification is no reason to stop, but it is logged, once. */
static void check_told(struct master *m, int ret, const struct outcome *oc)
{
	if (ret != 0 && !m->unheard)
		log_outcome(LEVEL_WARNING, "cannot notify the service manager", oc);
	m->unheard = ret != 0;
}

static void notify_service_manager(struct master *m, uint64_t *until_ms)
{
	struct outcome oc = OUTCOME_NONE;

	check_told(m,
	    service_manager_notify(m->job->service_manager, m->workers, clock_ms(), until_ms, &oc),
	    &oc);
}

static void reload(struct master *m)
{
	struct outcome oc = OUTCOME_NONE, unheard = OUTCOME_NONE;
	struct service *fresh;

	check_told(m, service_manager_reloading(m->job->service_manager, &unheard), &unheard);
	fresh = reload_service(m->job->service_options, m->service, m->workers,
	    m->job->worker.counters->state, &oc);
	if (fresh) {
		m->service = fresh;
		m->complete = false;
		m->expiry = (struct expiry){ .stale = false };
	}
	service_manager_reloaded(m->job->service_manager, fresh ? NULL : &oc);
}

static void handle_signals(struct master *m)
{
	static int handled;
	bool leaving = signals_seen.interrupted || signals_seen.terminations > 0;

	/*
	 * One reload at a time: those that arrive meanwhile become one more reload,
	 * which begins as soon as possible. A server that drains begins no reload, and
	 * must not announce one.
	 */
	if (signals_seen.hung_up && workers_may_renew(m->workers) && !leaving) {
		signals_seen.hung_up = 0;
		reload(m);
	}
	if (signals_seen.asked) {
		struct workers_count count = workers_count(m->workers);

		signals_seen.asked = 0;
		gauges_log(m->job->worker.counters, &count);
	}
	if (signals_seen.interrupted || signals_seen.terminations > 1) {
		stop(m, false);
	} else if (signals_seen.terminations > handled) {
		terminate(m);
	}
	handled = signals_seen.terminations;
}

/* The kernel reports a shutdown of a listener, in whichever process. */
static int watch_listeners(struct master *m)
{
	const struct listener_set *sets[] = { m->job->worker.listeners, m->job->metrics };
	int ret = 0;

	for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++) {
		for (size_t i = 0; i < sets[s]->count; i++)
			ret |= worker_sockets_add(&m->sockets, sets[s]->item[i].fd, POLLRDHUP,
			    WORKER_SOCKETS_LISTENER);
	}
	return ret;
}

static void release(struct master *m)
{
	worker_sockets_free(&m->sockets);
	handover_close(&m->handover, -1);
	workers_free(m->workers);
	service_free(m->service);
}

int master_run(const struct master_job *job, struct outcome *oc)
{
	struct master m = { .job = job, .service = job->service, .failure = OUTCOME_NONE };
	struct workers_order wait;

	m.workers =
	    workers_new(job->stream_workers + (job->datagrams ? 1 : 0), job->options->drain_ms);
	if (!m.workers || watch_listeners(&m) != 0) {
		close_listeners(&m);
		release(&m);
		return outcome_set(oc, OC_INTERNAL, "out of memory for the workers");
	}
	service_log_findings(m.service);
	service_log_clients(&job->service_options->clients);
	service_log_access(job->worker.access);
	signals_catch(&m.waiting);
	while (carry_out_orders(&m, &wait)) {
		notify_service_manager(&m, &wait.until_ms);
		metrics_process_tend(m.job->monitor, clock_ms(), &wait.until_ms);
		expiry_watch(&m.expiry, m.service, &job->service_options->clients, &wait.until_ms);
		wait_for_news(&m, wait.until_ms);
		reap(&m);
		count_workers(&m);
		handle_signals(&m);
	}
	close_listeners(&m);
	metrics_process_stop(m.job->monitor);
	log_at(LEVEL_INFO, "stopped");
	release(&m);
	if (m.failure.code == OC_OK)
		return 0;
	*oc = m.failure;
	return -1;
}
