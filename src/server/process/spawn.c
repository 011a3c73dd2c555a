/* SPDX-License-Identifier: MIT */
#include "server/process/spawn.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

static _Noreturn void become_worker(struct worker_job *job, const struct spawn_parent *parent)
{
	/* If these stayed open, the other workers would not notice the master's death. */
	worker_sockets_free(parent->sockets);
	service_manager_close(parent->service_manager);
	metrics_process_forget(parent->monitor);
	worker_main(job);
}

pid_t spawn_worker(struct worker_job *job, const struct spawn_parent *parent)
{
	int ends[2];
	pid_t pid;

	job->gauges = counters_acquire_gauges(job->counters);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		log_at(LEVEL_ERROR, "cannot create a socket pair: %s", strerror(errno));
		return 0;
	}
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		job->status_fd = ends[1];
		become_worker(job, parent);
	}
	close(ends[1]);
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
