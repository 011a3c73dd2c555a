/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_PKCS12_FILE_H
#define HELLO_CLIENT_SESSION_PKCS12_FILE_H

#include <openssl/types.h>

#include "base/input_file.h"
#include "base/outcome.h"
#include "tls/pem.h"

/*
 * The contents of a PKCS#12 file (RFC 7292), within the limit of pkcs12_rounds.h. Accepts any
 * bytes. With a passphrase, or with NULL if the file must have an empty one.
 *
 * Adds its certificates to all: if there is a key, first the one that the key belongs to, then the
 * others in the order of the file. If key is not NULL, *key is the private key, which the caller
 * frees, or NULL if there is none. Returns 0, or -1 with OC_FILE or OC_INTERNAL.
 */
int pkcs12_file_open(const struct tls_pem_file *f, const struct input_file *bytes,
    const char *passphrase, struct stack_st_X509 *all, EVP_PKEY **key, struct outcome *oc);

#endif
