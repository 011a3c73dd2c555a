/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CRL_STORE_H
#define HELLO_TLS_CRL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/cert_info.h"
#include "tls/crl.h"
#include "tls/crl_ask.h"

/*
 * Certificate revocation lists of a context; tls/crl judges them, and tls/crl_memory keeps
 * what is known about them.
 */

enum { CRL_STORE_MAX = 64 };

struct crl_store {
	struct crl crl;
	size_t ca;    /* index of the first list with the same issuer name */
	size_t scope; /* index of the first list of that issuer with the same scope */
	bool of_root; /* its issuer is a root that this context trusts */
};

/* The contents of a CRL file. */
struct crl_store_file {
	struct crl_store item[CRL_STORE_MAX];
	size_t count;
	/* A trusted root of this context without a list here, or "": its chains cannot pass. */
	char uncovered[CERT_INFO_NAME_MAX];
	/* Another known CA of this context whose key signed none of the lists, or "". */
	char uncovered_key[CERT_INFO_NAME_MAX];
};

/*
 * Makes this context look up each certificate of a peer's chain in the CRLs of a PEM
 * file: leaf, intermediates and root. A certificate whose CA has no usable CRL there is
 * rejected. Returns 0, or -1 with OC_FILE.
 */
int crl_store_use(SSL_CTX *ctx, const char *path, struct outcome *oc);

/*
 * The CRLs of a context that uses some, each checked with the CA of its name if this
 * context knows it. An intermediate that only peers send is still unknown here; its
 * signature is checked in the first handshake that needs it.
 */
void crl_store_list(const SSL_CTX *ctx, struct crl_store_file *out);

/* What the lists say about a certificate of a verified chain; 0 is the leaf. */
void crl_store_ask(X509_STORE_CTX *judged, int depth, struct crl_answer *out);

/*
 * Does this X509_V_ERR_* mean that the CRLs cannot be used, rather than that a
 * certificate is revoked?
 */
bool crl_store_is_at_fault(int error);

/* The fault of a list in a file at this moment. A delta needs a complete list that it continues. */
enum crl_fault crl_store_fault(const struct crl_store_file *f, size_t i, int64_t now);

/* Can this list be used, or is there a usable complete list of the same CA that covers as much? */
bool crl_store_is_covered(const struct crl_store_file *f, size_t i, int64_t now);

/*
 * Seconds until a list becomes unusable without a replacement; 0 or less if one already
 * is, INT64_MAX if there is no list.
 */
int64_t crl_store_left(const struct crl_store_file *f, int64_t now);

/*
 * Does this list decide for its certificates: complete, among the best, the newest, the
 * first of equals?
 */
bool crl_store_decides(const struct crl_store_file *f, size_t i, int64_t now);

#endif
