/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_DATAGRAM_CLIENTS_H
#define HELLO_TESTS_DATAGRAM_CLIENTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

/*
 * What dtls_clients and quic_clients have in common: clients for tests of hello-server, on
 * 127.0.0.1 or another ADDRESS. NAME is one of the two.
 *
 *	NAME [--to ADDRESS] greet N AT_ONCE PORT CA
 *			run N good clients, which verify chain, name and greeting
 *	NAME hello N PORT
 *			send N first datagrams, each from another address, and nothing more
 *	NAME garbage N PORT
 *			send N datagrams: noise, and first ones with a wrong byte or end
 *	NAME stall N PORT
 *			N clients prove their address, then say nothing until standard input ends
 *
 * stall prints "ready" when all have proved it. At the end there is one line of name=count.
 * Status 0: done, whatever the result. 1: it could not be done, or took longer than five minutes.
 */
enum { DATAGRAM_CLIENTS_BYTES_MAX = 4096, DATAGRAM_CLIENTS_PATIENCE_MS = 30000 };

/* A protocol. The functions exit with status 1 if something of their own fails. */
struct datagram_clients {
	const char *name; /* of the program */
	const SSL_METHOD *(*method)(void);
	/* A good client on this connected socket, in one of several threads: is it greeted? */
	bool (*greet)(SSL_CTX *ctx, int fd);
	/* The first datagram of a client; returns its length. */
	size_t (*first)(SSL_CTX *ctx, unsigned char bytes[DATAGRAM_CLIENTS_BYTES_MAX]);
	/* One that proves its address, and then says nothing: does the server go on? */
	bool (*stall)(SSL_CTX *ctx, int fd);
	/* Another COMMAND N PORT [CA]; returns false if it has no such command. NULL: has none. */
	bool (*more)(const char *command, SSL_CTX *ctx, unsigned n);
	atomic_uint *repeated; /* datagrams of the good ones that were lost; NULL: not known */
};

/* What main is to return. */
int datagram_clients_main(const struct datagram_clients *p, int argc, char *argv[]);

_Noreturn void datagram_clients_die(const char *what);

/* A socket for the server, from this address, or NULL: any. */
int datagram_clients_connect(const char *from);

/* The address to which this socket is connected. The caller owns it. */
BIO_ADDR *datagram_clients_peer(int fd);

/* Is it what a good client has to get? */
bool datagram_clients_is_greeting(const void *bytes, size_t len);

/* The next datagram, if it comes in this time, or 0. */
size_t datagram_clients_receive(int fd, unsigned char bytes[DATAGRAM_CLIENTS_BYTES_MAX], int ms);

/* Sleeps until a datagram is there, or left (NULL: no timer) is over; false: end_ms was before. */
bool datagram_clients_sleep(int fd, const struct timeval *left, long end_ms);
long datagram_clients_now_ms(void);

/* Prints "ready", and waits for the end of standard input. */
void datagram_clients_hold(void);

/* Counts one good client, whom greet has served, and frees the socket. Prints how many. */
void datagram_clients_count(bool greeted, int fd);
void datagram_clients_print(const struct datagram_clients *p);

#endif
