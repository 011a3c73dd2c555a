/* SPDX-License-Identifier: MIT */
#include "server/process/spawn.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "server/process/datagram_worker.h"

/* If these stayed open, the other workers would not notice the master's death. */
static void close_parents(const struct worker_job *job, const struct spawn_parent *parent)
{
	worker_sockets_free(parent->sockets);
	handover_close(parent->handover, job->predecessor_fd);
	service_manager_close(parent->service_manager);
	metrics_process_forget(parent->monitor);
}

static _Noreturn void become_worker(struct worker_job *job, bool datagrams,
    const struct spawn_parent *parent)
{
	close_parents(job, parent);
	if (!datagrams) {
		listener_set_close(job->datagrams);
		worker_main(job);
	}
	listener_set_close(job->listeners);
	job->listeners = job->datagrams;
	datagram_worker_main(job);
}

/* The ends of the new worker and of its successor, which the master keeps; -1: none. */
static int prepare_handover(struct worker_job *job, bool datagrams,
    const struct spawn_parent *parent)
{
	int ends[2];

	job->successor_fd = job->predecessor_fd = -1;
	if (!datagrams)
		return -1;
	job->predecessor_fd = handover_latest(parent->handover);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		log_at(LEVEL_ERROR, "cannot create a socket pair: %s", strerror(errno));
		return -1;
	}
	job->successor_fd = ends[1];
	return ends[0];
}

/* In the master: its copies of what the worker alone has. */
static void finish_handover(const struct worker_job *job, int kept, pid_t pid,
    const struct spawn_parent *parent)
{
	if (job->successor_fd >= 0)
		close(job->successor_fd);
	if (kept >= 0 && pid > 0)
		handover_add(parent->handover, pid, kept);
	else if (kept >= 0)
		close(kept);
}

pid_t spawn_worker(struct worker_job *job, bool datagrams, const struct spawn_parent *parent)
{
	int ends[2], kept;
	pid_t pid;

	job->gauges = counters_acquire_gauges(job->counters);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		log_at(LEVEL_ERROR, "cannot create a socket pair: %s", strerror(errno));
		return 0;
	}
	kept = prepare_handover(job, datagrams, parent);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		if (kept >= 0)
			close(kept);
		job->status_fd = ends[1];
		become_worker(job, datagrams, parent);
	}
	close(ends[1]);
	finish_handover(job, kept, pid, parent);
	if (pid < 0) {
		log_at(LEVEL_ERROR, "cannot fork: %s", strerror(errno));
		close(ends[0]);
		return 0;
	}
	counters_assign_gauges(job->counters, job->gauges, pid);
	log_at(LEVEL_DEBUG, "worker %u of generation %u has pid %ld", job->slot, job->generation,
	    (long)pid);
	/* A worker that is not listed never becomes ready: stop it, and workers tries again. */
	if (worker_sockets_add(parent->sockets, ends[0], POLLIN, pid) != 0)
		close(ends[0]);
	return pid;
}
