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
 * connections), tlsload_options.c (the command line), tlsload_conn.c (one
 * connection) and tlsload_stats.c (the counters, and the line that is printed).
 */

/* ---- statistics ------------------------------------------------------------ */

/* Why a connection failed. A run is good only if all of these are 0. */
enum fault {
	FAULT_CONNECT, /* no TCP connection */
	FAULT_HANDSHAKE,
	FAULT_DATA,         /* the bytes were not exactly the greeting */
	FAULT_CLOSE_NOTIFY, /* the whole greeting, but no close_notify */
	FAULT_RESUMPTION,   /* the server did not accept the offered session */
	FAULT_TIMEOUT,
	FAULTS
};

/* The phases. CONNECT begins at connect(2); the others begin when it has succeeded. */
enum phase { PHASE_CONNECT, PHASE_HANDSHAKE, PHASE_GREETING, PHASE_TOTAL, PHASES };

struct stats {
	unsigned long ok, resumed, stalls, faults[FAULTS];
	double *seconds[PHASES]; /* ok entries each */
	double lag_max_s;        /* open loop: the longest delay of a start */
};

/* Make room for count connections. Exits when out of memory. */
void stats_init(struct stats *s, unsigned long count);

/* Count a good connection. The array is indexed by phase. */
void stats_add(struct stats *s, const double seconds[PHASES], bool resumed);

unsigned long stats_failed(const struct stats *s);

/* Print one line, key=value or a JSON object. Sorts the samples. */
void stats_print(struct stats *s, FILE *to, double wall_s, bool json);

/* ---- one connection -------------------------------------------------------- */

/* The state in which a connection is held instead of finished. */
enum hold {
	HOLD_NOTHING,
	HOLD_TCP,   /* connected, no byte sent */
	HOLD_HELLO, /* ClientHello sent and answered, the answer never read */
	HOLD_REQUEST, /* http/1.1 selected by ALPN, no request sent */
	HOLD_LINGER   /* greeting and close_notify received, our side never closed */
};

/* What all connections of a run have in common. */
struct load {
	struct sockaddr_in to;
	SSL_CTX *tls;
	const char *greeting;
	size_t greeting_len;
	enum hold hold;
	bool resume, verbose;
	const char *sni; /* NULL: none */
	SSL_SESSION *session; /* from the first connection, to be resumed */
	int epoll;
	unsigned long live, held;
	struct stats stats;
};

enum conn_state {
	CONN_FREE,
	CONN_CONNECTING,
	CONN_ANSWER, /* waits for the answer to a ClientHello after which nothing follows */
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

/* Begin to connect, from source address number. The state must be CONN_FREE. */
void conn_start(struct conn *c, struct load *load, unsigned long number);

/* Continue as far as possible without blocking. The connection may then be CONN_FREE again. */
void conn_step(struct conn *c);

/* End the connection after its timeout. */
void conn_expire(struct conn *c);

/* Is a held connection still in its state? */
bool conn_is_held(const struct conn *c);

/* ---- the command line ------------------------------------------------------ */

struct options {
	unsigned long count;
	unsigned parallel; /* connections at a time, without held ones */
	double rate;       /* connections per second; 0: start one when another has ended */
	double timeout_s, hold_s;
	int version; /* 0: negotiated */
	const char *groups, *ciphersuites, *cert;
	bool json;
};

/* Fill both from the command line. Exits with status 2 if it is invalid. */
void options_parse(struct options *o, struct load *load, int argc, char *argv[]);

/* The context of all connections. Exits with status 2 if the library rejects an option. */
SSL_CTX *options_context(const struct options *o);

#endif
