/* SPDX-License-Identifier: MIT */
#include "server/service/service_log.h"

#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/time.h"
#include "tls/crl_text.h"

static void log_finding(void *arg, enum audit_level level, const char *text)
{
	(void)level;
	log_at(LEVEL_WARNING, "%s: %s", (const char *)arg, text);
}

void service_log_findings(const struct service *s)
{
	static char certificate[] = "certificate", client_ca[] = "client CA", crls[] = "CRLs";
	int64_t now = time(NULL);

	for (size_t i = 0; i < s->identity_count; i++) {
		const struct identity *id = &s->identities[i];

		if (id->files->unjudged_name)
			continue;
		audit_dates(id->chain, id->chain_count, now, log_finding, certificate);
		audit_names(&id->names, log_finding, certificate);
		audit_staple(&id->staple, &id->chain[0].info, now, log_finding, certificate);
	}
	if (s->clients.ca)
		audit_client_cas(s->clients.ca, s->clients.ca_count, now, log_finding, client_ca);
	if (s->clients.crls)
		audit_crl_cover(s->clients.crls, now, log_finding, crls);
}

void service_log_access(const struct access *a)
{
	static char option[] = "--proxy-protocol-from";

	audit_balancers(access_believes_all(a), log_finding, option);
}

static void log_staple_end(const struct identity *id)
{
	const struct cert_info *leaf = &id->chain[0].info;
	char when[TIME_TEXT_MAX];

	log_at(leaf->must_staple ? LEVEL_ERROR : LEVEL_WARNING,
	    "the OCSP response %s for \"%s\" has been stale since %s, and is not stapled any "
	    "more%s: get a new one, then reload",
	    id->files->ocsp_file, leaf->label, time_text(id->staple.next_update, when),
	    leaf->must_staple ? "; clients reject the certificate without it (RFC 7633)" : "");
}

int64_t service_log_staples(const struct service *s, int64_t since, int64_t now)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < s->identity_count; i++) {
		int64_t end = s->identities[i].staple.next_update;

		if (s->identities[i].staple.status != STAPLE_GOOD || end <= since)
			continue;
		if (end <= now)
			log_staple_end(&s->identities[i]);
		else if (end < next)
			next = end;
	}
	return next;
}

void service_log_clients(const struct client_auth *a)
{
	struct log_line line;

	if (a->mode == CLIENT_AUTH_NONE)
		return;
	log_begin(&line, LEVEL_INFO);
	log_field(&line, "msg",
	    a->mode == CLIENT_AUTH_REQUIRE
		? "client certificates are required"
		: "client certificates are optional, but an invalid one is rejected");
	log_field(&line, "ca", "%s", a->ca_file);
	log_field(&line, "crl", "%s", a->crl_file ? a->crl_file : "none");
	if (a->allow.count > 0)
		log_field(&line, "allowed", "only clients that match one of %zu --allow-* options",
		    a->allow.count);
	else
		log_field(&line, "allowed", "every client of this CA");
	log_end(&line);
}

/* Of the same CA, for the same kind of certificates. */
static bool is_successor(const struct crl *a, const struct crl *b)
{
	return strcmp(a->issuer, b->issuer) == 0 && a->only_users == b->only_users &&
	    a->only_cas == b->only_cas && a->partial == b->partial;
}

void service_log_renewal(const struct service *before, const struct service *s)
{
	const struct crl_store_file *old = before->clients.crls, *new = s->clients.crls;
	char was[TIME_TEXT_MAX], is[TIME_TEXT_MAX];
	int64_t now = time(NULL);

	for (size_t i = 0; old && new &&i < new->count; i++) {
		const struct crl *b = &new->item[i].crl;

		for (size_t j = 0; crl_store_decides(new, i, now) && j < old->count; j++) {
			const struct crl *a = &old->item[j].crl;

			if (crl_store_decides(old, j, now) && is_successor(a, b) &&
			    crl_is_newer(a, b))
				log_at(LEVEL_WARNING,
				    "the CRL of \"%s\" is from %s, older than the previous one, "
				    "from %s: clients revoked in between are admitted again",
				    b->issuer, time_text(b->this_update, is),
				    time_text(a->this_update, was));
		}
	}
}

void service_log_stale(const struct service *s, const struct client_auth *a)
{
	int64_t now = time(NULL);
	const struct crl_store_file *crls = s->clients.crls;
	char text[CRL_TEXT_MAX];

	for (size_t i = 0; i < crls->count; i++) {
		enum crl_fault fault = crl_store_fault(crls, i, now);

		if (fault == CRL_USABLE || crl_store_is_covered(crls, i, now))
			continue;
		log_at(LEVEL_ERROR, "%s; %s: get the current one, then reload",
		    crl_text_describe(&crls->item[i].crl, fault, now, text),
		    a->stale_allowed ? "--crl-stale allow admits clients that were revoked since "
		    "then"
				     : "all its clients are rejected");
	}
}
