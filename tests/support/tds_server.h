/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_TDS_SERVER_H
#define HELLO_TESTS_TDS_SERVER_H

#include <stdbool.h>

#include <openssl/types.h>

/*
 * SSL_accept(3) of a server that speaks TDS 7: the handshake is in packets, written without the
 * code of the project. The client's packets must be of type 0x12 and at most 4096 bytes long, with
 * the last one of each flight marked. Afterwards ssl is on fd. Returns whether the handshake is
 * done. how:
 *
 *	tiny      a byte in each packet
 *	odd       packets of 1 to 60 bytes, sent 11 bytes at a time
 *	response  packets of type 4
 *	gaps      an empty packet in front of each flight
 *	leave     a close_notify behind the last packet, in the same segment
 *	wrapped   the same, inside the last packet
 *	type, short, long, raw, empty, half   packets that are not valid, see the source
 *
 * and for all others: one packet for a flight, while it fits in.
 */
bool tds_server_accept(SSL *ssl, int fd, const char *how);

#endif
