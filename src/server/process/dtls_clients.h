/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_DTLS_CLIENTS_H
#define HELLO_SERVER_PROCESS_DTLS_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/listen/udp_socket.h"
#include "server/process/worker.h"

/*
 * The clients of the DTLS listeners of a datagram worker. A client is known by its
 * address, its port and the listener. One that is not known costs no memory: it has to
 * return a cookie first.
 */
struct dtls_clients;

/* job must outlive it. NULL if out of memory. */
struct dtls_clients *dtls_clients_new(const struct worker_job *job);

/*
 * Processes one datagram. Returns false if it neither belongs to a client nor begins a
 * connection.
 */
bool dtls_clients_take(struct dtls_clients *d, const struct udp_path *from,
    const void *bytes, size_t len);

/* From now on no connection begins. */
void dtls_clients_refuse(struct dtls_clients *d);

/* Deadlines and retransmissions: call it ten times a second while any client is open. */
void dtls_clients_tick(struct dtls_clients *d, uint64_t now_ms);

size_t dtls_clients_open(const struct dtls_clients *d);

/* Ends all connections now, as SHUTDOWN. */
void dtls_clients_end(struct dtls_clients *d, const char *why);

/* NULL is allowed. Only without open clients. */
void dtls_clients_free(struct dtls_clients *d);

#endif
