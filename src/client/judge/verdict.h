/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_VERDICT_H
#define HELLO_CLIENT_JUDGE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

#include "client/judge/findings.h"
#include "client/judge/revocation.h"
#include "tls/cert_id.h"
#include "tls/cert_info.h"
#include "tls/cert_issuer.h"
#include "base/outcome.h"
#include "tls/staple.h"

/* A longer chain is cut in texts for people. */
enum { VERDICT_CHAIN_MAX = 8 };

/*
 * What the verification of one peer found. Zeroed at first. Filled while the
 * handshake runs; ends with verdict_free.
 */
struct verdict {
	bool ran;          /* the peer sent a certificate and it was judged */
	int error, depth;  /* X509_V_OK, or the first error and where */
	int64_t at;        /* the time of the verification, seconds since 1970 */
	bool another_time; /* --verify-time was given */
	bool disordered;   /* the peer sends its chain out of order */
	int sent;          /* certificates that the peer sent */
	int chain_len;
	struct cert_info chain[VERDICT_CHAIN_MAX]; /* leaf first, as far as it was built */
	struct cert_id leaf;                       /* chain[0], for machines */
	STACK_OF(X509) * certs;                    /* owned: all of it; NULL: none was seen */
	struct cert_info culprit;                  /* the certificate that error is about */
	struct findings findings;                  /* what else is wrong */
	bool system_knows; /* the issuer of the chain's last certificate is in the system's store */
	struct staple_facts staple;   /* the OCSP response, where one came */
	struct revocation revocation; /* of that certificate, where a CRL or staple has it */
	struct issuer_cause cause;    /* why culprit has no issuer, where trust was at fault */
	bool lenient_accepts; /* it passes without X509_V_FLAG_X509_STRICT: that was tried */
	bool weak_accepts;    /* it would pass without that flag at security level 0 */
};

/* Release certs, and nothing else is forgotten; idempotent. */
void verdict_free(struct verdict *v);

/* The whole chain, as built or else as sent: how many, and which; not to be freed. */
int verdict_count(const struct verdict *v);
const X509 *verdict_certificate(const struct verdict *v, int i);

/*
 * Name the failure that a verdict holds: CERT_* with the facts (names, dates,
 * the issuer looked for) and what to do. name is what was verified, store
 * what was trusted ("the system's store", "--cacert ca.pem").
 * Always returns -1.
 */
int verdict_explain(const struct verdict *v, const char *name, const char *store,
    struct outcome *oc);

#endif
