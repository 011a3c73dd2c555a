/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_QUIC_CLIENTS_H
#define HELLO_SERVER_PROCESS_QUIC_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/process/datagram_clients.h"

/*
 * The clients of the QUIC listeners of a datagram worker. One that is not known costs no memory: it
 * has to return the token of a Retry first. The address identifies a client, because a worker must
 * also recognize the clients of another generation's worker: if it changes, the connection ends.
 *
 * A build without QUIC has no such listeners, and then only quic_clients_new may be called.
 */
struct quic_clients;

/* all must outlive it. NULL with OC_INTERNAL. */
struct quic_clients *quic_clients_new(struct datagram_clients *all, struct outcome *oc);

/* QUIC_CLIENTS_ANSWERED: it was answered, but may also belong to the worker before this one. */
enum quic_clients_fate { QUIC_CLIENTS_TAKEN, QUIC_CLIENTS_ANSWERED, QUIC_CLIENTS_FOREIGN };

/*
 * Processes one datagram. relayed: the worker after this one has passed it on, which answers new
 * clients. Then only a client that has a token of ours may still begin.
 */
enum quic_clients_fate quic_clients_take(struct quic_clients *q, const struct udp_path *from,
    const void *bytes, size_t len, bool relayed);

/*
 * When something is due, in clock_ms() time (UINT64_MAX: never), and sends it. Tick also looks at
 * clients that wait for their end.
 */
uint64_t quic_clients_timer(const struct quic_clients *q);
void quic_clients_tick(struct quic_clients *q);

/* NULL is allowed. Only without open clients. */
void quic_clients_free(struct quic_clients *q);

#endif
