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
enum client_allow_kind {
	CLIENT_ALLOW_CN,  /* the subject's only commonName, exactly */
	CLIENT_ALLOW_DNS, /* a dNSName of the subjectAltName, in any case */
	CLIENT_ALLOW_URI, /* a uniformResourceIdentifier of it, exactly */
	CLIENT_ALLOW_SPKI /* "sha256//BASE64" of the public key, as cert_id has it */
};

enum { CLIENT_ALLOW_MAX = 64 };

struct client_allow {
	struct {
		enum client_allow_kind kind;
		const char *value;
	} item[CLIENT_ALLOW_MAX];
	size_t count;
};

/*
 * One more that is let in; value must outlive the list. Returns 0, or -1 with
 * OC_USAGE: empty, no such hash, or the list is full.
 */
int client_allow_add(struct client_allow *list, enum client_allow_kind kind, const char *value,
    struct outcome *oc);

/* Is any of the items this certificate's? An empty list has nobody. */
bool client_allow_has(const struct client_allow *list, const X509 *cert);

#endif
