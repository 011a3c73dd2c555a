/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_ANSWER_IO_H
#define HELLO_CLIENT_STEP_ANSWER_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/session/session.h"
#include "tls/alert.h"

/* The result of reading from a service inside TLS. */
enum answer_end {
	ANSWER_DATA,
	ANSWER_LATE,   /* nothing arrived in time */
	ANSWER_CLOSED, /* closed with close_notify */
	ANSWER_CUT,    /* closed without close_notify, see failed */
	ANSWER_RESET,  /* see failed */
	ANSWER_FAILED  /* an alert or another failure, see failed */
};

struct answer {
	struct session *s;
	enum tls_alert_identity identity; /* was a client certificate requested and sent? */
	uint64_t began_ms, deadline_ms;
	bool heard; /* data arrived */
	struct outcome failed;
};

/* Allocates the session's greeting. Returns 0, or -1 with OC_INTERNAL. */
int answer_begin(struct answer *a, struct session *s, struct outcome *oc);

/* Reads some data, *len bytes, before the deadline of the whole answer; otherwise *len is 0. */
enum answer_end answer_read(struct answer *a, void *to, size_t max, size_t *len);

/* The same, but waits only as long as a server takes to refuse us: see answer_moment. */
enum answer_end answer_look(struct answer *a, void *to, size_t max, size_t *len);

/* The first line of these bytes becomes the greeting, as clean text. */
void answer_keep_line(struct session *s, const void *bytes, size_t len);

/* The same for text that is already clean. */
void answer_keep_text(struct session *s, const char *text);

/* Explains why no sufficient answer arrived. Returns -1 with oc. */
int answer_explain(const struct answer *a, enum answer_end end, struct outcome *oc);

/* OC_CLIENT_CERT_REQUIRED or OC_CLIENT_CERT_REFUSED, with the server's words. Returns -1. */
int answer_refuse(const struct answer *a, const char *words, struct outcome *oc);

/*
 * If the server asked for a certificate, a success may not prove that it accepted ours: notes
 * this, and why, as the session's remark.
 */
void answer_remark(const struct answer *a, const char *because);

/*
 * How long to wait for a server's refusal, in milliseconds: 200, or 100 plus three round trips if
 * that is longer.
 */
unsigned answer_moment(unsigned rtt_us);

#endif
