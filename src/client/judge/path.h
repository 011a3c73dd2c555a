/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_PATH_H
#define HELLO_CLIENT_JUDGE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

/*
 * What --path-test concludes from its results: which behaviour of a middlebox explains them. Pure
 * functions without sockets or options.
 */

/* What is sent; each variant differs from the first in one thing. */
enum path_variant {
	PATH_PLAIN,
	PATH_NO_SNI,
	PATH_OTHER_SNI,
	PATH_TLS12,     /* offers TLS 1.2 alone */
	PATH_TLS13,     /* offers TLS 1.3 alone */
	PATH_CLASSICAL, /* no post-quantum key share, where the plain one has one */
	PATH_BIG,       /* as long as with such a key share, where the plain one has none */
	PATH_SPLIT,     /* in two segments */
	PATH_ALPN,      /* offers a protocol, where the plain one offers none */
	PATH_NO_ALPN,   /* offers no protocol, where the plain one offers some */
	PATH_NO_HEADER, /* no PROXY header, where the plain one has one before it */
	PATH_RECORDS,   /* in several records */
	PATH_SMALL,     /* small TCP segments, in both directions */
	PATH_BIG_SMALL, /* both PATH_BIG and PATH_SMALL */
	PATH_CLASSICAL_SPLIT, /* both PATH_CLASSICAL and PATH_SPLIT */
	PATH_RETRY,     /* a post-quantum key share only after a HelloRetryRequest */
	PATH_NO_PQ_SIGNATURES, /* no post-quantum signatures, where the plain one offers some */
	PATH_GREASE,    /* an extension that no server knows */
	PATH_ECH,       /* the same for Encrypted ClientHello */
	/* only over QUIC */
	PATH_DATAGRAM_1350, /* the first packet in a datagram of this many bytes, not 1200 */
	PATH_DATAGRAM_1452, /* what Ethernet carries in both families */
	PATH_VERSIONS,      /* a first packet of an unknown version: which are there? */
	PATH_VARIANTS
};

/*
 * Bytes of a small segment: what every IPv4 host accepts (RFC 9293 section 3.7.1). With headers it
 * fits into any link of IPv6, too.
 */
enum { PATH_SEGMENT = 536 };

enum { PATH_LEAF_MAX = 65, PATH_VERSIONS_MAX = 160 };

/* Zeroed: the variant was not tried. */
struct path_result {
	bool ran;
	bool idle;     /* PATH_RETRY: answered, but without a HelloRetryRequest */
	bool unsteady; /* a second try, alone, ended differently */
	bool hybrid;   /* the key exchange is post-quantum */
	bool quic;     /* all variants are over QUIC */
	bool too_long; /* the path reported that it does not carry so long packets */
	enum outcome_code code;
	unsigned hello;           /* length of the ClientHello in bytes; 0: unknown, as over QUIC */
	unsigned second;          /* PATH_RETRY: length of the second ClientHello; 0: none */
	char leaf[PATH_LEAF_MAX]; /* identifies the server's certificate; or "" */
	char versions[PATH_VERSIONS_MAX]; /* that the server listed: "versions 1, 2" */
};

/* How far a variant got, the best first. */
enum path_answer {
	PATH_WELL,
	PATH_LATER,   /* the handshake was answered, but a name or the greeting was wrong */
	PATH_REFUSED, /* rejected with an alert */
	PATH_RESET,   /* from here on, the ClientHello got no TLS answer */
	PATH_CLOSED,
	PATH_SILENT,
	PATH_STRANGE,   /* the answer is not TLS */
	PATH_UNREACHED, /* no ClientHello was sent */
	PATH_UNKNOWN    /* not tried, or this machine failed */
};

enum path_answer path_judge_answer(enum outcome_code code);

/* The same for a variant; over QUIC a ClientHello that gets no answer at all is no connection. */
enum path_answer path_judge_result(const struct path_result *result);

/* Was the handshake answered, and not rejected? */
bool path_judge_passes(const struct path_result *result);

/* What the results support; each has a sentence. */
enum path_finding {
	/* the plain one fails: which variants got further */
	FITS_UNREACHED,       /* it got no connection */
	FITS_NOT_READY,       /* it got a connection, but the service did not start TLS */
	FITS_NOTHING_HELPS,   /* all fail like the plain one */
	FITS_ALL_REFUSED,     /* all are rejected with an alert */
	FITS_ALL_STRANGE,     /* all get an answer that is not TLS */
	FITS_NAME,            /* passes with another name, and without a name */
	FITS_ANY_NAME,        /* passes only without a name */
	FITS_NAME_NOT_NONE,   /* passes only with another name */
	FITS_OFFER13,         /* passes without the offer of 1.3 */
	FITS_OFFER12,         /* passes without the offer of 1.2 */
	FITS_SIZE,            /* a small one passes */
	FITS_ONE_PACKET,      /* passes in two segments: single packets are inspected */
	FITS_SHORT,           /* a long one passes */
	FITS_ALPN_WANTED,     /* passes with a protocol */
	FITS_ALPN_DISLIKED,   /* passes without a protocol */
	FITS_HEADER_DISLIKED, /* passes without a PROXY header */
	FITS_FIRST_SEGMENT,   /* a small one passes, but not in two segments */
	FITS_FIRST_FLIGHT,    /* a small one passes, also if a long one follows it */
	FITS_ONE_RECORD,      /* passes in several records: single records are inspected */
	FITS_HOLE,            /* gets no answer, but passes in small segments */
	FITS_PACKETS,         /* passes in small segments, but the size is not all */
	FITS_PQ_SIGNATURES,   /* passes without post-quantum signatures */
	FITS_OTHER_HELPS,     /* variant: only this one passes, for a reason unknown */
	/* the plain one is answered: which variants fail */
	FITS_LIST,       /* fails with another name, and without a name */
	FITS_NO_NAME,    /* fails without a name */
	FITS_OTHER_NAME, /* fails with another name */
	FITS_12,         /* TLS 1.2 alone fails */
	FITS_13,         /* TLS 1.3 alone fails */
	FITS_CLASSICAL,  /* fails without a post-quantum key share */
	FITS_BIG,        /* a long one fails */
	FITS_SPLIT,      /* two segments fail */
	FITS_SEGMENTS,   /* both fail: a long one has two segments as well */
	FITS_ALPN,       /* fails with a protocol */
	FITS_NO_ALPN,    /* fails without a protocol */
	FITS_BIG_HOLE,    /* a long one gets no answer, but passes in small segments */
	FITS_BIG_PACKETS, /* a long one is rejected, but passes in small segments */
	FITS_RECORDS,     /* several records fail */
	FITS_SMALL,       /* small segments fail */
	FITS_RETRY_FIRST,  /* fails without the post-quantum key share */
	FITS_RETRY_SECOND, /* the second ClientHello fails */
	FITS_NO_PQ_SIGNATURES, /* fails without post-quantum signatures */
	FITS_GREASE,       /* an extension that no server knows fails */
	FITS_ECH,          /* an extension for Encrypted ClientHello fails, but no other */
	/* facts that are no sign of a middlebox */
	FITS_ONLY12,         /* TLS 1.3 is rejected with an alert */
	FITS_ONLY13,         /* TLS 1.2 is rejected with an alert */
	FITS_HEADER_NEEDED,  /* no answer without the PROXY header */
	FITS_HEADER_EITHER,  /* an answer with the PROXY header and without it */
	FITS_NO_HYBRID,      /* no HelloRetryRequest: the server accepts no hybrid */
	FITS_NO_RETRY,       /* no HelloRetryRequest: a classical share is enough */
	FITS_ANOTHER_CERT,   /* variant: the server sent another certificate */
	FITS_ENDS_OTHERWISE, /* variant: the handshake was answered, but the outcome differs */
	FITS_NO_CONNECTION,  /* variant: no connection, which no ClientHello can cause */
	/* only over QUIC */
	FITS_QUIC_UNREACHED,     /* the plain one is rejected over ICMP, or cannot be sent */
	FITS_QUIC_REJECTED,      /* variant: the same */
	FITS_QUIC_NOTHING_HELPS, /* all fail like the plain one */
	FITS_ONE_DATAGRAM,       /* the plain one fails, and a short one passes */
	FITS_DATAGRAM,           /* variant: a long datagram fails */
	FITS_PATH_MTU,           /* variant: the path reports that the datagram is too long */
	FITS_NO_VERSION,         /* the server does not have version 1 */
	FITS_VERSIONS,           /* the server's list of versions */
	FITS_VERSIONS_SILENT,    /* no such list */
	FITS_CLEAN,          /* all were answered */
	FITS_CERTIFICATE,    /* all were answered, but the certificate is invalid */
	/* what cannot be known */
	FITS_UNSTEADY, /* variant: a second try ended differently */
	FITS_NO_SNI_TRIED,
	FITS_WHERE, /* the server, or something before it? */
	FITS_TRY,   /* which options send a variant that passes */
	FITS_COUNT
};

struct path_findings {
	struct {
		enum path_finding what;
		enum path_variant variant; /* the variant that failed */
	} list[FITS_COUNT + 3 * PATH_VARIANTS];
	size_t count;
};

/* Find all that results over TCP support, in the order of printing. The plain variant was tried. */
void path_judge(const struct path_result results[PATH_VARIANTS], struct path_findings *out);

/*
 * Has this variant failed where a good server must answer as it answers the plain one? An alert
 * against a version, a name or a protocol is an answer, and so is another certificate for another
 * name.
 */
bool path_judge_failed(const struct path_result results[PATH_VARIANTS], enum path_variant v);

/*
 * The outcome of the whole test: that of the plain one, if it failed; else the most frequent
 * failure of the others (see path_judge_failed), and on a tie the one with the smaller status;
 * else OC_OK.
 */
enum outcome_code path_judge_verdict(const struct path_result results[PATH_VARIANTS]);

#endif
