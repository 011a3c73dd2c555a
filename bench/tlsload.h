/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BENCH_TLSLOAD_H
#define HELLO_BENCH_TLSLOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <openssl/ssl.h>

/*
 * The load generator in four parts: tlsload.c (the loop that starts
 * connections), tlsload_options.c (what is asked for), tlsload_conn.c (one
 * connection) and tlsload_stats.c (what is counted, and the line printed).
 */

/* ---- what is counted ------------------------------------------------------- */

/* Why a connection does not count. A run is good only when all of these are 0. */
enum fault {
	FAULT_CONNECT, /* no TCP connection */
	FAULT_HANDSHAKE,
	FAULT_DATA,         /* other bytes than the greeting, too few or too many */
	FAULT_CLOSE_NOTIFY, /* the whole greeting, but an end without close_notify */
	FAULT_RESUMPTION,   /* a session was offered, and the server did not take it */
	FAULT_TIMEOUT,
	FAULTS
};

/* What is timed. CONNECT is from connect(2); the others are from its success. */
enum phase { PHASE_CONNECT, PHASE_HANDSHAKE, PHASE_GREETING, PHASE_TOTAL, PHASES };

struct stats {
	unsigned long ok, resumed, stalls, faults[FAULTS];
	double *seconds[PHASES]; /* ok entries each */
	double lag_max_s;        /* open loop: the latest start after its due time */
};

/* Room for count connections. Exits when there is no memory. */
void stats_init(struct stats *s, unsigned long count);

/* Notes a good connection. The array is indexed by phase. */
void stats_add(struct stats *s, const double seconds[PHASES], bool resumed);

unsigned long stats_failed(const struct stats *s);

/* One line, key=value or a JSON object. Sorts the samples. */
void stats_print(struct stats *s, FILE *to, double wall_s, bool json);

/* ---- one connection -------------------------------------------------------- */

/* Where a connection is kept instead of being brought to its end. */
enum hold {
	HOLD_NOTHING,
	HOLD_TCP,   /* connected, not a byte sent */
	HOLD_HELLO, /* ClientHello sent and answered, the answer never read */
	HOLD_REQUEST, /* http/1.1 selected by ALPN, and no request sent */
	HOLD_LINGER   /* greeted and told the end, our side never closed */
};

/* What all connections of a run have in common. */
struct load {
	struct sockaddr_in to;
	SSL_CTX *tls;
	const char *greeting;
	size_t greeting_len;
	enum hold hold;
	bool resume, verbose;
	SSL_SESSION *session; /* what is resumed, from the first connection */
	int epoll;
	unsigned long live, held;
	struct stats stats;
};

enum conn_state {
	CONN_FREE,
	CONN_CONNECTING,
	CONN_ANSWER, /* to a ClientHello after which nothing will follow */
	CONN_HANDSHAKE,
	CONN_GREETING,
	CONN_HELD
};

struct conn {
	struct load *load;
	int fd;
	SSL *ssl;
	enum conn_state state;
	uint32_t watched; /* epoll events */
	size_t got;       /* bytes of the greeting */
	double began_s;
	double seconds[PHASES];
};

/* CLOCK_MONOTONIC in seconds. */
double clock_s(void);

/* Begin to connect, from the number-th of our addresses. The state must be CONN_FREE. */
void conn_start(struct conn *c, struct load *load, unsigned long number);

/* Go as far as possible without blocking. Afterwards it may be CONN_FREE again. */
void conn_step(struct conn *c);

/* Give up: it took too long. */
void conn_expire(struct conn *c);

/* Is a held connection still in the state in which it is to be held? */
bool conn_is_held(const struct conn *c);

/* ---- what is asked for ----------------------------------------------------- */

struct options {
	unsigned long count;
	unsigned parallel; /* at a time; those that are held do not count */
	double rate;       /* connections per second; 0: the next when one has ended */
	double timeout_s, hold_s;
	int version; /* 0: what both ends like best */
	const char *groups, *ciphersuites;
	bool json;
};

/* Fills both, as far as the command line decides. Exits with 2 when it is wrong. */
void options_parse(struct options *o, struct load *load, int argc, char *argv[]);

/* The context of all connections. Exits with 2 when the library refuses an option. */
SSL_CTX *options_context(const struct options *o);

#endif
