/* SPDX-License-Identifier: MIT */
#include "server/confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int confine_enter(const struct privdrop *who, enum sandbox_mode mode, enum sandbox_kind kind,
    struct outcome *oc)
{
	if (privdrop_apply(who, oc) != 0)
		return -1;
	return sandbox_enter(mode, kind, oc);
}

/* In the child. The outcome is smaller than PIPE_BUF, so one write passes it whole. */
static _Noreturn void try_and_report(const struct privdrop *who, enum sandbox_mode mode, int to)
{
	struct outcome oc = OUTCOME_NONE;

	confine_enter(who, mode, SANDBOX_STREAMS, &oc);
	_exit(write(to, &oc, sizeof oc) == (ssize_t)sizeof oc ? 0 : 1);
}

static int read_report(pid_t child, int from, struct outcome *oc)
{
	struct outcome report = OUTCOME_NONE;
	ssize_t n;
	int status = 0;

	do
		n = read(from, &report, sizeof report);
	while (n < 0 && errno == EINTR);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (n != (ssize_t)sizeof report)
		return outcome_set(oc, OC_PRIVILEGES,
		    WIFSIGNALED(status) ? "a process that tried to confine itself was killed: %s"
					: "a process that tried to confine itself did not report%s",
		    WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "");
	if (report.code == OC_OK)
		return 0;
	return outcome_report(oc, &report);
}

static int cannot_fork(struct outcome *oc)
{
	outcome_set_errno(oc, OC_INTERNAL, "fork");
	outcome_advise(oc,
	    "allow its user more processes (ulimit -u, LimitNPROC=, TasksMax=, pids.max), or "
	    "free memory");
	return -1;
}

int confine_rehearse(const struct privdrop *who, enum sandbox_mode mode, struct outcome *oc)
{
	int ends[2], ret;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return outcome_set_errno(oc, OC_INTERNAL, "pipe");
	child = fork();
	if (child == 0)
		try_and_report(who, mode, ends[1]);
	close(ends[1]);
	ret = child < 0 ? cannot_fork(oc) : read_report(child, ends[0], oc);
	close(ends[0]);
	return ret;
}
