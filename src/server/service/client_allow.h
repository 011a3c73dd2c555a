/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_CLIENT_ALLOW_H
#define HELLO_SERVER_SERVICE_CLIENT_ALLOW_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * Which clients with a verified certificate are admitted. Names are compared exactly as
 * they are in the certificate, without patterns on either side.
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
 * Adds a client; value must outlive the list. Returns 0, or -1 with OC_USAGE: empty,
 * not a valid hash, or the list is full.
 */
int client_allow_add(struct client_allow *list, enum client_allow_kind kind, const char *value,
    struct outcome *oc);

/* Does any item match this certificate? An empty list matches none. */
bool client_allow_has(const struct client_allow *list, const X509 *cert);

#endif
