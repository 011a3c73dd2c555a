/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_OTHER_PATH_H
#define HELLO_TLS_OTHER_PATH_H

#include <stdbool.h>

#include <openssl/types.h>

#include "tls/cert_info.h"

/*
 * X509_verify_cert(3) follows one path: at each certificate it takes one issuer, and it never goes
 * back. Other clients search (RFC 4158): they accept the same certificates if any path is valid, as
 * with roots that were cross-signed. This finds such a path for a rejected chain. Nothing is
 * accepted because of it, and the library verifies each path that is found.
 */

/* Bounds: certificates of a path, sent certificates looked at, signatures and paths verified. */
enum {
	OTHER_PATH_MAX = 10,
	OTHER_PATH_SENT_MAX = 100,
	OTHER_PATH_SIGNATURES_MAX = 256,
	OTHER_PATH_TRIES_MAX = 16
};

struct other_path {
	STACK_OF(X509) * certs; /* leaf first, trusted root last; owned; NULL: none was found */
	/*
	 * The library accepts the certificates as well if the peer sends only those of this path.
	 * If not, it prefers a certificate of the store.
	 */
	bool enough;
};

/*
 * Search for another path of the certificates that were judged and rejected, with their store and
 * parameters. Blocks for the computation alone, at most OTHER_PATH_SIGNATURES_MAX signatures and
 * OTHER_PATH_TRIES_MAX verifications. out is empty if there is no memory.
 */
void other_path_find(X509_STORE_CTX *judged, struct other_path *out);

/* The same for people. */
struct other_path_facts {
	char root[CERT_INFO_NAME_MAX]; /* label of the root, or "": there is no other path */
	/*
	 * Certificates that the path does not need, and that hide it from a client that does not
	 * search; the label of the first one. 0: it would not help to leave them out.
	 */
	int superfluous;
	char first[CERT_INFO_NAME_MAX];
};

/* sent: what the peer sent. */
void other_path_describe(const struct other_path *p, STACK_OF(X509) *sent,
    struct other_path_facts *out);

/* Idempotent. */
void other_path_free(struct other_path *p);

#endif
