/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CRL_ASK_H
#define HELLO_TLS_CRL_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>
#include <openssl/x509.h>

#include "tls/crl.h"
#include "tls/crl_memory.h"

/* What a CA's lists say about a certificate. Pure, but for the memory. */

/* A certificate's issuer, as far as it is known. */
struct crl_issuer {
	X509 *cert;
	bool is_proven;            /* its key is trusted, or certified by one that is */
	struct crl_memory *memory; /* of the lists; NULL: none */
};

/* What the lists of a certificate's issuer say about it. */
struct crl_answer {
	enum crl_fault fault; /* CRL_USABLE, or why the status is unknown */
	struct crl crl;       /* the deciding list or the one at fault; zeroed if CRL_MISSING */
	bool revoked;         /* set even if the only fault of the list is its dates */
	int64_t revoked_at;   /* seconds since 1970 */
	int reason;           /* CRL_REASON_*, or -1 */
};

/*
 * Looks up a certificate in these lists, all of which bear the issuer's name. The
 * newest usable complete list decides. Newer lists can only add to it: an entry of a
 * stale list, an early one or a delta counts, and only a usable delta that continues
 * the complete list lifts a hold. Thread-safe for shared lists.
 */
void crl_ask(const STACK_OF(X509_CRL) * lists, X509 *cert, const struct crl_issuer *issuer,
    int64_t now, struct crl_answer *out);

#endif
