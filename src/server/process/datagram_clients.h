/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_DATAGRAM_CLIENTS_H
#define HELLO_SERVER_PROCESS_DATAGRAM_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/conn/pool.h"
#include "server/listen/udp_socket.h"
#include "server/process/worker.h"

/*
 * The clients of a datagram worker, whatever they speak: what dtls_clients and quic_clients
 * have in common. A client is known by its address, its port and the listener. The limits
 * count all of them together.
 *
 * The hash of the table has no key. Somebody who has many addresses, and has proved them, can
 * choose those that share a place in it; a lookup, one for each datagram, then passes by all their
 * open connections (measured: 8 us beside 1000, the usual limit of handshakes; 70 us beside 10,000,
 * the usual limit of all). That is less than one of the handshakes that each of them has cost.
 */
struct datagram_clients;

/* The first member of the object that a protocol keeps for each client. */
struct datagram_client {
	struct pool_entry entry; /* first: a pointer to it is cast to this one */
	struct udp_path path;
	struct datagram_link *link; /* its place in the table */
	void (*release)(struct datagram_client *c); /* frees the object, after its connection */
};

/* job must outlive it. NULL if out of memory. */
struct datagram_clients *datagram_clients_new(const struct worker_job *job);

/* NULL is allowed. Only without open clients. */
void datagram_clients_free(struct datagram_clients *all);

const struct worker_job *datagram_clients_job(const struct datagram_clients *all);

/* The client at the other end of this path, or NULL. */
struct datagram_client *datagram_clients_find(const struct datagram_clients *all,
    const struct udp_path *path);

/*
 * Takes ownership of c, whose path, release and connection are set (entry.conn NULL: out of
 * memory), and steps it for the first time. An older client of the same path is closed before.
 */
void datagram_clients_add(struct datagram_clients *all, struct datagram_client *c);

/* Goes on with the connection, see conn_step. Returns whether the client still exists. */
bool datagram_clients_step(struct datagram_clients *all, struct datagram_client *c);

/* Counts a datagram that belongs to no connection. */
void datagram_clients_count(struct datagram_clients *all, enum counters_datagram what);

/*
 * May this address begin a connection now? If not, the datagram is counted, and logged at most
 * once in a second; nothing is answered, because the address may be another's.
 */
bool datagram_clients_admit(struct datagram_clients *all, const struct addr *peer);

/* From now on no connection begins. */
void datagram_clients_refuse(struct datagram_clients *all);
bool datagram_clients_refuses(const struct datagram_clients *all);

/* Deadlines and retransmissions: call it ten times a second while any client is open. */
void datagram_clients_tick(struct datagram_clients *all, uint64_t now_ms);

size_t datagram_clients_open(const struct datagram_clients *all);

/* Steps those that wait for the end of their connection. */
void datagram_clients_step_lingering(struct datagram_clients *all);

/* Ends all connections now, as SHUTDOWN. */
void datagram_clients_end(struct datagram_clients *all, const char *why);

#endif
