/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_KDF_FUNCTIONS_H
#define HELLO_TLS_KDF_FUNCTIONS_H

#include <openssl/core.h>

/* Fetches prefer our functions with the first, which defines the second. */
#define KDF_QUERY "?hello.kdf=yes"
#define KDF_PROPERTY "hello.kdf=yes"

/*
 * The entry of a provider (provider(7)) of TLS13-KDF, TLS1-PRF and HMAC, made for
 * libssl: for SHA-256 and SHA-384, with HMAC keys of at most one block, and at most five
 * seeds. The KDFs take all their parameters with EVP_KDF_derive, so they keep no secret.
 * Whatever else a caller wants fails. Needs key_schedule_open.
 */
OSSL_provider_init_fn kdf_functions_init;

#endif
