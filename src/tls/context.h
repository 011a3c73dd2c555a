/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CONTEXT_H
#define HELLO_TLS_CONTEXT_H

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/policy.h"

/*
 * What the contexts of both ends have in common. Every context is created here, so it
 * follows tls_policy. NULL with OC_USAGE (see tls_policy_apply) or OC_INTERNAL.
 */
SSL_CTX *tls_context_new_server(const struct tls_policy_choice *policy, struct outcome *oc);
SSL_CTX *tls_context_new_dtls_server(const struct tls_policy_choice *policy, struct outcome *oc);
SSL_CTX *tls_context_new_client(const struct tls_policy_choice *policy, struct outcome *oc);

/* For tls_quic_new_client. NULL with OC_INTERNAL also where this build has no QUIC. */
SSL_CTX *tls_context_new_quic_client(const struct tls_policy_choice *policy, struct outcome *oc);

/*
 * Does this choice leave anything of the policy? Checks it before there is a
 * certificate. Returns 0, or -1 as tls_policy_apply.
 */
int tls_context_check_policy(const struct tls_policy_choice *policy, struct outcome *oc);

/* The same for DTLS 1.2, which follows what the choice leaves of TLS 1.2. */
int tls_context_check_dtls_policy(const struct tls_policy_choice *policy, struct outcome *oc);

void tls_context_free(SSL_CTX *ctx);

/* "OpenSSL 3.0.19 27 Jan 2026": the library loaded, not the one compiled with. */
const char *tls_context_library(void);

/* What derives a server's TLS keys, for people: see kdf_provider_state. */
const char *tls_context_key_schedule(void);

#endif
