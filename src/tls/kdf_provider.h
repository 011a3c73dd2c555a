/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_KDF_PROVIDER_H
#define HELLO_TLS_KDF_PROVIDER_H

#include <stdbool.h>

/*
 * A server derives 19 keys in a TLS 1.3 handshake. For each of them OpenSSL's own
 * TLS13-KDF fetches a digest and an HMAC by name and copies all its inputs, which costs
 * more than the hashing. This provider does the same without it, and the PRF of TLS 1.2
 * (TLS1-PRF), which derives 4 times in a handshake.
 *
 * It is added to the library's default context, and only the contexts that are made
 * with our query use it. With a library context of its own, the server would not see
 * what openssl.cnf sets for the default one: providers, their keys and stores, default
 * properties. So everything else is fetched as before, and a fetch without the query
 * never finds this provider.
 *
 * It stays out of the way if openssl.cnf sets the property fips=yes or has these
 * functions come from a provider other than "default", and if a test at start finds any
 * difference from OpenSSL's own functions. The first call of these functions, by any
 * thread, decides it for the whole process.
 */

/* For SSL_CTX_new_ex(NULL, this). NULL: OpenSSL derives the keys. */
const char *kdf_provider_query(void);

/* "built in", or "OpenSSL" and the reason, for people. */
const char *kdf_provider_state(void);

/* Do the functions that this query fetches give the same as those without a query? */
bool kdf_provider_agrees(const char *query);

#endif
