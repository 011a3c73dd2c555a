/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_VERIFY_H
#define HELLO_CLIENT_STEP_VERIFY_H

#include <openssl/types.h>

/*
 * For client_context_new: the library calls it within the handshake. It verifies strictly and never
 * overrides the result; it records the result in the struct verdict that is the connection's
 * tls_conn_owner. After a rejection step_handshake ends with the outcome of verdict_explain.
 */
int verify_callback(X509_STORE_CTX *store, void *unused);

#endif
