/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_KEY_FILE_H
#define HELLO_CLIENT_SESSION_KEY_FILE_H

#include <openssl/types.h>

#include "base/input_file.h"
#include "base/outcome.h"
#include "tls/pem.h"

/*
 * A private key from the bytes of a file: PEM, DER (PKCS#8, PKCS#1, SEC 1) or PKCS#12, with its
 * passphrase or NULL. The caller frees it. NULL with OC_FILE. Accepts any bytes.
 */
EVP_PKEY *key_file_parse(const struct tls_pem_file *f, const struct input_file *bytes,
    const char *passphrase, struct outcome *oc);

/* The same from a file, which must not be world-readable. */
EVP_PKEY *key_file_read(const struct tls_pem_file *f, const char *passphrase, struct outcome *oc);

#endif
