/* SPDX-License-Identifier: MIT */
#include "server/clienttrust.h"

#include <stdlib.h>
#include <string.h>

static int note_cas(struct clienttrust *t, const SSL_CTX *tls, struct outcome *oc)
{
	while (tlsask_ca(tls, t->ca_count))
		t->ca_count++;
	t->ca = calloc(t->ca_count, sizeof *t->ca);
	if (!t->ca)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the CAs of clients");
	for (size_t i = 0; i < t->ca_count; i++) {
		X509 *cert = tlsask_ca(tls, i);

		certinfo_get(cert, &t->ca[i].info);
		certinfo_judge(cert, &t->ca[i].fit);
	}
	return 0;
}

/* One that begins later is of no use even to who trusts an old one. NULL: there is none. */
static const struct tlscrl *find_early(const struct tlscrl_file *crls, int64_t now)
{
	size_t i = 0;

	while (i < crls->count && now >= crls->item[i].this_update)
		i++;
	return i < crls->count ? &crls->item[i] : NULL;
}

static int check_times(const struct clienttrust *t, const struct clientauth *a, int64_t now,
    struct outcome *oc)
{
	const struct tlscrl *early = find_early(t->crls, now);
	const struct tlscrl *stale = early ? early : tlscrl_find_stale(t->crls, now);
	char text[TLSCRL_TEXT_MAX];

	if (!stale || (a->stale_allowed && !early))
		return 0;
	outcome_set(oc, OC_FILE, "the CRL file %s: %s", a->crl_file,
	    tlscrl_describe_stale(stale, now, text));
	if (early)
		outcome_advise(oc, "is the clock right? date -u here and at the CA");
	else
		outcome_advise(oc,
		    "get the present one from the CA; --crl-stale allow trusts an old one, "
		    "and does not see who was revoked since");
	return -1;
}

static int check_crls(const struct clienttrust *t, const struct clientauth *a, int64_t now,
    struct outcome *oc)
{
	if (check_times(t, a, now, oc) != 0)
		return -1;
	if (!t->crls->uncovered[0])
		return 0;
	outcome_set(oc, OC_FILE, "the CRL file %s has none of \"%s\", whose clients could not pass",
	    a->crl_file, t->crls->uncovered);
	outcome_advise(oc,
	    "the CRLs of all CAs of a client's chain in one file, the root's as well: "
	    "cat ROOT.crl INTERMEDIATE.crl >FILE");
	return -1;
}

static int note_crls(struct clienttrust *t, const struct clientauth *a, const SSL_CTX *tls,
    int64_t now, struct outcome *oc)
{
	if (!a->crl_file)
		return 0;
	t->crls = malloc(sizeof *t->crls);
	if (!t->crls)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the CRLs");
	tlscrl_list(tls, t->crls);
	return check_crls(t, a, now, oc);
}

int clienttrust_load(struct clienttrust *t, const struct clientauth *a, const SSL_CTX *tls,
    int64_t now, struct outcome *oc)
{
	memset(t, 0, sizeof *t);
	if (a->mode == CLIENTAUTH_NONE ||
	    (note_cas(t, tls, oc) == 0 && note_crls(t, a, tls, now, oc) == 0))
		return 0;
	clienttrust_free(t);
	return -1;
}

int64_t clienttrust_left(const struct clienttrust *t, int64_t now)
{
	if (!t->crls || t->crls->count == 0)
		return INT64_MAX;
	if (tlscrl_find_stale(t->crls, now))
		return 0;
	return tlscrl_find_next(t->crls)->next_update - now;
}

void clienttrust_free(struct clienttrust *t)
{
	free(t->ca);
	free(t->crls);
	memset(t, 0, sizeof *t);
}
