/* SPDX-License-Identifier: MIT */
#include "server/service/identity.h"

#include <stdlib.h>
#include <string.h>

#include "server/service/stapling.h"
#include "tls/context.h"

static size_t find_issuer(const struct identity *id, size_t i)
{
	X509 *cert = server_context_chain(id->tls, i);

	for (size_t j = i + 1; j < id->chain_count; j++) {
		if (cert_issuer_judge(server_context_chain(id->tls, j), cert) == CERT_ISSUER_ISSUED)
			return j;
	}
	for (size_t j = 0; j < i; j++) {
		if (cert_issuer_judge(server_context_chain(id->tls, j), cert) == CERT_ISSUER_ISSUED)
			return j;
	}
	return i;
}

/* Records the facts for the audit, while the certificates are in memory. */
static int record_chain(struct identity *id, struct outcome *oc)
{
	while (server_context_chain(id->tls, id->chain_count))
		id->chain_count++;
	id->chain = calloc(id->chain_count, sizeof *id->chain);
	if (!id->chain)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the chain");
	for (size_t i = 0; i < id->chain_count; i++) {
		X509 *cert = server_context_chain(id->tls, i);

		audit_record(cert, &id->chain[i]);
		id->chain[i].issuer = find_issuer(id, i);
		if (i + 1 < id->chain_count)
			id->chain[i].link =
			    cert_issuer_judge(server_context_chain(id->tls, i + 1), cert);
	}
	return 0;
}

static int load_staple(struct identity *id, struct outcome *oc)
{
	size_t issuer = id->chain[0].issuer;

	if (!id->files->ocsp_file)
		return 0;
	if (id->files->unjudged_name)
		return stapling_load_unjudged(id->tls, id->files->ocsp_file, oc);
	return stapling_load(id->tls, id->files->ocsp_file,
	    issuer == 0 ? NULL : server_context_chain(id->tls, issuer), &id->staple, oc);
}

int identity_load(struct identity *id, const struct tls_identity *files,
    const struct server_context_choice *choice, struct outcome *oc)
{
	memset(id, 0, sizeof *id);
	id->files = files;
	id->tls = server_context_new(files, choice, oc);
	/* A handshake with a bad certificate may fail, and the certificate is wanted anyway. */
	if (id->tls &&
	    (files->unjudged_name || server_context_rehearse(id->tls, choice, oc) == 0) &&
	    record_chain(id, oc) == 0 && load_staple(id, oc) == 0)
		return 0;
	identity_free(id);
	return -1;
}

void identity_free(struct identity *id)
{
	tls_context_free(id->tls);
	free(id->chain);
	memset(id, 0, sizeof *id);
}
