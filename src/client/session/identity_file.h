/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_IDENTITY_FILE_H
#define HELLO_CLIENT_SESSION_IDENTITY_FILE_H

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/identity.h"

/*
 * The client's own certificate and key, from files in PEM, DER and PKCS#12, encrypted or not, and
 * from tokens (token.h). Without a key_file the key is in the chain_file, or has the same URI.
 * The chain of a PEM or DER file is sent as it is. PKCS#12 and tokens have no order: the client
 * sends the certificate that belongs to the key, and those of its issuers that it finds there.
 *
 * Keys and passphrases are wiped from our buffers; no file with a key may be world-readable.
 */

/* Returns 0, or -1 with OC_FILE, OC_INTERNAL, or OC_USAGE if no key is found. */
int identity_file_use(SSL_CTX *ctx, const struct tls_identity *id, struct outcome *oc);

/*
 * For --chain: reads the certificates of f, and if there is a key_file, compares the first one's
 * key. id->chain_file is not used. The caller frees the result with chain_file_free. NULL with
 * OC_FILE or OC_INTERNAL.
 */
struct stack_st_X509 *identity_file_read_chain(const struct tls_pem_file *f,
    const struct tls_identity *id, struct outcome *oc);

#endif
