/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_VERIFY_H
#define HELLO_CLIENT_STEP_VERIFY_H

#include <openssl/types.h>

/*
 * For client_context_new: verifies strictly and never overrides the result; records it in the
 * struct verdict that is the connection's tls_conn_owner.
 */
int verify_callback(X509_STORE_CTX *store, void *unused);

#endif
