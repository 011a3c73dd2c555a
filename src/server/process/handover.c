/* SPDX-License-Identifier: MIT */
#include "server/process/handover.h"

#include <unistd.h>

int handover_latest(const struct handover *h)
{
	return h->count > 0 ? h->worker[h->count - 1].fd : -1;
}

void handover_add(struct handover *h, pid_t pid, int fd)
{
	if (h->count == HANDOVERS_MAX) {
		close(fd);
		return;
	}
	h->worker[h->count].pid = pid;
	h->worker[h->count++].fd = fd;
}

void handover_remove(struct handover *h, pid_t pid)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->count; i++) {
		if (h->worker[i].pid == pid)
			close(h->worker[i].fd);
		else
			h->worker[kept++] = h->worker[i];
	}
	h->count = kept;
}

void handover_close(struct handover *h, int except)
{
	for (size_t i = 0; i < h->count; i++) {
		if (h->worker[i].fd != except)
			close(h->worker[i].fd);
	}
	h->count = 0;
}
