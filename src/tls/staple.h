/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_STAPLE_H
#define HELLO_TLS_STAPLE_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/*
 * An OCSP response (RFC 6960) that comes with a certificate: what a server staples (RFC
 * 6066 section 8), and how a client judges it.
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
	int64_t this_update, next_update; /* seconds since 1970; 0: unknown */
	int64_t revoked_at;
	char reason[STAPLE_REASON_MAX]; /* of a revocation: "keyCompromise", or "" */
	char why[STAPLE_WHY_MAX];       /* why it is unusable: "it has been stale since ..." */
};

/*
 * Judges a DER response at a moment in seconds since 1970: it must be about this
 * certificate, signed by its issuer or by a responder of that issuer, as strongly as a
 * chain must be, and fresh. The issuer may be NULL: then the response must include a
 * certificate whose key signed this one. A response without nextUpdate is unusable,
 * because nobody could tell when it becomes stale. Never fails.
 */
void staple_judge(const unsigned char *der, size_t len, X509 *cert, X509 *issuer, int64_t at,
    struct staple_facts *out);

#endif
