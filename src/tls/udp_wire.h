/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_UDP_WIRE_H
#define HELLO_TLS_UDP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/outcome.h"
#include "tls/buffer.h"

/*
 * The datagrams of a client: a connected, non-blocking UDP socket that counts them, and keeps
 * the socket's first error instead of reporting it, so that the caller decides what it means. A
 * datagram that the kernel has no room for is lost, as on the network.
 *
 * Time and memory are bounded, whatever the peer sends: after each udp_wire_begin_turn at most
 * UDP_WIRE_PER_TURN datagrams are taken from the socket, and nothing more once the ceiling is
 * reached (sated of the buffer).
 */
enum { UDP_WIRE_PER_TURN = 32, UDP_WIRE_FIRST_MAX = 64 };

struct udp_wire {
	struct tls_buffer *wire; /* socket, counters, errors and the first bytes; sends nothing */
	unsigned turn_left;      /* datagrams that this turn may still receive */
	uint64_t spent, ceiling; /* bytes received, each datagram with the cost of its headers */
	unsigned received;       /* datagrams */
	bool echoed;             /* the peer sent our own first datagram back */
	unsigned char first[UDP_WIRE_FIRST_MAX]; /* the beginning of our first datagram */
	size_t first_len;
};

/* wire must not move afterwards. */
void udp_wire_init(struct udp_wire *d, struct tls_buffer *wire);

/* Sets the ceiling: this many more bytes from now on. */
void udp_wire_allow(struct udp_wire *d, size_t bytes);

/* receives: UDP_WIRE_PER_TURN, or 0 to read nothing. */
void udp_wire_begin_turn(struct udp_wire *d, unsigned receives);

/* The next datagram, cut to max bytes: its length, or -1 if there is none now. */
ssize_t udp_wire_receive(struct udp_wire *d, void *to, size_t max);

void udp_wire_send(struct udp_wire *d, const void *bytes, size_t len);

/*
 * Is the peer an echo service, or has it sent datagrams of which none is possible in protocol
 * ("DTLS")? Then sets NOT_TLS.
 */
bool udp_wire_is_foreign(const struct udp_wire *d, bool possible, const char *protocol,
    struct outcome *oc);

#endif
