/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_KDF_FUNCTIONS_H
#define HELLO_TLS_KDF_FUNCTIONS_H

#include <openssl/core.h>

/*
 * Fetches with the first prefer functions that have the second (property(7)). Short,
 * because the library hashes the query in each of the 34 fetches of a handshake.
 */
#define KDF_QUERY "?h.kdf"
#define KDF_PROPERTY "h.kdf"

/*
 * The entry of a provider (provider(7)) of TLS13-KDF, TLS1-PRF and HMAC, made for
 * libssl: for SHA-256 and SHA-384, with HMAC keys of at most one block, and at most five
 * seeds. The KDFs take all their parameters with EVP_KDF_derive, so they keep no secret.
 * Whatever else a caller wants fails. Needs key_schedule_open.
 */
OSSL_provider_init_fn kdf_functions_init;

#endif
