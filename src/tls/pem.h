/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_PEM_H
#define HELLO_TLS_PEM_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * Certificates, keys and revocation lists from PEM files. Other contents are skipped. A
 * damaged block of the wanted kind is an error that names it; a file without such a
 * block is an error that names its format and the command that converts it. Where files
 * are read only once (input_file.h) a certificate may also be in DER. A server's files
 * must be PEM, because other programs read them too.
 */

enum {
	TLS_PEM_CHAIN_MAX = 1024 * 1024, /* size limit of each kind of file */
	TLS_PEM_KEY_MAX = 1024 * 1024,
	TLS_PEM_CAS_MAX = 16 * 1024 * 1024,
	TLS_PEM_CRLS_MAX = 64 * 1024 * 1024
};

struct tls_pem_file {
	const char *path;
	const char *what;    /* "the CA file" */
	const char *operand; /* used for path in commands that an advice shows; NULL: path */
};

/*
 * At least one, in the order of the file. The caller frees it: sk_X509_pop_free. NULL
 * with OC_FILE.
 */
struct stack_st_X509 *tls_pem_certificates(const struct tls_pem_file *f, size_t max,
    struct outcome *oc);

/* The same from the bytes of a file that was already read. The caller keeps them. */
struct input_file;
struct stack_st_X509 *tls_pem_parse_certificates(const struct tls_pem_file *f,
    const struct input_file *bytes, struct outcome *oc);

/* The name of this file in commands that an advice shows. */
const char *tls_pem_operand(const struct tls_pem_file *f);

/* At least one. The caller frees it. NULL with OC_FILE. */
struct stack_st_X509_CRL *tls_pem_crls(const struct tls_pem_file *f, struct outcome *oc);

/*
 * The first private key. A world-readable key, and one that needs a passphrase, is
 * rejected; never prompts on the terminal. The caller frees it. NULL with OC_FILE.
 */
EVP_PKEY *tls_pem_key(const struct tls_pem_file *f, struct outcome *oc);

/*
 * The same from the bytes of a file that was already read, with its passphrase or NULL. *locked:
 * the key is encrypted, and this does not open it; then oc is not set.
 */
EVP_PKEY *tls_pem_parse_key(const struct tls_pem_file *f, const struct input_file *bytes,
    const char *passphrase, bool *locked, struct outcome *oc);

#endif
