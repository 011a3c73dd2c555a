/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_CHAIN_FILE_H
#define HELLO_CLIENT_SESSION_CHAIN_FILE_H

#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/pem.h"

/*
 * The certificates that a peer sends, as a file: the leaf, then its intermediates. Read from PEM,
 * from DER (one certificate after another) and from PKCS#12; written as PEM.
 */

struct input_file;

/* The file of this path, for messages; "-" is standard input. */
struct tls_pem_file chain_file_of(const char *path);

/*
 * At least one certificate, in the order of the file; in PKCS#12 the certificate of the key is the
 * first. passphrase: see pkcs12_file_open. The caller frees it with chain_file_free. NULL with
 * OC_FILE. Standard input is read without a deadline.
 */
struct stack_st_X509 *chain_file_read(const struct tls_pem_file *f, const char *passphrase,
    struct outcome *oc);

/* The same from bytes that were already read. Accepts any bytes. */
struct stack_st_X509 *chain_file_parse(const struct tls_pem_file *f,
    const struct input_file *bytes, const char *passphrase, struct outcome *oc);

/*
 * Each certificate as a comment line and a PEM block. The comment is clean text (text.h) that no
 * reader can take for a block. The caller frees the result with free(3). NULL with OC_INTERNAL.
 */
char *chain_file_text(const struct stack_st_X509 *chain, size_t *len, struct outcome *oc);

int chain_file_count(const struct stack_st_X509 *chain);

/* NULL is allowed. */
void chain_file_free(struct stack_st_X509 *chain);

#endif
