/* SPDX-License-Identifier: MIT */
#include "server/master.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "server/crew.h"
#include "server/posts.h"
#include "server/servicelog.h"
#include "server/worker.h"

struct master {
	const struct master_job *job;
	struct service *service;
	struct crew *crew;
	struct posts posts;
	bool unheard;      /* the supervisor could not be told, which was logged */
	sigset_t waiting;  /* the signal mask while we wait */
	bool complete;     /* "ready" was said for this generation */
	bool stale;        /* and that one of its CRLs is */
	int64_t looked_s;  /* when it was last looked which staples have ended; 0: never */
	unsigned pause_ms; /* how long a slot pauses, as last looked at */
};

/* Handlers only take notes; the signals are blocked everywhere but in ppoll. */
static volatile sig_atomic_t terminations, interrupted, hung_up, asked;

static void on_signal(int number)
{
	if (number == SIGTERM)
		terminations++;
	else if (number == SIGINT)
		interrupted = 1;
	else if (number == SIGHUP)
		hung_up = 1;
	else if (number == SIGUSR1)
		asked = 1;
}

static void catch_signals(struct master *m)
{
	static const int caught[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++) {
		sigaddset(&blocked, caught[i]);
		sigaction(caught[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, &m->waiting);
	/* Whoever started us may have blocked them for us too. */
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
		sigdelset(&m->waiting, caught[i]);
}

static _Noreturn void become_worker(struct master *m, const struct crew_order *order, int fd,
    struct counters_seat *seat)
{
	struct worker_job job = {
		.slot = order->slot,
		.generation = order->generation,
		.status_fd = fd,
		.beat_ms = supervisor_beat_ms(m->job->supervisor),
		.options = m->job->options,
		.limits = m->job->limits,
		.privdrop = m->job->privdrop,
		.listeners = m->job->listeners,
		.service = m->service,
		.counters = m->job->counters,
		.seat = seat,
	};

	/* With these open, the other workers would not see the master's death. */
	posts_free(&m->posts);
	supervisor_close(m->job->supervisor);
	monitor_forget(m->job->monitor);
	worker_main(&job);
}

/* Returns the worker's pid, or 0: the crew then waits before it asks again. */
static pid_t spawn(struct master *m, const struct crew_order *order)
{
	struct counters_seat *seat = counters_take_seat(m->job->counters);
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		log_at(LEVEL_ERROR, "socketpair: %s", strerror(errno));
		return 0;
	}
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		become_worker(m, order, ends[1], seat);
	}
	close(ends[1]);
	if (pid < 0) {
		log_at(LEVEL_ERROR, "fork: %s", strerror(errno));
		close(ends[0]);
		return 0;
	}
	if (seat)
		seat->pid = pid;
	log_at(LEVEL_DEBUG, "worker %u of generation %u has pid %ld", order->slot,
	    order->generation, (long)pid);
	/* Not on the list means never ready: it is told to leave, and the crew tries again. */
	if (posts_add(&m->posts, ends[0], pid) != 0)
		close(ends[0]);
	return pid;
}

/* Everything that has to be done now. Returns false when nobody is left to look after. */
static bool carry_out_orders(struct master *m, struct crew_order *wait)
{
	for (;;) {
		struct crew_order order = crew_next(m->crew, clock_ms());

		switch (order.what) {
		case CREW_SPAWN:
			crew_spawned(m->crew, order.slot, spawn(m, &order), clock_ms());
			break;
		case CREW_DRAIN:
			kill(order.pid, SIGTERM);
			break;
		case CREW_KILL:
			if (order.late)
				log_at(LEVEL_WARNING, "worker with pid %ld is late: killed",
				    (long)order.pid);
			kill(order.pid, SIGKILL);
			break;
		case CREW_WAIT:
			*wait = order;
			return true;
		case CREW_FINISHED:
			return false;
		}
	}
}

static void show_crls(const struct master *m)
{
	const struct tlscrl_file *crls = m->service->clients.crls;
	struct counters_certificate items[TLSCRL_MAX] = { 0 };
	const int64_t now = time(NULL);
	unsigned count = 0;

	for (size_t i = 0; crls && i < crls->count; i++) {
		const struct crl *crl = &crls->item[i].crl;

		/* The others decide nothing, and would be the same series once more. */
		if (!tlscrl_decides(crls, i, now))
			continue;
		items[count].not_after = crl->next_update;
		memcpy(items[count++].subject, crl->issuer, sizeof items[0].subject);
	}
	counters_serve(&m->job->counters->crls, items, count);
}

/* What the new generation serves, now that all of it does. */
static void show_service(const struct master *m)
{
	struct counters_certificate leaves[SERVER_IDENTITIES_MAX];
	unsigned count = 0;

	for (; count < m->service->identity_count; count++) {
		const struct certinfo *info = &m->service->identities[count].chain[0].info;

		leaves[count].not_after = info->not_after;
		leaves[count].stapled_until = m->service->identities[count].staple.next_update;
		memcpy(leaves[count].subject, info->subject, sizeof leaves[count].subject);
		memcpy(leaves[count].sha256, info->sha256, sizeof leaves[count].sha256);
	}
	counters_serve(&m->job->counters->served, leaves, count);
	show_crls(m);
	m->job->counters->ready = true;
}

static void count_crew(struct master *m)
{
	struct crew_count count = crew_count(m->crew);

	m->job->counters->generation = count.generation;
	m->job->counters->workers = count.slots;
	m->job->counters->workers_ready = count.ready;
	m->job->counters->worker_pause_ms = count.pause_ms;
	/* One death is bad luck. Several in a row, each soon after the last, are a crash loop. */
	if (count.pause_ms >= CREW_PAUSE_LONG_MS && count.pause_ms > m->pause_ms)
		log_at(LEVEL_ERROR, "workers die soon after their start: the next one waits %u ms",
		    count.pause_ms);
	m->pause_ms = count.pause_ms;
}

static void heed_post(struct master *m, size_t i)
{
	char bytes[64];
	pid_t pid = m->posts.pid[i];

	if (read(m->posts.poll[i].fd, bytes, sizeof bytes) <= 0) {
		posts_remove(&m->posts, i);
		return;
	}
	crew_ready(m->crew, pid, clock_ms());
	crew_beat(m->crew, pid, clock_ms());
}

static void wait_for_news(struct master *m, uint64_t until_ms)
{
	uint64_t now = clock_ms(), ms = until_ms > now ? until_ms - now : 0;
	struct timespec left = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
	int n = ppoll(m->posts.poll, m->posts.count, until_ms == UINT64_MAX ? NULL : &left,
	    &m->waiting);

	/* Backwards: removing moves the last one into the place just looked at. */
	for (size_t i = m->posts.count; n > 0 && i-- > 0;) {
		if (m->posts.poll[i].revents)
			heed_post(m, i);
	}
	if (!m->complete && crew_is_complete(m->crew)) {
		m->complete = true;
		show_service(m);
		log_at(LEVEL_INFO, "ready");
	}
}

static void log_exit(pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		log_at(LEVEL_WARNING, "worker with pid %ld was killed by signal %d (%s)", (long)pid,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		log_at(LEVEL_WARNING, "worker with pid %ld left with status %d", (long)pid,
		    WEXITSTATUS(status));
	else
		log_at(LEVEL_DEBUG, "worker with pid %ld left", (long)pid);
}

static void reap(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (monitor_exited(m->job->monitor, pid, clock_ms()))
			continue;
		log_exit(pid, status);
		counters_leave_seat(m->job->counters, pid);
		if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0)
			m->job->counters->restarts++;
		crew_exited(m->crew, pid, clock_ms());
	}
}

/* A service manager that cannot be told is no reason to stop, but one to complain, once. */
static void check_told(struct master *m, int ret, const struct outcome *oc)
{
	if (ret != 0 && !m->unheard)
		log_outcome(LEVEL_WARNING, "the service manager cannot be told", oc);
	m->unheard = ret != 0;
}

static void tell_supervisor(struct master *m, uint64_t *until_ms)
{
	struct outcome oc = OUTCOME_NONE;

	check_told(m, supervisor_tell(m->job->supervisor, m->crew, clock_ms(), until_ms, &oc), &oc);
}

/* left: seconds, more than 0. A clock may be set and a machine sleep: look again once an hour. */
static void wake_in(int64_t left, uint64_t *until_ms)
{
	enum { HOUR = 3600 };
	uint64_t at_ms = clock_ms() + (uint64_t)(left < HOUR ? left : HOUR) * 1000;

	if (at_ms < *until_ms)
		*until_ms = at_ms;
}

/* A CRL gets stale by itself: said once, when it happens. */
static void watch_crls(struct master *m, uint64_t *until_ms)
{
	int64_t left = clienttrust_left(&m->service->clients, time(NULL));

	if (m->stale || left == INT64_MAX)
		return;
	if (left <= 0) {
		servicelog_stale(m->service, &m->job->options->clients);
		m->stale = true;
	} else {
		wake_in(left, until_ms);
	}
}

/* So does an OCSP response. */
static void watch_staples(struct master *m, uint64_t *until_ms)
{
	int64_t now = time(NULL), next = servicelog_staples(m->service, m->looked_s, now);

	m->looked_s = now;
	if (next != INT64_MAX)
		wake_in(next - now, until_ms);
}

static void renew(struct master *m, struct service *fresh)
{
	const char *note = "";

	if (service_is_same(m->service, fresh))
		note = m->job->options->credentials
		    ? ", though the files are unchanged: systemd hands over renewed "
		      "credentials at a restart only"
		    : ", though the files are unchanged";
	servicelog_renewal(m->service, fresh);
	service_free(m->service);
	m->service = fresh;
	m->complete = m->stale = false;
	m->looked_s = 0;
	servicelog_findings(fresh);
	log_at(LEVEL_INFO, "reloaded: generation %u begins%s", crew_renew(m->crew), note);
}

static void reload(struct master *m)
{
	struct outcome oc = OUTCOME_NONE, unheard = OUTCOME_NONE;
	struct service *fresh;

	check_told(m, supervisor_reloading(m->job->supervisor, &unheard), &unheard);
	fresh = service_load(m->job->options, m->service, &oc);
	if (fresh) {
		renew(m, fresh);
		m->job->counters->reloads++;
	} else {
		log_outcome(LEVEL_ERROR, "reload failed, the old service stays", &oc);
		m->job->counters->reloads_failed++;
	}
	supervisor_reloaded(m->job->supervisor, fresh ? NULL : &oc);
}

static void withdraw_listeners(struct master *m)
{
	struct outcome oc = OUTCOME_NONE;

	if (listener_set_withdraw(m->job->listeners, &oc) != 0)
		log_outcome(LEVEL_WARNING, "a path stays behind", &oc);
}

static void log_status(const struct master *m)
{
	const struct counters *c = m->job->counters;
	struct crew_count count = crew_count(m->crew);
	struct log_line line;

	log_begin(&line, LEVEL_INFO);
	log_field(&line, "msg", "status");
	log_field(&line, "generation", "%u", count.generation);
	log_field(&line, "workers_ready", "%u", count.ready);
	log_field(&line, "workers_alive", "%u", count.alive);
	log_field(&line, "open", "%llu", (unsigned long long)counters_open(c));
	log_field(&line, "greeted", "%llu", (unsigned long long)c->outcome[OC_OK]);
	log_field(&line, "failed", "%llu", (unsigned long long)counters_failed(c));
	log_field(&line, "reloads", "%llu", (unsigned long long)c->reloads);
	log_field(&line, "reloads_failed", "%llu", (unsigned long long)c->reloads_failed);
	log_field(&line, "restarts", "%llu", (unsigned long long)c->restarts);
	log_field(&line, "sandbox", "%s", c->sandbox);
	log_end(&line);
}

static void heed_signals(struct master *m)
{
	static int heeded;
	bool leaving = interrupted || terminations > 0;

	/* Whoever leaves begins no new generation, and must not tell that it does. */
	if (hung_up && !leaving)
		reload(m);
	hung_up = 0;
	if (asked) {
		asked = 0;
		log_status(m);
	}
	if (leaving) {
		m->job->counters->draining = true;
		supervisor_leaving(m->job->supervisor);
	}
	if (interrupted || terminations > 1) {
		crew_stop(m->crew, false);
	} else if (terminations > heeded) {
		log_at(LEVEL_INFO, "told to leave: draining");
		crew_stop(m->crew, true);
		/* The workers take what is in the queues; then new clients are refused. */
		withdraw_listeners(m);
	}
	heeded = terminations;
}

int master_run(const struct master_job *job, struct outcome *oc)
{
	struct master m = { .job = job, .service = job->service };
	struct crew_order wait;

	m.crew = crew_new(job->options->workers, job->options->drain_ms);
	if (!m.crew) {
		service_free(m.service);
		withdraw_listeners(&m);
		return outcome_set(oc, OC_INTERNAL, "out of memory for the crew");
	}
	servicelog_findings(m.service);
	servicelog_clients(&job->options->clients);
	servicelog_access(&job->options->access);
	catch_signals(&m);
	while (carry_out_orders(&m, &wait)) {
		tell_supervisor(&m, &wait.until_ms);
		monitor_tend(m.job->monitor, clock_ms(), &wait.until_ms);
		watch_crls(&m, &wait.until_ms);
		watch_staples(&m, &wait.until_ms);
		wait_for_news(&m, wait.until_ms);
		reap(&m);
		count_crew(&m);
		heed_signals(&m);
	}
	withdraw_listeners(&m);
	monitor_stop(m.job->monitor);
	log_at(LEVEL_INFO, "left");
	posts_free(&m.posts);
	crew_free(m.crew);
	service_free(m.service);
	return 0;
}
