/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CONTEXT_GROUPS_H
#define HELLO_TLS_CONTEXT_GROUPS_H

#include <openssl/types.h>

/*
 * The names of a context's groups as text, for messages: the library can list them only
 * since OpenSSL 3.5. The context keeps a copy. Returns 0, or -1 if out of memory.
 */
int context_groups_set(SSL_CTX *ctx, const char *names);

/* Valid as long as the context; NULL: none were set. */
const char *context_groups_get(const SSL_CTX *ctx);

#endif
