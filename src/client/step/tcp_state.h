/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_TCP_STATE_H
#define HELLO_CLIENT_STEP_TCP_STATE_H

#include <stdbool.h>

/*
 * What the kernel knows of a connection that hangs (tcp(7), TCP_INFO): whether
 * what we sent has arrived somewhere, and whether what comes has holes.
 */
struct tcp_state {
	bool acknowledged;     /* all that we sent: the peer, or a proxy before it, has it */
	unsigned resent;       /* segments sent again, since the beginning */
	unsigned rtt_us;       /* a round trip, smoothed; 0: not known yet */
	unsigned out_of_order; /* segments that came behind one that is missing */
};

/* Returns false where the system does not provide it. */
bool tcp_state_get(int fd, struct tcp_state *out);

#endif
