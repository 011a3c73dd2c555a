/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTENER_H
#define HELLO_SERVER_LISTENER_H

#include <stddef.h>

#include "common/addr.h"
#include "common/outcome.h"
#include "server/options.h"

struct listener {
	struct addr at; /* as bound: port 0 has become a real one */
	int fd;
};

/*
 * The listening sockets. The master opens them once and keeps them: every
 * worker of every generation accepts from the same queues, so that neither a
 * reload nor a crashed worker loses a connection.
 */
struct listener_set {
	struct listener item[SERVER_LISTEN_MAX];
	size_t count;
};

/*
 * socket, bind, listen for each address asked for, or for all addresses of
 * IPv6 and IPv4 on the options' port. All or none.
 * Returns 0, or -1 with OC_LISTEN, which says which address.
 */
int listener_set_open(struct listener_set *set, const struct server_options *o, struct outcome *oc);

/* Close this process's descriptors; idempotent. */
void listener_set_close(struct listener_set *set);

#endif
