/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_LISTENER_H
#define HELLO_SERVER_LISTEN_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"
#include "base/outcome.h"
#include "server/listen/access.h"
#include "server/listen/activation.h"
#include "server/listen/endpoint.h"
#include "server/listen/unix_socket.h"

enum { LISTENERS_MAX = 16 };

/* Where to listen, and who may come. */
struct listen_options {
	struct endpoint place[LISTENERS_MAX]; /* none: all addresses, on port */
	size_t count;
	char port[ADDR_PORT_MAX];
	bool port_given;
	struct access access;
};

/* Longest text of listener_format, with the terminator: a path of unix(7) and its prefix. */
enum { LISTENER_TEXT_MAX = 128 };

struct option_row;

/* Takes the value of an option for struct listen_options: one more place. See options.h. */
int listener_take_place(void *options, const struct option_row *row, const char *value,
    struct outcome *oc);

struct listener {
	struct addr at;       /* as bound: port 0 has become a real one */
	struct unix_socket path; /* .path is NULL unless we bound one */
	int fd;
};

/*
 * The listening sockets. The master opens them once and keeps them: every
 * worker of every generation accepts from the same queues, so that neither a
 * reload nor a crashed worker loses a connection.
 */
struct listener_set {
	struct listener item[LISTENERS_MAX];
	size_t count;
};

/*
 * socket, bind, listen for each place asked for, or for all addresses of IPv6
 * and IPv4 on the options' port; what was handed over is taken from given, that
 * with a name first. All or none.
 * Returns 0, or -1 with OC_LISTEN, which says which place.
 */
int listener_set_open(struct listener_set *set, const struct listen_options *o,
    struct activation *given, struct outcome *oc);

/*
 * The same for one place alone, which may be handed over too: a set of exactly
 * one. option is for messages. To be opened before what takes all the rest.
 */
int listener_set_open_one(struct listener_set *set, const char *option,
    const struct endpoint *place, struct activation *given, struct outcome *oc);

/* Where it is: as addr_format has it, or "unix:PATH". Writes to buf and returns it. */
const char *listener_format(const struct listener *l, char buf[LISTENER_TEXT_MAX]);

/*
 * One that listens no more, because a process that shares it shut it down
 * (shutdown(2)); or NULL. In the master.
 */
struct listener *listener_set_find_dead(struct listener_set *set);

/*
 * Let it listen again, at the same address and in all processes at once. Returns 0,
 * or -1 with OC_LISTEN: a path cannot be revived, it has to be opened anew.
 */
int listener_revive(const struct listener *l, struct outcome *oc);

/* Close this process's descriptors; idempotent. Paths stay, so a worker may call it. */
void listener_set_close(struct listener_set *set);

/*
 * For the process that opened them: remove the paths that are still ours, so
 * that a successor may take them at once, then close. Returns 0, or -1 with
 * OC_LISTEN when a path stays behind; all is closed then, too.
 */
int listener_set_withdraw(struct listener_set *set, struct outcome *oc);

#endif
