/* SPDX-License-Identifier: MIT */
#include "server/process/metrics_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "server/metrics/metrics.h"

/*
 * A terminal, timeout(1) or a service manager sends signals to all processes at once, but
 * only the master handles them. Ignored signals stay ignored across the exec, so none ends
 * the new program before it could ignore them itself.
 */
static void set_signals(void)
{
	static const int ignored[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		sigaction(ignored[i], &ignore, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child: only the descriptors for the new program stay open across the exec. */
static _Noreturn void become_metrics(const struct metrics_process *m, int life_fd)
{
	const int given[] = { m->listen_fd, m->counters->work_fd, m->counters->state_fd, life_fd };
	char text[64];

	set_signals();
	for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
		fcntl(given[i], F_SETFD, 0);
	snprintf(text, sizeof text, "%d %d %d %d", given[0], given[1], given[2], given[3]);
	setenv(METRICS_ENVIRONMENT, text, 1);
	execv("/proc/self/exe", m->argv);
	log_at(LEVEL_ERROR, "cannot execute /proc/self/exe for the metrics: %s", strerror(errno));
	_exit(outcome_status(OC_INTERNAL));
}

static void spawn(struct metrics_process *m)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		log_at(LEVEL_ERROR, "cannot create a pipe: %s", strerror(errno));
		return;
	}
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		become_metrics(m, ends[0]);
	}
	close(ends[0]);
	if (pid < 0) {
		log_at(LEVEL_ERROR, "cannot fork: %s", strerror(errno));
		close(ends[1]);
		return;
	}
	m->pid = pid;
	m->life_fd = ends[1];
}

void metrics_process_tend(struct metrics_process *m, uint64_t now_ms, uint64_t *until_ms)
{
	if (!m->argv || m->pid > 0)
		return;
	if (now_ms >= m->pause.not_before_ms) {
		m->since_ms = now_ms;
		spawn(m);
		if (m->pid > 0)
			return;
		workers_pause_after(&m->pause, false, now_ms);
	}
	if (m->pause.not_before_ms < *until_ms)
		*until_ms = m->pause.not_before_ms;
}

bool metrics_process_exited(struct metrics_process *m, pid_t pid, uint64_t now_ms)
{
	if (m->pid == 0 || m->pid != pid)
		return false;
	close(m->life_fd);
	m->pid = 0;
	workers_pause_after(&m->pause, now_ms - m->since_ms >= WORKERS_LIVED_LONG_MS, now_ms);
	log_at(LEVEL_WARNING, "the metrics process died; it restarts in %u ms",
	    m->pause.pause_ms);
	return true;
}

void metrics_process_forget(struct metrics_process *m)
{
	if (!m->argv)
		return;
	close(m->listen_fd);
	if (m->pid > 0)
		close(m->life_fd);
	m->argv = NULL;
}

void metrics_process_stop(struct metrics_process *m)
{
	if (m->pid == 0)
		return;
	kill(m->pid, SIGKILL);
	waitpid(m->pid, NULL, 0);
	close(m->life_fd);
	m->pid = 0;
}
