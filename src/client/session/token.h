/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_TOKEN_H
#define HELLO_CLIENT_SESSION_TOKEN_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * Certificates and keys in a token, such as a smart card, named by a pkcs11: URI (RFC 7512) and
 * read through OSSL_STORE. The provider "pkcs11" is loaded if the library's configuration
 * did not load it. The key stays in the token. These calls block as long as the token does. The
 * process may read configuration files and open devices for it.
 */
bool token_is_uri(const char *name);

struct stack_st_X509;

/* The URI for messages: without the value of pin-value. Returns buf, which may be cut. */
enum { TOKEN_NAME_MAX = 256 };
const char *token_name(const char *uri, char buf[TOKEN_NAME_MAX]);

/*
 * Adds every certificate that the URI names to all, 64 at most; may add none. pin: NULL if the URI
 * contains it, or none is needed. Returns 0, or -1 with OC_FILE or OC_INTERNAL.
 */
int token_read_certificates(const char *uri, const char *pin, struct stack_st_X509 *all,
    struct outcome *oc);

/* The first private key, which the caller frees. NULL with OC_FILE. */
EVP_PKEY *token_read_key(const char *uri, const char *pin, struct outcome *oc);

#endif
