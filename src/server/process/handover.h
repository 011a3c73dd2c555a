/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_HANDOVER_H
#define HELLO_SERVER_PROCESS_HANDOVER_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Only one process at a time reads a UDP socket: a datagram that another one reads is
 * lost for the connection that it belongs to. So each datagram worker has a socket pair
 * with its successor, which asks it to stop reading (see relay.h). The master keeps the
 * successor's end of each, until that worker has ended. All zero: none.
 */
enum { HANDOVERS_MAX = 8 };

struct handover {
	struct {
		pid_t pid;
		int fd;
	} worker[HANDOVERS_MAX];
	size_t count;
};

/* The end that leads to the latest datagram worker which is alive, or -1. */
int handover_latest(const struct handover *h);

/* Takes ownership of fd; without room for it, a successor will not wait for this worker. */
void handover_add(struct handover *h, pid_t pid, int fd);

/* This process has ended. */
void handover_remove(struct handover *h, pid_t pid);

/* In a child: closes all ends except this one; -1: all. */
void handover_close(struct handover *h, int except);

#endif
