/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_TCP_STATE_H
#define HELLO_CLIENT_STEP_TCP_STATE_H

#include <stdbool.h>

/*
 * What the kernel knows about a stuck connection (tcp(7), TCP_INFO): whether our data arrived, and
 * whether the received data has gaps.
 */
struct tcp_state {
	bool acknowledged;     /* the peer, or a proxy before it, has all that we sent */
	unsigned segment;      /* bytes of data in the largest segment that we send */
	unsigned resent;       /* segments sent again since the beginning */
	unsigned beyond_gap;   /* segments that arrived there, but not all before them */
	unsigned rtt_us;       /* smoothed round-trip time; 0: not known yet */
	unsigned out_of_order; /* segments received after a missing one */
};

/* Returns false where the system does not provide it. */
bool tcp_state_get(int fd, struct tcp_state *out);

#endif
