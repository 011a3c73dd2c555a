/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_CLIENT_CAS_H
#define HELLO_SERVER_SERVICE_CLIENT_CAS_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "server/service/audit.h"
#include "server/service/client_auth.h"
#include "tls/crl_store.h"

/* The CAs and CRLs that verify clients, as facts for the audit and the metrics. */
struct client_cas {
	struct audit_certificate *ca; /* of --client-ca; NULL: no request */
	size_t ca_count;
	struct crl_store_file *crls; /* of --crlfile; NULL: none */
};

/*
 * Records the facts of a context that verifies clients as in a, and rejects CRLs that
 * would exclude every client of their CA: lists that cannot be used at this moment, if
 * no other list of that CA covers as much (a stale one may be allowed), or a missing
 * list of a root. Returns 0, or -1 with OC_FILE or OC_INTERNAL and nothing kept.
 */
int client_cas_load(struct client_cas *t, const struct client_auth *a, const SSL_CTX *tls,
    int64_t now, struct outcome *oc);

/* As crl_store_left. */
int64_t client_cas_left(const struct client_cas *t, int64_t now);

/* Releases what it holds; idempotent. */
void client_cas_free(struct client_cas *t);

#endif
