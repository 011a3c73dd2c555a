/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_DTLS_CLIENTS_H
#define HELLO_SERVER_PROCESS_DTLS_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "server/process/datagram_clients.h"

/*
 * The clients of the DTLS listeners of a datagram worker. One that is not known costs no
 * memory: it has to return a cookie first.
 */
struct dtls_clients;

/* all must outlive it. NULL if out of memory. */
struct dtls_clients *dtls_clients_new(struct datagram_clients *all);

/*
 * Processes one datagram. Returns false if it neither belongs to a client nor begins a
 * connection.
 */
bool dtls_clients_take(struct dtls_clients *d, const struct udp_path *from,
    const void *bytes, size_t len);

/* NULL is allowed. The clients are those of datagram_clients, and stay. */
void dtls_clients_free(struct dtls_clients *d);

#endif
