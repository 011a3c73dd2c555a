/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_ANSWER_IO_H
#define HELLO_CLIENT_STEP_ANSWER_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/session/session.h"
#include "tls/alert.h"

/* What is read of a service inside TLS, and how the connection ends instead. */
enum answer_end {
	ANSWER_DATA,
	ANSWER_LATE,   /* nothing in time */
	ANSWER_CLOSED, /* with close_notify */
	ANSWER_CUT,    /* without: see failed */
	ANSWER_RESET,  /* see failed */
	ANSWER_FAILED  /* an alert, or another failure: see failed */
};

struct answer {
	struct session *s;
	enum tls_alert_identity identity; /* what the server asked of us */
	uint64_t began_ms, deadline_ms;
	bool heard; /* data came */
	struct outcome failed;
};

/* Makes room for the session's greeting. Returns 0, or -1 with OC_INTERNAL. */
int answer_begin(struct answer *a, struct session *s, struct outcome *oc);

/* Some data, *len bytes, until the deadline of the whole answer; else *len is 0. */
enum answer_end answer_read(struct answer *a, void *to, size_t max, size_t *len);

/* The same, but only for the moment that a server takes to refuse us. */
enum answer_end answer_look(struct answer *a, void *to, size_t max, size_t *len);

/* The first line of what was said becomes the greeting, as clean text. */
void answer_keep_line(struct session *s, const void *bytes, size_t len);

/* The same of clean text. */
void answer_keep_text(struct session *s, const char *text);

/* No data came that would do. Returns -1 with oc. */
int answer_explain(const struct answer *a, enum answer_end end, struct outcome *oc);

/* OC_CLIENT_CERT_REQUIRED or OC_CLIENT_CERT_REFUSED, with the server's words. Returns -1. */
int answer_refuse(const struct answer *a, const char *words, struct outcome *oc);

/*
 * How long a server that has something against us may take to say so, in milliseconds: 200, or
 * three round trips and 100.
 */
unsigned answer_moment(unsigned rtt_us);

#endif
