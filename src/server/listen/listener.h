/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_LISTENER_H
#define HELLO_SERVER_LISTEN_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "net/addr.h"
#include "server/listen/access.h"
#include "server/listen/activation.h"
#include "server/listen/endpoint.h"
#include "server/listen/unix_socket.h"

enum { LISTENERS_MAX = 16 };

/* Where to listen, and who may connect. */
struct listen_options {
	struct endpoint endpoint[LISTENERS_MAX]; /* count 0: all addresses, on port */
	size_t count;
	char port[ADDR_PORT_MAX];
	bool port_given;
	struct access access;
};

/* Longest text of listener_format, with the terminator: a path of unix(7) and its prefix. */
enum { LISTENER_TEXT_MAX = 128 };

struct option_row;

/* The take function of an option for struct listen_options: adds an endpoint. See options.h. */
int listener_take_endpoint(void *options, const struct option_row *row, const char *value,
    struct outcome *oc);

/* LISTENER_STREAM: accepts. The others are UDP sockets, without a queue: one process reads them. */
enum listener_kind { LISTENER_STREAM, LISTENER_DTLS, LISTENER_QUIC };

struct listener {
	struct addr at;       /* as bound: port 0 became a real port */
	struct unix_socket path; /* .path is NULL unless we bound a path */
	enum listener_kind kind;
	int fd;
};

/*
 * The listening sockets. The master opens them once and keeps them: every worker of
 * every generation accepts from the same queues, so that neither a reload nor a crashed
 * worker loses a connection.
 */
struct listener_set {
	struct listener item[LISTENERS_MAX];
	size_t count;
};

/*
 * socket, bind, listen for each endpoint except those of datagrams, or for all addresses
 * of IPv6 and IPv4 on the options' port if there is none at all. Inherited sockets are
 * acquired from given, named ones first. All or none. Returns 0, or -1 with OC_LISTEN,
 * which names the endpoint.
 */
int listener_set_open(struct listener_set *set, const struct listen_options *o,
    struct activation *given, struct outcome *oc);

/*
 * socket, bind for each endpoint of datagrams: a set without the others. Returns 0, or
 * -1 with OC_LISTEN.
 */
int listener_set_open_datagrams(struct listener_set *set, const struct listen_options *o,
    struct outcome *oc);

/* How many endpoints of this kind and of datagrams are there, and are there any of streams? */
size_t listener_count(const struct listen_options *o, enum endpoint_kind kind);
size_t listener_count_datagrams(const struct listen_options *o);
bool listener_wants_streams(const struct listen_options *o);

/*
 * The same for a single endpoint, which may be inherited too: a set of exactly one.
 * option is for messages. Open it before the set that acquires all the rest.
 */
int listener_set_open_one(struct listener_set *set, const char *option,
    const struct endpoint *endpoint, struct activation *given, struct outcome *oc);

/*
 * Its address as addr_format writes it, with "dtls:" or "quic:" before it for datagrams, or
 * "unix:PATH". Writes to buf and returns it.
 */
const char *listener_format(const struct listener *l, char buf[LISTENER_TEXT_MAX]);

/*
 * A listener that another process sharing it has shut down (shutdown(2)), or NULL. In
 * the master.
 */
struct listener *listener_set_find_dead(struct listener_set *set);

/*
 * Makes it listen again, at the same address and in all processes at once. Returns 0,
 * or -1 with OC_LISTEN: a path cannot be revived, it has to be opened again.
 */
int listener_revive(const struct listener *l, struct outcome *oc);

/* Closes this process's descriptors; idempotent. Paths stay, so a worker may call it. */
void listener_set_close(struct listener_set *set);

/*
 * For the process that opened them: removes the paths that are still ours, so that a
 * successor can use them at once, then closes. Returns 0, or -1 with OC_LISTEN if a
 * path could not be removed; all is closed then, too.
 */
int listener_set_withdraw(struct listener_set *set, struct outcome *oc);

#endif
