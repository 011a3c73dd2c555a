/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_TRACE_H
#define HELLO_CLIENT_STEP_TRACE_H

#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "client/judge/trace.h"
#include "client/session/settings.h"
#include "net/addr.h"

/* One path. */
struct trace_path {
	const struct client_options *options;
	SSL_CTX *ctx;
	struct addr to;
	unsigned rtt_us;      /* of a connection; 0: not known */
	uint64_t deadline_ms; /* of everything, in clock_ms() time */
};

/* How long a packet is waited for, in milliseconds. */
unsigned trace_wait_ms(const struct trace_path *p);

/*
 * Connect with each TTL, three times, and record who answered. What connected is reset. Blocks for
 * three waits and 20 ms a hop at most. An ICMP error is read as icmp_read does.
 */
void trace_send_syns(const struct trace_path *p, struct trace *t);

/*
 * Connect for each TTL up to that of the peer, send the ClientHello that step_handshake would send
 * with this TTL, and record what came back; three times, and reset the connections. What comes
 * before a ClientHello (a PROXY header, the dialogue that starts TLS) has an ordinary TTL. If the
 * ClientHello needs several segments, the first is traced alone; where it arrives unanswered it has
 * an ordinary TTL, and the next one is traced. Blocks for three waits and more for each segment.
 * Returns 0, or -1 if no ClientHello could be made.
 */
int trace_send_hellos(const struct trace_path *p, struct trace *t, struct outcome *oc);

#endif
