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
 * Who answers to which name. Each name that a certificate lists leads to a
 * context that holds all certificates for it, one for each type of key; which of
 * them a client gets is between it and the TLS library. An exact name comes
 * before a wildcard, which stands for one whole label (RFC 9525 section 6.3).
 *
 * Made by the master at load, only read afterwards.
 */
struct server_names;

/*
 * Let these contexts answer to their names. Of two certificates with the same
 * name and the same type of key the first one is served, and the other one's
 * audit_names tells of it. The first identity, together with those of other types
 * for its first name, answers to whatever nobody answers to, and to clients that
 * ask for no name; when strict, these are refused. The identities must outlive it.
 * NULL with OC_FILE or OC_INTERNAL.
 */
struct server_names *server_names_new(struct identity *identities, size_t count,
    const struct server_context_choice *choice, bool strict, struct outcome *oc);

/* The context to begin a connection with: the default, however strict. */
SSL_CTX *server_names_default(const struct server_names *n);

/* Who answers to this name, in lower case; NULL asks for none. NULL: it is to be refused. */
SSL_CTX *server_names_find(const struct server_names *n, const char *name);

void server_names_free(struct server_names *n);

#endif
