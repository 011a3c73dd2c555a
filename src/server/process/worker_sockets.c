/* SPDX-License-Identifier: MIT */
#include "server/process/worker_sockets.h"

#include <stdlib.h>
#include <unistd.h>

int posts_add(struct posts *p, int fd, short events, pid_t pid)
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

void posts_remove(struct posts *p, size_t i)
{
	if (p->pid[i] != POSTS_LISTENER)
		close(p->poll[i].fd);
	p->count--;
	p->poll[i] = p->poll[p->count];
	p->pid[i] = p->pid[p->count];
}

void posts_forget_listeners(struct posts *p)
{
	for (size_t i = p->count; i-- > 0;) {
		if (p->pid[i] == POSTS_LISTENER)
			posts_remove(p, i);
	}
}

void posts_free(struct posts *p)
{
	while (p->count > 0)
		posts_remove(p, p->count - 1);
	free(p->poll);
	free(p->pid);
	*p = (struct posts){ .count = 0 };
}
