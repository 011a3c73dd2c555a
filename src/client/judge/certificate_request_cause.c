/* SPDX-License-Identifier: MIT */
#include "client/judge/certificate_request_cause.h"

#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>

#include "base/text.h"

/* So that a sentence with several names fits into an outcome. */
enum { SHOWN_MAX = 48, SHOWN_CAS = 2, LIST_MAX = SHOWN_CAS * (SHOWN_MAX + 4) + 32 };

static const char *shorten(const char *name, char buf[SHOWN_MAX])
{
	return text_clean(name, buf, SHOWN_MAX);
}

/* "\"A\" or \"B\"", "\"A\", \"B\" or 5 more" */
static const char *list_cas(const struct certificate_request *r, char buf[LIST_MAX])
{
	int shown = r->ca_count < SHOWN_CAS ? r->ca_count : SHOWN_CAS, more = r->ca_count - shown;
	char name[SHOWN_MAX];
	size_t at = 0;

	buf[0] = '\0';
	for (int i = 0; i < shown; i++) {
		const char *comma = i == 0 ? "" : more > 0 ? ", " : " or ";

		at += (size_t)snprintf(buf + at, LIST_MAX - at, "%s\"%s\"", comma,
		    shorten(r->cas[i], name));
	}
	if (more > 0)
		snprintf(buf + at, LIST_MAX - at, " or %d more", more);
	return buf;
}

/* Most servers accept RSA and ECDSA; then the type of a key is not the cause. */
static bool restricts_keys(const struct certificate_request *r)
{
	const unsigned usual = 1u << CERTIFICATE_REQUEST_RSA | 1u << CERTIFICATE_REQUEST_ECDSA;

	return r->key_types && (r->key_types & usual) != usual;
}

static void advise_none(const struct certificate_request *r, enum outcome_layer layer,
    struct outcome *oc)
{
	char types[CERTIFICATE_REQUEST_KEY_TYPES_MAX], cas[LIST_MAX];
	const bool sure = layer == LAYER_CLIENT;

	certificate_request_key_types(r, types);
	list_cas(r, cas);
	if (sure && r->ca_count == 0 && !restricts_keys(r))
		return;
	outcome_advise_instead(oc, "%s --cert FILE --key FILE with a certificate %s%s%s%s",
	    sure ? "use" : "does the service need a client certificate? Use",
	    r->ca_count > 0 ? "issued by " : "from a CA that the server trusts", cas,
	    restricts_keys(r) ? " and a key of type " : "", restricts_keys(r) ? types : "");
}

/* --cert was given, but the library could not use it. */
static void explain_unfit(const struct certificate_request *r, struct outcome *oc)
{
	char types[CERTIFICATE_REQUEST_KEY_TYPES_MAX];

	certificate_request_key_types(r, types);
	if (certificate_request_excludes_key(r)) {
		outcome_append(oc, "; our key is %s, but the server accepts only %s", r->key,
		    types);
		outcome_advise_instead(oc, "use --cert and --key with a key of type %s", types);
	} else {
		outcome_append(oc,
		    "; the server accepts no signature algorithm that fits our certificate and its "
		    "key, %s",
		    r->key);
		outcome_advise_instead(oc,
		    "use --cert and --key with a key of another type or curve");
	}
}

static void explain_none(const struct certificate_request *r, enum outcome_layer layer,
    struct outcome *oc)
{
	bool matters = layer == LAYER_CLIENT || layer == LAYER_HANDSHAKE || layer == LAYER_GREETING;

	if (layer != LAYER_CLIENT)
		outcome_append(oc, "; the server asked for a client certificate and none was sent");
	if (!matters)
		return;
	if (r->own)
		explain_unfit(r, oc);
	else
		advise_none(r, layer, oc);
}

/* Does a CA on the server's list have the same name once both are shortened? */
static bool has_namesake(const struct certificate_request *r, const char *shown)
{
	char name[SHOWN_MAX];

	for (int i = 0; i < r->ca_count && i < SHOWN_CAS; i++) {
		if (strcmp(shorten(r->cas[i], name), shown) == 0)
			return true;
	}
	return false;
}

static void append_strangers(const struct certificate_request *r, struct outcome *oc)
{
	char cas[LIST_MAX], first[SHOWN_MAX], last[SHOWN_MAX];
	const bool one = r->ca_count == 1;

	outcome_append(oc, "; the server asked for a certificate from %s", list_cas(r, cas));
	shorten(r->issuer, first);
	shorten(r->last_issuer, last);
	if (strcmp(r->issuer, r->last_issuer) == 0)
		outcome_append(oc, "; ours is issued by \"%s\", which is %s", first,
		    one ? "another CA" : "not among them");
	else
		outcome_append(oc, "; ours is issued by \"%s\", its chain leads to \"%s\", and %s",
		    first, last, one ? "both are other CAs" : "neither is among them");
	if (has_namesake(r, first) || has_namesake(r, last))
		outcome_append(oc, ": the full names differ");
}

static void explain_ours(const struct certificate_request *r, enum outcome_layer layer,
    struct outcome *oc)
{
	char types[CERTIFICATE_REQUEST_KEY_TYPES_MAX], name[SHOWN_MAX];

	if (certificate_request_excludes_key(r))
		outcome_append(oc, "; our key is %s, but the server accepts only %s", r->key,
		    certificate_request_key_types(r, types));
	if (r->named && oc->alert == SSL_AD_UNKNOWN_CA)
		outcome_append(oc,
		    "; the server asked for a certificate from \"%s\", and our chain leads to a "
		    "CA of that name",
		    shorten(r->named_issuer, name));
	if (r->named || r->ca_count == 0)
		return;
	append_strangers(r, oc);
	/* After other failures the server may have accepted our certificate. */
	if (layer == LAYER_CLIENT || (layer == LAYER_HANDSHAKE && oc->code != OC_HANDSHAKE_TIMEOUT))
		outcome_advise_instead(oc,
		    "use a certificate from a CA that the server accepts, add missing "
		    "intermediates to the --cert file, or configure the server to accept \"%s\"",
		    shorten(r->last_issuer, name));
}

void certificate_request_cause_explain(const struct certificate_request *r, struct outcome *oc)
{
	enum outcome_layer layer = outcome_layer(oc->code);

	/* Failures of this machine have other causes. */
	if (!r->received || layer == LAYER_LOCAL)
		return;
	if (!r->sent) {
		explain_none(r, layer, oc);
		return;
	}
	if (layer != LAYER_CLIENT && layer != LAYER_HANDSHAKE && layer != LAYER_GREETING)
		return;
	/* A server that checked the dates or a revocation list found the issuer before. */
	if (oc->alert != SSL_AD_CERTIFICATE_EXPIRED && oc->alert != SSL_AD_CERTIFICATE_REVOKED)
		explain_ours(r, layer, oc);
}
