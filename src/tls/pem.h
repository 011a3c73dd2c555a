/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_PEM_H
#define HELLO_TLS_PEM_H

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * Certificates, keys and revocation lists from files of PEM. What else is in the
 * file is passed over; a block of the wanted kind that is not whole is an error that
 * names it, and a file without one is an error that names its format and the command
 * that converts it. Where files are read once (input_file.h) a certificate may be in DER,
 * too; a server's file is read by other programs as well, and those want PEM.
 */

enum {
	TLS_PEM_CHAIN_MAX = 1024 * 1024, /* bytes of each kind of file */
	TLS_PEM_KEY_MAX = 1024 * 1024,
	TLS_PEM_CAS_MAX = 16 * 1024 * 1024,
	TLS_PEM_CRLS_MAX = 64 * 1024 * 1024
};

struct tls_pem_file {
	const char *path;
	const char *what; /* "the CA file" */
};

/* At least one, in the order of the file. The caller's: sk_X509_pop_free. NULL with OC_FILE. */
struct stack_st_X509 *tls_pem_certificates(const struct tls_pem_file *f, size_t max,
    struct outcome *oc);

/* At least one. The caller's. NULL with OC_FILE. */
struct stack_st_X509_CRL *tls_pem_crls(const struct tls_pem_file *f, struct outcome *oc);

/*
 * The first private key. World-readable ones, and those that need a passphrase, are
 * refused; asks no terminal. The caller's. NULL with OC_FILE.
 */
EVP_PKEY *tls_pem_key(const struct tls_pem_file *f, struct outcome *oc);

#endif
