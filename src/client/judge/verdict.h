/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_VERDICT_H
#define HELLO_CLIENT_JUDGE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "client/judge/findings.h"
#include "client/judge/revocation.h"
#include "tls/cert_id.h"
#include "tls/cert_info.h"
#include "tls/cert_issuer.h"
#include "tls/other_path.h"
#include "tls/staple.h"

/* Texts for people cut a longer chain. */
enum { VERDICT_CHAIN_MAX = 8 };

/*
 * What the verification of one peer found. Zeroed at first, except for uri; filled during the
 * handshake, released by verdict_free.
 */
struct verdict {
	const char *uri;   /* the SPIFFE ID to require; NULL: the library verifies another name */
	bool ran;          /* the peer sent a certificate, and it was judged */
	int error, depth;  /* X509_V_OK, or the first error and its depth */
	int64_t at;        /* the time of the verification, seconds since 1970 */
	bool another_time; /* --verify-time was given */
	bool disordered;   /* the peer sends its chain out of order */
	int sent;          /* number of certificates that the peer sent */
	int chain_len;
	struct cert_info chain[VERDICT_CHAIN_MAX]; /* leaf first, as far as it was built */
	struct cert_id leaf;                       /* chain[0], for machines */
	STACK_OF(X509) * certs;                    /* the whole chain, owned; NULL: none came */
	STACK_OF(X509) * received;                 /* as the peer sent it, owned; NULL: none came */
	const char *file;                          /* they are from this file; NULL: from a peer */
	struct cert_info culprit;                  /* the certificate that the error is about */
	struct findings findings;                  /* what else is wrong */
	bool system_knows; /* the issuer of the chain's last certificate is in the system's store */
	struct staple_facts staple;   /* the OCSP response, if one came */
	struct revocation revocation; /* of culprit, if a CRL or staple has it */
	struct issuer_cause cause;    /* why culprit has no issuer, if trust was at fault */
	struct other_path other;      /* a valid one, where the library's was not */
	bool lenient_accepts; /* the chain passes without X509_V_FLAG_X509_STRICT */
	bool weak_accepts;    /* the chain passes without that flag at security level 0 */
};

/* Release certs, received and other, and keep everything else; idempotent. */
void verdict_free(struct verdict *v);

/* The whole chain, as built or else as sent: its length, and its certificates, not to be freed. */
int verdict_count(const struct verdict *v);
const X509 *verdict_certificate(const struct verdict *v, int i);

/*
 * Explain the failure in a verdict: CERT_* with the facts (names, dates, the missing issuer) and
 * what to do. name is the verified name, store the trusted store ("the system's store", "--cacert
 * ca.pem"). Always returns -1.
 */
int verdict_explain(const struct verdict *v, const char *name, const char *store,
    struct outcome *oc);

#endif
