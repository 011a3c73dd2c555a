/* SPDX-License-Identifier: MIT */
#ifndef HELLO_COMMON_TLSCRL_H
#define HELLO_COMMON_TLSCRL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "common/certinfo.h"
#include "common/outcome.h"

/* Certificate revocation lists: RFC 5280 section 5. */

enum { TLSCRL_MAX = 64 };

struct tlscrl {
	char issuer[CERTINFO_NAME_MAX];
	int64_t this_update, next_update; /* seconds since 1970; 0: none is told */
};

/* What one of them says of itself. Never fails: what cannot be read is empty or 0. */
void tlscrl_get(const X509_CRL *crl, struct tlscrl *out);

/* What a file of them holds. */
struct tlscrl_file {
	struct tlscrl item[TLSCRL_MAX];
	size_t count;
	/* A root that this context trusts and that has none here, or "": its chains cannot pass. */
	char uncovered[CERTINFO_NAME_MAX];
	/* Of what stands beside the roots, a CA that has none, or "": who it issued cannot pass. */
	char uncovered_below[CERTINFO_NAME_MAX];
};

/*
 * Have this context look up each certificate of a peer's chain in the CRLs of a
 * PEM file: leaf, intermediates and root. Whoever's CA has no CRL there does not
 * pass, nor does anybody once it is stale. Returns 0, or -1 with OC_FILE.
 */
int tlscrl_use(SSL_CTX *ctx, const char *path, struct outcome *oc);

/*
 * For who would rather not begin than refuse everybody later: has each of them
 * that bears the name of a CA that is trusted here been signed by it? path is
 * the file, for the message. Returns 0, or -1 with OC_FILE.
 */
int tlscrl_check_signatures(const SSL_CTX *ctx, const char *path, struct outcome *oc);

/* The CRLs of a context that uses some. */
void tlscrl_list(const SSL_CTX *ctx, struct tlscrl_file *out);

/* Does this X509_V_ERR_* mean that the CRLs do not do, and not that somebody is revoked? */
bool tlscrl_is_at_fault(int error);

/*
 * The first that cannot be relied on at this moment, NULL if all can: nextUpdate
 * is over, or is not told, which section 5.1.2.5 forbids; thisUpdate is to come.
 */
const struct tlscrl *tlscrl_find_stale(const struct tlscrl_file *f, int64_t now);

/* The one that is stale first; NULL in an empty file. */
const struct tlscrl *tlscrl_find_next(const struct tlscrl_file *f);

/* What is wrong with it at that moment: "the CRL of ... is stale since ...". buf is returned. */
enum { TLSCRL_TEXT_MAX = CERTINFO_NAME_MAX + 128 };
const char *tlscrl_describe_stale(const struct tlscrl *crl, int64_t now, char buf[TLSCRL_TEXT_MAX]);

#endif
