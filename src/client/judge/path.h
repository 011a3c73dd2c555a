/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_PATH_H
#define HELLO_CLIENT_JUDGE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

/*
 * What --path-test concludes from its results: which behaviour of a middlebox fits. Pure
 * functions: they know neither sockets nor options.
 */

/* What is sent; each but the first differs from it in one thing. */
enum path_variant {
	PATH_PLAIN,
	PATH_NO_SNI,
	PATH_OTHER_SNI,
	PATH_TLS12,     /* offers TLS 1.2 alone */
	PATH_TLS13,     /* offers TLS 1.3 alone */
	PATH_CLASSICAL, /* where the plain one has a post-quantum key share: without it */
	PATH_BIG,       /* where it has none: as long as with one */
	PATH_SPLIT,     /* in two segments */
	PATH_ALPN,      /* where the plain one offers no protocol: one */
	PATH_NO_ALPN,   /* where it does: none */
	PATH_NO_HEADER, /* where a PROXY header goes before: none */
	PATH_VARIANTS
};

enum { PATH_LEAF_MAX = 65 };

/* Zeroed: it was not tried. */
struct path_result {
	bool ran;
	bool unsteady; /* tried again alone it ended otherwise */
	enum outcome_code code;
	unsigned hello;           /* bytes of its ClientHello; 0: unknown */
	char leaf[PATH_LEAF_MAX]; /* identifies the certificate that was shown; or "" */
};

/* How far a variant came, the best first. */
enum path_answer {
	PATH_WELL,
	PATH_LATER,   /* the handshake was answered; then a name or a greeting was wrong */
	PATH_REFUSED, /* by an alert */
	PATH_RESET,   /* from here on its ClientHello got no answer of TLS */
	PATH_CLOSED,
	PATH_SILENT,
	PATH_STRANGE,   /* what came is no TLS */
	PATH_UNREACHED, /* no ClientHello was sent */
	PATH_UNKNOWN    /* not tried, or this machine's own failure */
};

enum path_answer path_judge_answer(enum outcome_code code);

/* What the results support; each has a sentence. */
enum path_finding {
	/* of the plain one and those that came further */
	FITS_UNREACHED,       /* not even it had a connection */
	FITS_NOTHING_HELPS,   /* all fail like it */
	FITS_ALL_REFUSED,     /* the same, by an alert */
	FITS_ALL_STRANGE,     /* the same, by what is no TLS */
	FITS_NAME,            /* its name is disliked: others pass, and none does */
	FITS_ANY_NAME,        /* only no name at all passes */
	FITS_NAME_NOT_NONE,   /* another name passes, but no name does not */
	FITS_OFFER13,         /* passes when it does not offer 1.3 */
	FITS_OFFER12,         /* passes when it does not offer 1.2 */
	FITS_SIZE,            /* passes when it is small */
	FITS_ONE_PACKET,      /* passes in two segments: single packets are looked at */
	FITS_SHORT,           /* passes when it is long */
	FITS_ALPN_WANTED,     /* passes with a protocol */
	FITS_ALPN_DISLIKED,   /* passes without */
	FITS_HEADER_DISLIKED, /* passes without a PROXY header */
	/* of those that fail where the plain one is answered */
	FITS_LIST,       /* no name and other names fail */
	FITS_NO_NAME,    /* no name fails */
	FITS_OTHER_NAME, /* another name fails */
	FITS_12,         /* TLS 1.2 alone fails */
	FITS_13,         /* TLS 1.3 alone fails */
	FITS_CLASSICAL,  /* no post-quantum key share fails */
	FITS_BIG,        /* a long one fails */
	FITS_SPLIT,      /* two segments fail */
	FITS_SEGMENTS,   /* both fail: a long one is in two segments, too */
	FITS_ALPN,       /* a protocol fails */
	FITS_NO_ALPN,    /* no protocol fails */
	/* facts that are no middlebox */
	FITS_ONLY12,         /* refused by an alert: not TLS 1.3 */
	FITS_ONLY13,         /* refused by an alert: not TLS 1.2 */
	FITS_HEADER_NEEDED,  /* no answer without the PROXY header */
	FITS_HEADER_EITHER,  /* with it and without */
	FITS_ANOTHER_CERT,   /* variant: it is shown another certificate */
	FITS_ENDS_OTHERWISE, /* variant: its handshake is answered, but its end is another */
	FITS_NO_CONNECTION,  /* variant: it got no connection, which no ClientHello can cause */
	FITS_CLEAN,          /* all were answered */
	FITS_CERTIFICATE,    /* all were answered, but the certificate is not good */
	/* what cannot be known */
	FITS_UNSTEADY, /* variant: tried again it ended otherwise */
	FITS_NO_SNI_TRIED,
	FITS_WHERE, /* the server, or something before it? */
	FITS_COUNT
};

struct path_findings {
	struct {
		enum path_finding what;
		enum path_variant variant; /* whose failure it is about */
	} list[FITS_COUNT + 3 * PATH_VARIANTS];
	size_t count;
};

/* The plain one was tried. In the order in which they are printed. */
void path_judge(const struct path_result results[PATH_VARIANTS], struct path_findings *out);

/*
 * Has this variant failed, where a good server has to answer as it answers the
 * plain one? To refuse a version, a name or a protocol by an alert is an answer;
 * another certificate for another name is one, too.
 */
bool path_judge_failed(const struct path_result results[PATH_VARIANTS], enum path_variant v);

/*
 * What the test as a whole ended as: like the plain one, if that failed; else the
 * most frequent failure of the others (see path_judge_failed), on a tie the one with the
 * smaller status; else OC_OK.
 */
enum outcome_code path_judge_verdict(const struct path_result results[PATH_VARIANTS]);

#endif
