/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_QUIC_MAKER_H
#define HELLO_TESTS_QUIC_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/bytes.h"
#include "tls/quic_packet.h"

/*
 * Packets of QUIC (RFC 9000), made and protected here (RFC 9001) with AES-128-GCM and SHA-256, for
 * what libssl does not send. Needs no QUIC in libssl.
 */
enum quic_maker_level { QUIC_MAKER_INITIAL, QUIC_MAKER_HANDSHAKE, QUIC_MAKER_OPEN };
enum { QUIC_MAKER_FULL = 1200, QUIC_MAKER_FIRST = 1000 };

struct quic_maker {
	bool server; /* we are one */
	struct quic_packet_id to, from;
	struct bytes token; /* of Initial packets */

	enum quic_maker_level level;
	unsigned char key[16], iv[12], header_key[16];
	uint64_t number; /* of the next packet; begins beyond those that libssl has sent */
};

/* From now on packets are of this level, protected with this secret of our traffic. */
void quic_maker_begin(struct quic_maker *m, enum quic_maker_level level,
    const unsigned char secret[32]);

/* The same with Initial packets: the secret is made of the ID to which the client sends. */
void quic_maker_begin_initial(struct quic_maker *m, const struct quic_packet_id *id);

/* Appends a packet. An Initial one fills its datagram (RFC 9000 section 14.1). */
void quic_maker_put(struct quic_maker *m, struct bytes *datagram, const struct bytes *frames);

/* Sets it to 8 random bytes. Appends it, with its length before it; a number (section 16). */
void quic_maker_choose_id(struct quic_packet_id *id);
void quic_maker_put_id(struct bytes *b, const struct quic_packet_id *id);
void quic_maker_put_number(struct bytes *b, uint64_t number);

#endif
