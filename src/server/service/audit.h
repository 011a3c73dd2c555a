/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_AUDIT_H
#define HELLO_SERVER_SERVICE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "server/service/audit_find.h"
#include "tls/cert_id.h"
#include "tls/cert_info.h"
#include "tls/cert_issuer.h"
#include "tls/crl_store.h"
#include "tls/other_path.h"
#include "tls/staple.h"

/*
 * Finds problems of certificates that load well. It judges facts and the time; no file
 * and no clock here. An error: clients reject it. A warning: clients will reject it, or
 * some clients do.
 */

/* One certificate of a chain in the order of the file, the server's own first. */
struct audit_certificate {
	struct cert_info info;
	struct cert_info_fitness fit;
	struct cert_id id;
	struct cert_flaw flaw;             /* with a flaw, fit is unknown */
	/* A critical extension that clients do not know, or "". */
	char critical[CERT_FLAW_NAME_MAX];
	enum cert_issuer link;               /* how the next certificate in the chain issued it */
	size_t issuer;     /* index of its issuer in the chain; its own index: none */
	bool issuer_known; /* the system's store has its issuer; for a single leaf only */
};

/* Records the facts of one certificate; not issuer, link and issuer_known. */
void audit_record(X509 *cert, struct audit_certificate *out);

/* Conflicts between the names of one certificate and those of the others. */
struct audit_names {
	size_t served, hidden; /* names that another certificate serves */
	char first_hidden[256];
	const char *hidden_by; /* the file of that other certificate */
};

/* Judges a chain of count certificates at the time now (seconds since 1970). */
void audit_chain(const struct audit_certificate *chain, size_t count, int64_t now,
    audit_report *report, void *arg);

/* Only the findings about dates, which appear without any change. */
void audit_dates(const struct audit_certificate *chain, size_t count, int64_t now,
    audit_report *report, void *arg);

/*
 * Do these findings about one certificate include an error: has it expired, or is it
 * not valid yet? If so, writes its text.
 */
bool audit_is_outdated(const struct audit_certificate *c, int64_t now, char text[AUDIT_TEXT_MAX]);

/*
 * Judges what verifies clients: the CAs, which must include a root, and their CRLs. A
 * CRL that cannot be used is an error if all clients of its CA are rejected, else a
 * warning.
 */
void audit_client_cas(const struct audit_certificate *ca, size_t count, int64_t now,
    audit_report *report, void *arg);
void audit_crls(const struct crl_store_file *crls, int64_t now, audit_report *report, void *arg);

/*
 * Only those findings that do not prevent a start: lists that another one replaces, and
 * clients that no list covers.
 */
void audit_crl_cover(const struct crl_store_file *crls, int64_t now, audit_report *report,
    void *arg);

/* Judges the names of a certificate that clients get only if they request one of its names. */
void audit_names(const struct audit_names *names, audit_report *report, void *arg);

/* Judges a chain that the library rejects, with the roots of this system. */
void audit_other_path(const struct other_path_facts *path, audit_report *report, void *arg);

/* Judges the response stapled to this certificate; a warning in the last third of its lifetime. */
void audit_staple(const struct staple_facts *staple, const struct cert_info *leaf, int64_t now,
    audit_report *report, void *arg);

/* Judges which addresses may claim a client's address: block as of access_believes_all. */
void audit_balancers(const char *block, audit_report *report, void *arg);

#endif
