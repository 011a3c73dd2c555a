/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_STAPLE_H
#define HELLO_TLS_STAPLE_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/*
 * An OCSP response (RFC 6960) that comes with a certificate: what a server
 * staples (RFC 6066 section 8), and what a client is to think of it.
 */
enum staple_status {
	STAPLE_NONE,
	STAPLE_GOOD,
	STAPLE_REVOKED,
	STAPLE_UNUSABLE /* it proves nothing */
};

enum { STAPLE_WHY_MAX = 192, STAPLE_REASON_MAX = 32 };

struct staple_facts {
	enum staple_status status;
	int64_t this_update, next_update; /* seconds since 1970; 0: not known */
	int64_t revoked_at;
	char reason[STAPLE_REASON_MAX]; /* of a revocation: "keyCompromise", or "" */
	char why[STAPLE_WHY_MAX];       /* it is unusable: "it is stale since ..." */
};

/*
 * Judge the DER of a response at a moment in seconds since 1970: it is about this
 * certificate, signed by its issuer or by whom that appointed, as strongly as a chain
 * has to be, and fresh. The
 * issuer may be NULL: then the response has to bring a certificate whose key has
 * signed this one. A response without nextUpdate is unusable, for nobody could
 * tell when it is stale. Never fails.
 */
void staple_judge(const unsigned char *der, size_t len, X509 *cert, X509 *issuer, int64_t at,
    struct staple_facts *out);

#endif
