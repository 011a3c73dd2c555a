/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_CLIENT_ALLOW_H
#define HELLO_SERVER_SERVICE_CLIENT_ALLOW_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * Who among the clients with a verified certificate is let in. Names are
 * compared as they stand in it, with no pattern on either side.
 */
enum allowlist_kind {
	ALLOWLIST_CN,  /* the subject's only commonName, exactly */
	ALLOWLIST_DNS, /* a dNSName of the subjectAltName, in any case */
	ALLOWLIST_URI, /* a uniformResourceIdentifier of it, exactly */
	ALLOWLIST_SPKI /* "sha256//BASE64" of the public key, as certid has it */
};

enum { ALLOWLIST_MAX = 64 };

struct allowlist {
	struct {
		enum allowlist_kind kind;
		const char *value;
	} item[ALLOWLIST_MAX];
	size_t count;
};

/*
 * One more that is let in; value must outlive the list. Returns 0, or -1 with
 * OC_USAGE: empty, no such hash, or the list is full.
 */
int allowlist_add(struct allowlist *list, enum allowlist_kind kind, const char *value,
    struct outcome *oc);

/* Is any of the items this certificate's? An empty list has nobody. */
bool allowlist_has(const struct allowlist *list, const X509 *cert);

#endif
