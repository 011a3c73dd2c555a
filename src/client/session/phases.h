/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_PHASES_H
#define HELLO_CLIENT_SESSION_PHASES_H

#include <stdint.h>

/*
 * What the time of a probe goes into, in its order. A step marks the end of its
 * phase; what no phase is marked for (verify) is in the one after it.
 */
enum phase {
	PHASE_RESOLVE,    /* until there is an address */
	PHASE_CONNECT,    /* until TCP is there */
	PHASE_PROXY,      /* until it has opened the way, where there is a proxy */
	PHASE_STARTTLS,   /* until the server is ready for TLS, where it has to be asked */
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

/* This phase ends now, and began with the end of the one before. */
void phases_mark(struct phases *p, enum phase phase);

/* The probe ends now, well or not: PHASE_TOTAL. */
void phases_end(struct phases *p);

/* "first byte" for people; "first_byte" for machines. */
const char *phase_label(enum phase phase);
const char *phase_key(enum phase phase);

#endif
