/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CRL_STORE_H
#define HELLO_TLS_CRL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "tls/cert_info.h"
#include "tls/crl.h"
#include "base/outcome.h"

/* Certificate revocation lists of a context; common/crl judges them. */

enum { CRL_STORE_MAX = 64 };

struct crl_store {
	struct crl crl;
	size_t ca;    /* the place of the first list whose issuer has the same name */
	size_t scope; /* the place of the first list of that issuer for the same certificates */
	bool of_root; /* its issuer is a root that this context trusts */
};

/* What a file of them holds. */
struct crl_store_file {
	struct crl_store item[CRL_STORE_MAX];
	size_t count;
	/* A root that this context trusts and that has none here, or "": its chains cannot pass. */
	char uncovered[CERT_INFO_NAME_MAX];
	/* Another CA that this context knows, none of whose lists its key has signed, or "". */
	char uncovered_key[CERT_INFO_NAME_MAX];
};

/*
 * Have this context look up each certificate of a peer's chain in the CRLs of a
 * PEM file: leaf, intermediates and root. Whoever's CA has no CRL there that can
 * be used does not pass. Returns 0, or -1 with OC_FILE.
 */
int crl_store_use(SSL_CTX *ctx, const char *path, struct outcome *oc);

/*
 * The CRLs of a context that uses some, each judged by the CA of its name where
 * this context knows that. Of an intermediate that only peers send nothing is
 * known yet: the signature is checked when it comes to it.
 */
void crl_store_list(const SSL_CTX *ctx, struct crl_store_file *out);

/* What the lists say about a certificate of a chain that is or was judged; 0 is the leaf. */
void crl_store_ask(X509_STORE_CTX *judged, int depth, struct crl_answer *out);

/* Does this X509_V_ERR_* mean that the CRLs do not do, and not that somebody is revoked? */
bool crl_store_is_at_fault(int error);

/* The fault of a list of a file at this moment. A delta needs a complete list that it continues. */
enum crl_fault crl_store_fault(const struct crl_store_file *f, size_t i, int64_t now);

/*
 * Can this list be used, or is there a complete one of the same CA that can and
 * that covers as much?
 */
bool crl_store_is_covered(const struct crl_store_file *f, size_t i, int64_t now);

/*
 * Seconds until a list cannot be used any more and nothing takes its place; 0 or
 * less when that is so already, INT64_MAX without any list.
 */
int64_t crl_store_left(const struct crl_store_file *f, int64_t now);

/*
 * Is this the list that decides for its certificates: complete, the best of them,
 * the newest of the best, the first of equals?
 */
bool crl_store_decides(const struct crl_store_file *f, size_t i, int64_t now);

#endif
