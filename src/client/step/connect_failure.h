/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_CONNECT_FAILURE_H
#define HELLO_CLIENT_STEP_CONNECT_FAILURE_H

#include <stdbool.h>
#include <stddef.h>

#include "client/session/session.h"
#include "client/step/icmp.h"

/* RFC 8305 section 5: the head start of each attempt over the next. */
enum { CONNECT_STAGGER_MS = 250 };

/* Why an attempt to reach one of the session's addresses failed. */
struct connect_attempt {
	int error;                 /* errno */
	bool local;                /* it failed before a packet was sent */
	bool turned_away;          /* ICMP rejected it: notice */
	struct icmp_notice notice; /* may be set without turned_away */
	unsigned mtu;              /* with EMSGSIZE: what the path carries; 0: unknown */
};

/* Attempt i was to address i of s. Returns -1 with the outcome of the nearest one. */
int connect_explain(const struct session *s, const struct connect_attempt tried[], size_t count,
    struct outcome *oc);

#endif
