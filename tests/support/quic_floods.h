/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_QUIC_FLOODS_H
#define HELLO_TESTS_QUIC_FLOODS_H

#include <stdint.h>

#include "support/bytes.h"
#include "support/quic_maker.h"

/* What a peer of endless_quic.c sends without end: datagrams of some kind, one after the other. */
struct quic_flood {
	struct quic_maker maker;
	struct quic_packet_id origin; /* of a server: where the client's first packet went */
	uint64_t made;                /* datagrams so far */
	unsigned message;             /* type of the handshake message that is due */

	struct bytes datagram;
};

typedef void quic_flood_kind(struct quic_flood *f);

/* NULL: there is no such kind. */
quic_flood_kind *quic_flood_find(const char *kind);

/* Makes the next datagram. */
void quic_flood_make(struct quic_flood *f, quic_flood_kind *kind);

#endif
