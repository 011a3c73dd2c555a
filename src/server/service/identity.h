/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_IDENTITY_H
#define HELLO_SERVER_SERVICE_IDENTITY_H

#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "server/service/audit.h"
#include "server/service/context.h"
#include "tls/staple.h"

enum { IDENTITIES_MAX = 64 };

/* One certificate with its key, loaded and rehearsed, and the facts about it. */
struct identity {
	const struct tls_identity *files;    /* owned by the caller */
	SSL_CTX *tls;                    /* a context with this identity only */
	struct audit_certificate *chain; /* the certificate first, then the rest of its chain */
	size_t chain_count;              /* never 0 */
	struct staple_facts staple;      /* STAPLE_NONE: no response was given */
	struct audit_names names;        /* filled by server_names_new */
};

/*
 * Reads the files, proves with a handshake in memory that the key can sign, and records
 * the facts; an OCSP response must be good now. An identity with unjudged_name is used
 * unchecked and without a rehearsal. files must outlive it. Returns 0, or -1 with
 * OC_FILE, OC_USAGE or OC_INTERNAL and nothing kept.
 */
int identity_load(struct identity *id, const struct tls_identity *files,
    const struct server_context_choice *choice, struct outcome *oc);

/* Releases what it holds; idempotent. */
void identity_free(struct identity *id);

#endif
