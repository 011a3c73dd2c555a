/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_PHASES_H
#define HELLO_CLIENT_SESSION_PHASES_H

#include <stdint.h>

/*
 * The phases of a probe, in order. A step marks the end of its phase; the time of a step without a
 * phase (verify) counts for the next one.
 */
enum phase {
	PHASE_RESOLVE,    /* until an address is known */
	PHASE_CONNECT,    /* until TCP is connected */
	PHASE_PROXY,      /* until the proxy, if there is one, has opened the tunnel */
	PHASE_STARTTLS,   /* until the server is ready for TLS, if it begins in clear */
	PHASE_HANDSHAKE,  /* until the server has proved its name */
	PHASE_FIRST_BYTE, /* until the greeting, or an answer, begins */
	PHASE_CLOSE,      /* until the server's close_notify */
	PHASE_TOTAL,      /* the sum, and the client's own work */
	PHASE_COUNT
};

/* Microseconds of each, or PHASE_UNKNOWN where its end was not reached. */
enum { PHASE_UNKNOWN = -1 };

struct phases {
	int64_t us[PHASE_COUNT];
	uint64_t began_us, mark_us; /* clock_us() of the start and of the last mark */
};

void phases_begin(struct phases *p);

/* This phase ends now; it began at the end of the previous one. */
void phases_mark(struct phases *p, enum phase phase);

/* The probe ends now, successfully or not: sets PHASE_TOTAL. */
void phases_end(struct phases *p);

/* "first byte" for people; "first_byte" for machines. */
const char *phase_label(enum phase phase);
const char *phase_key(enum phase phase);

#endif
