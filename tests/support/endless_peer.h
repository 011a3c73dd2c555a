/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_ENDLESS_PEER_H
#define HELLO_TESTS_ENDLESS_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <openssl/types.h>

#include "support/bytes.h"

/*
 * What the peers have in common that send without end (endless, endless_datagrams, endless_quic):
 * the command line, and of those over UDP the socket and the flood.
 */
struct endless_options {
	const char *state, *kind;
	const char *cert, *key, *ca; /* NULL: none */
	unsigned pace_ms, units, count, room, seconds, port;
	bool server, unread;
};

/*
 * Reads [OPTION...] {call STATE KIND PORT | serve STATE KIND}; what was set before stays where no
 * option sets it. SIGALRM ends the process after so many seconds: nobody is left behind, not even
 * by a test that was killed.
 */
void endless_read_options(struct endless_options *o, int argc, char *argv[]);

/* A client tells its test, by the line "flows", that it is in its state and floods from now on. */
void endless_begin(const struct endless_options *o);

/* Prints it with errno; status 2. */
_Noreturn void endless_die(const char *what);

void endless_pause(unsigned ms);

/* Loads cert, key and ca. A server with ca requires a certificate of its client. */
void endless_use_files(const struct endless_options *o, SSL_CTX *ctx);

/* The secrets of our traffic in the handshake, and after it (open); NULL: not known yet. */
void endless_note_secrets(SSL_CTX *ctx);
const unsigned char *endless_secret(const struct endless_options *o, bool open);

/* ---- over UDP ---- */

/*
 * A socket connected to the other end on 127.0.0.1. A client prints "port N" (its own); count
 * clients are as many processes, each of which returns. A server prints its port, and waits for the
 * first client, the only one, whose first datagram stays in the socket.
 */
int endless_udp_open(const struct endless_options *o);

/*
 * A port that is closed is the end: status 0. Any other failure to send is a loss on the way.
 * receive waits for so long at most; -1: nothing came.
 */
void endless_udp_send(int fd, const void *bytes, size_t len);
ssize_t endless_udp_receive(int fd, void *bytes, size_t max, int ms);

/*
 * Sends what make makes, ten at a time, until the port of the other end is closed, and discards
 * what arrives. A client waits while the socket of the server holds half of what it can, so the
 * kernel discards nothing there, of no client: what another client waits for is the program, and
 * not the next repetition of a datagram that was lost.
 */
typedef const struct bytes *endless_make(void);
_Noreturn void endless_udp_flow(int fd, const struct endless_options *o, endless_make *make);

#endif
