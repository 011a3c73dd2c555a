/* SPDX-License-Identifier: MIT */
#include "server/service/client_cas.h"

#include <stdlib.h>
#include <string.h>

#include "tls/crl_text.h"

static int record_cas(struct client_cas *t, const SSL_CTX *tls, struct outcome *oc)
{
	while (cert_request_ca(tls, t->ca_count))
		t->ca_count++;
	t->ca = calloc(t->ca_count, sizeof *t->ca);
	if (!t->ca)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the CAs of clients");
	for (size_t i = 0; i < t->ca_count; i++)
		audit_record(cert_request_ca(tls, i), &t->ca[i]);
	return 0;
}

/* Would a fault of this list cause all clients of its CA to be rejected? */
static bool keeps_out(const struct client_cas *t, const struct client_auth *a, size_t i,
    int64_t now)
{
	enum crl_fault fault = crl_store_fault(t->crls, i, now);

	if (fault == CRL_USABLE || crl_store_is_covered(t->crls, i, now))
		return false;
	return !a->stale_allowed || (fault != CRL_STALE && fault != CRL_NO_END);
}

/* The failure names all bad lists; the advice is about the first. */
static int check_lists(const struct client_cas *t, const struct client_auth *a, int64_t now,
    struct outcome *oc)
{
	char text[CRL_TEXT_MAX];
	size_t bad = 0;

	for (size_t i = 0; i < t->crls->count; i++) {
		enum crl_fault fault = crl_store_fault(t->crls, i, now);

		if (!keeps_out(t, a, i, now))
			continue;
		crl_text_describe(&t->crls->item[i].crl, fault, now, text);
		if (bad++ > 0) {
			outcome_append(oc, "; %s", text);
			continue;
		}
		outcome_set(oc, OC_FILE, "the CRL file %s: %s", a->crl_file, text);
		outcome_advise(oc, "%s%s", crl_text_advice(fault),
		    fault == CRL_STALE
			? "; --crl-stale allow accepts an old CRL, and misses later revocations"
			: "");
	}
	return bad > 0 ? -1 : 0;
}

static int check_crls(const struct client_cas *t, const struct client_auth *a, int64_t now,
    struct outcome *oc)
{
	if (check_lists(t, a, now, oc) != 0)
		return -1;
	if (!t->crls->uncovered[0])
		return 0;
	outcome_set(oc, OC_FILE,
	    "the CRL file %s has no CRL of \"%s\", so every client of that CA would be rejected",
	    a->crl_file, t->crls->uncovered);
	outcome_advise(oc,
	    "put the CRLs of all CAs of a client's chain into one file, including the root's: "
	    "cat ROOT.crl INTERMEDIATE.crl >FILE");
	return -1;
}

static int record_crls(struct client_cas *t, const struct client_auth *a, const SSL_CTX *tls,
    int64_t now, struct outcome *oc)
{
	if (!a->crl_file)
		return 0;
	t->crls = malloc(sizeof *t->crls);
	if (!t->crls)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the CRLs");
	crl_store_list(tls, t->crls);
	return check_crls(t, a, now, oc);
}

int client_cas_load(struct client_cas *t, const struct client_auth *a, const SSL_CTX *tls,
    int64_t now, struct outcome *oc)
{
	memset(t, 0, sizeof *t);
	if (a->mode == CLIENT_AUTH_NONE ||
	    (record_cas(t, tls, oc) == 0 && record_crls(t, a, tls, now, oc) == 0))
		return 0;
	client_cas_free(t);
	return -1;
}

int64_t client_cas_left(const struct client_cas *t, int64_t now)
{
	return t->crls ? crl_store_left(t->crls, now) : INT64_MAX;
}

void client_cas_free(struct client_cas *t)
{
	free(t->ca);
	free(t->crls);
	memset(t, 0, sizeof *t);
}
