/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_IDENTITY_H
#define HELLO_SERVER_SERVICE_IDENTITY_H

#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/staple.h"
#include "server/service/context.h"
#include "server/service/audit.h"

enum { IDENTITIES_MAX = 64 };

/* One certificate with its key, loaded and rehearsed, and the facts about it. */
struct identity {
	const struct tls_identity *files;    /* the caller's */
	SSL_CTX *tls;                    /* that presents it, and nothing else */
	struct audit_certificate *chain; /* the certificate first, then those behind it */
	size_t chain_count;              /* never 0 */
	struct staple_facts staple;      /* STAPLE_NONE: none is given */
	struct audit_names names;        /* filled by server_names_new */
};

/*
 * Read the files, prove with a handshake in memory that the key can sign, and
 * note the facts; an OCSP response must be good now. One with unjudged_name is taken
 * as it is, unrehearsed. files must outlive it.
 * Returns 0, or -1 with OC_FILE, OC_USAGE or OC_INTERNAL and nothing kept.
 */
int identity_load(struct identity *id, const struct tls_identity *files,
    const struct server_context_choice *choice, struct outcome *oc);

/* Release what it holds; idempotent. */
void identity_free(struct identity *id);

#endif
