/* SPDX-License-Identifier: MIT */
#include "server/process/worker_sockets.h"

#include <stdlib.h>
#include <unistd.h>

int worker_sockets_add(struct worker_sockets *p, int fd, short events, pid_t pid)
{
	struct pollfd *poll = realloc(p->poll, (p->count + 1) * sizeof *poll);
	pid_t *pids;

	if (!poll)
		return -1;
	p->poll = poll;
	pids = realloc(p->pid, (p->count + 1) * sizeof *pids);
	if (!pids)
		return -1;
	p->pid = pids;
	p->poll[p->count] = (struct pollfd){ .fd = fd, .events = events };
	p->pid[p->count++] = pid;
	return 0;
}

void worker_sockets_remove(struct worker_sockets *p, size_t i)
{
	if (p->pid[i] != WORKER_SOCKETS_LISTENER)
		close(p->poll[i].fd);
	p->count--;
	p->poll[i] = p->poll[p->count];
	p->pid[i] = p->pid[p->count];
}

void worker_sockets_forget_listeners(struct worker_sockets *p)
{
	for (size_t i = p->count; i-- > 0;) {
		if (p->pid[i] == WORKER_SOCKETS_LISTENER)
			worker_sockets_remove(p, i);
	}
}

void worker_sockets_free(struct worker_sockets *p)
{
	while (p->count > 0)
		worker_sockets_remove(p, p->count - 1);
	free(p->poll);
	free(p->pid);
	*p = (struct worker_sockets){ .count = 0 };
}
