/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_FUZZ_CLIENT_H
#define HELLO_TESTS_FUZZ_CLIENT_H

#include <openssl/types.h>

/* Of a client that trusts fuzz_ca alone and has no certificate; made at the first call. */
SSL_CTX *fuzz_client_context(void);

#endif
