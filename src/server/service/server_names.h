/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_SERVER_NAMES_H
#define HELLO_SERVER_SERVICE_SERVER_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "server/service/context.h"
#include "server/service/identity.h"

/*
 * Which certificates serve which name. Each name that a certificate lists leads to a
 * context with all certificates for it, one for each type of key; the TLS library
 * chooses one of them for the client. An exact name takes precedence over a wildcard,
 * which stands for one whole label (RFC 9525 section 6.3).
 *
 * The master creates it when it loads the service; afterwards it is only read.
 */
struct server_names;

/*
 * Connects these contexts with their names. Of two certificates with the same name and
 * type of key the first one is served, and audit_names reports the other one. The first
 * identity, with those of other types for its first name, serves unknown names and
 * clients that request no name; if strict, these are rejected. The identities must
 * outlive it. NULL with OC_FILE or OC_INTERNAL.
 */
struct server_names *server_names_new(struct identity *identities, size_t count,
    const struct server_context_choice *choice, bool strict, struct outcome *oc);

/*
 * Makes connections of this context, such as one for DTLS, change to the context for
 * their name, too.
 */
void server_names_use(const struct server_names *n, SSL_CTX *ctx);

/* The context to begin a connection with: the default, even if strict. */
SSL_CTX *server_names_default(const struct server_names *n);

/*
 * The context for this name, in lower case; NULL: no name was requested. Returns NULL
 * to reject it.
 */
SSL_CTX *server_names_find(const struct server_names *n, const char *name);

void server_names_free(struct server_names *n);

#endif
