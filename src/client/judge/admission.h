/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_ADMISSION_H
#define HELLO_CLIENT_JUDGE_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

/*
 * What --client-zoo concludes: which client certificates did the server let in? A complete
 * handshake proves nothing: in TLS 1.3 the server verifies the client after the client's handshake
 * has ended (RFC 8446 section 4.4.2.4), and many servers refuse in their own protocol. Pure
 * functions without sockets or options.
 */

enum admission_should { ADMISSION_REFUSE, ADMISSION_ACCEPT, ADMISSION_EITHER };

/* What a probe with one of the certificates observed. */
struct admission_evidence {
	enum outcome_code code;
	bool offers;          /* the client had a certificate to send */
	bool requested, sent; /* the server asked for one; the client sent it */
	bool heard;           /* data arrived after the handshake */
	bool unproven;        /* a success that does not prove that the certificate was accepted */
	bool denied;          /* the service refused the client, perhaps for another reason */
	bool good_is_in;      /* the good client was let in before */
	unsigned http_status; /* of an HTTP answer; 0: none */
	bool expected;        /* the user named this HTTP status as that of a success */
};

enum admission_did {
	ADMISSION_UNTRIED, /* zeroed */
	ADMISSION_LET_IN,
	ADMISSION_REFUSED,
	ADMISSION_NOT_ASKED,    /* let in without being asked for a certificate */
	ADMISSION_NOT_SENT,     /* the server accepts no key of this type, so none was sent */
	ADMISSION_NOT_PROVEN,
	ADMISSION_NO_CONNECTION /* it failed before the server could judge the client */
};

/*
 * reference: the HTTP status that the good client got when it was let in; 0: none, or for the good
 * client itself. A bad client that gets the same status was let in; one that gets 401 or 403 was
 * refused. A denial is for the certificate if the good client, who asked the same, was let in.
 * Without a reference only 2xx shows that the server let a client in: a redirection may
 * lead to a page for others, and 404 may hide what is there. The same redirection does not show it.
 */
enum admission_did admission_look(const struct admission_evidence *e, unsigned reference);

struct admission_trial {
	const char *name;
	enum admission_should should;
	enum admission_did did;
	bool failed; /* a failure or a denial: with a good client, of the service */
};

/* The good client's name: the list must have it. It is tried again after all others. */
extern const char admission_good[];

/* Ways to set up a server, each recognised by whom it let in. */
enum admission_finding {
	ADMISSION_FITS_NO_REQUEST,    /* it asks for no certificate */
	ADMISSION_FITS_MIXED,         /* it asks some clients, and others not */
	ADMISSION_FITS_OPTIONAL,      /* it lets in clients without a certificate */
	ADMISSION_FITS_NOT_VERIFIED,  /* strangers and the good one: certificates of any CA */
	ADMISSION_FITS_NO_REVOCATION, /* no strangers, but revoked ones */
	ADMISSION_FITS_SOME,          /* no strangers, but others */
	ADMISSION_FITS_OTHER_CA,      /* it refuses even the good one */
	ADMISSION_FITS_NO_KEY,        /* it accepts no key of the good one's type */
	ADMISSION_FITS_SILENCE,       /* nothing shows that it let in the good one */
	ADMISSION_FITS_UNSTEADY,      /* it did not do the same with the good one again */
	ADMISSION_FINDINGS
};

struct admission_verdict {
	enum outcome_code code; /* OC_OK, _CLIENT_AUTH_OPEN, _CLIENT_AUTH_UNKNOWN or
				 * _CLIENT_CERT_REFUSED */
	unsigned bad;           /* clients to be refused */
	unsigned open;          /* of them: let in */
	unsigned unknown;       /* of them: not proven, or no connection */
	unsigned lost;          /* of them: no connection */
	bool good_failed;       /* the good client was not refused, but got no good answer */
	bool fits[ADMISSION_FINDINGS];
};

/*
 * An open server is OPEN, whatever else is wrong; one that is not the same at the end is UNKNOWN; a
 * refused good client comes next. If the service failed for the good client, it is UNKNOWN whether
 * it gets in. A second trial of the good client is the one at the end.
 */
void admission_judge(const struct admission_trial trials[], size_t count,
    struct admission_verdict *out);

#endif
