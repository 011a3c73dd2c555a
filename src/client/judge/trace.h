/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_TRACE_H
#define HELLO_CLIENT_JUDGE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "net/addr.h"

/*
 * Where on the path a ClientHello ends. Each router lowers the TTL of a packet by one and reports a
 * packet whose TTL expires. Something that answers a ClientHello with TTL n, or makes the report
 * about it disappear, is therefore at most n hops away. Pure functions without sockets or options.
 */

/* Largest TTL; times that each TTL is tried. */
enum { TRACE_HOPS_MAX = 30, TRACE_ROUNDS = 3 };

/* What came back for a packet with a limited TTL. */
enum trace_answer {
	TRACE_UNTRIED,
	TRACE_SILENT,   /* nothing in time */
	TRACE_EXPIRED,  /* a router reported that the TTL expired */
	TRACE_REJECTED, /* another ICMP error */
	TRACE_RESET,
	TRACE_CLOSED,   /* FIN */
	TRACE_ALERT,    /* a TLS alert */
	TRACE_ANSWERED, /* a SYN connected; a ClientHello got bytes that are no alert */
	TRACE_ANSWERS
};

/* One TTL. */
struct trace_hop {
	struct addr from; /* the router that reported an expired SYN; length 0: none did */
	bool several;     /* in another try, another router did */
	uint64_t us;      /* fastest answer to a SYN; 0: none */
	enum trace_answer syn[TRACE_ROUNDS];
	enum trace_answer hello[TRACE_ROUNDS];
	bool acknowledged; /* the peer's system acknowledged the ClientHello */
	bool gap;          /* parts of an answer came, but an earlier part is missing */
};

/* What was seen. Zeroed: nothing was tried. */
struct trace {
	struct addr to;
	struct trace_hop hops[TRACE_HOPS_MAX]; /* that of TTL n is number n - 1 */
	enum outcome_code plain;               /* the outcome of the probe before */
	bool connects;                         /* that probe connected */
	struct addr rejecter;  /* sender of the ICMP error that rejected a SYN; length 0: none */
	const char *rejection; /* its meaning; static */
	size_t hello_bytes;    /* length of the ClientHello; 0: none was sent */
	size_t first, last;    /* bytes of it that had the limited TTL: from first to before last */
	unsigned rounds;       /* completed with these bytes */
};

/* What this shows; each has a sentence. */
enum trace_finding {
	TRACE_NOT_SENT,     /* no SYN could be sent */
	TRACE_NOTHING,      /* no SYN had any answer */
	TRACE_TOO_FAR,      /* no SYN with a limited TTL connected, but that probe did */
	TRACE_SYN_LOST,     /* behind a router, no SYN has any answer */
	TRACE_SYN_REFUSED,  /* a SYN is reset */
	TRACE_SYN_REJECTED, /* a SYN is rejected over ICMP */
	TRACE_NOT_TRIED,    /* no ClientHello was sent to the peer */
	TRACE_PASSES,       /* the peer answers the ClientHello */
	TRACE_ARRIVES,      /* the peer's system acknowledges it, and nothing follows */
	TRACE_AT_PEER,      /* it ends at the peer, or right before it */
	TRACE_BETWEEN,      /* it ends before */
	TRACE_ICMP,         /* it is rejected, but the system reports this like an expired TTL */
	TRACE_UNSTEADY,     /* the tries contradict each other */
	TRACE_FINDINGS
};

struct trace_verdict {
	enum trace_finding what;
	enum trace_answer answer; /* to the SYN or the ClientHello, where it ends */
	unsigned peer;            /* hop that accepts connections; 0: not known */
	unsigned after;           /* the last hop that it reaches for certain; 0: this machine */
	unsigned before;          /* it ends behind that hop and not behind this one; 0: not known.
				   * For TRACE_UNSTEADY: the hop with the contradiction */
};

void trace_judge(const struct trace *t, struct trace_verdict *out);

/* Number of hops to show: up to the peer, or else to the last that reported anything. */
unsigned trace_count_hops(const struct trace *t);

/* The answer of all tries together; *mixed: they contradict each other. */
enum trace_answer trace_combine(const enum trace_answer seen[TRACE_ROUNDS], bool *mixed);

/* Names for programs: "reset", "between". */
const char *trace_answer_name(enum trace_answer answer);
const char *trace_finding_name(enum trace_finding what);

#endif
