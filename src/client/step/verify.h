/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_VERIFY_H
#define HELLO_CLIENT_STEP_VERIFY_H

#include <stdbool.h>

#include <openssl/types.h>

#include "client/session/session.h"

/*
 * For client_context_new: the library calls it within the handshake. It verifies strictly and never
 * overrides the result; it records the result in the struct verdict that is the connection's
 * tls_conn_owner. After a rejection step_handshake ends with the outcome of verdict_explain.
 */
int verify_callback(X509_STORE_CTX *store, void *unused);

/*
 * After a handshake that a chain without an issuer ended: would the same verification accept what
 * the server sent, if this certificate were among it? Changes nothing.
 */
bool verify_accepts_with(const struct session *s, X509 *issuer);

#endif
