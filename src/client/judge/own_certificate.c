/* SPDX-License-Identifier: MIT */
#include "client/judge/own_certificate.h"

#include <stdio.h>
#include <string.h>

#include <openssl/objects.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "tls/cert_info.h"

/* ---- facts --------------------------------------------------------------------------------- */

/*
 * The policies that the Baseline Requirements for TLS servers demand of public CAs: 2.23.140.1.1,
 * and 2.23.140.1.2.1 to .3.
 */
static bool is_public_policy(const ASN1_OBJECT *policy)
{
	static const char extended[] = "2.23.140.1.1", others[] = "2.23.140.1.2.";
	char text[64];

	OBJ_obj2txt(text, sizeof text, policy, 1);
	return strcmp(text, extended) == 0 || strncmp(text, others, sizeof others - 1) == 0;
}

static bool is_from_public_ca(const X509 *cert)
{
	CERTIFICATEPOLICIES *all = X509_get_ext_d2i(cert, NID_certificate_policies, NULL, NULL);
	bool found = false;

	for (int i = 0; !found && i < sk_POLICYINFO_num(all); i++)
		found = is_public_policy(sk_POLICYINFO_value(all, i)->policyid);
	CERTIFICATEPOLICIES_free(all);
	return found;
}

static unsigned bit(enum own_fault fault, bool has)
{
	return has ? 1u << fault : 0;
}

static unsigned find_faults(X509 *cert, STACK_OF(X509) * chain, int64_t now)
{
	X509 *next = sk_X509_value(chain, 0);
	struct cert_info_fitness fit;
	struct cert_info info;

	cert_info_get(cert, &info);
	cert_info_judge(cert, &fit);
	return bit(OWN_FAULT_EXPIRED, info.not_after < now) |
	    bit(OWN_FAULT_EARLY, info.not_before > now) |
	    bit(OWN_FAULT_NO_CLIENT_AUTH, !fit.client_auth) |
	    bit(OWN_FAULT_NO_SIGNATURE, !fit.digital_signature) |
	    bit(OWN_FAULT_GAP, next && !cert_info_issued(next, cert));
}

void own_certificate_get(const struct tls_conn *t, int64_t now, struct own_certificate *out)
{
	/* The library only reads it, but its parameters are not const. */
	SSL *ssl = (SSL *)tls_conn_library(t);
	enum tls_alert_identity identity = tls_conn_identity(t);
	X509 *cert = SSL_get_certificate(ssl);
	STACK_OF(X509) *chain = NULL;

	*out = (struct own_certificate){ .now = now };
	if (identity == TLS_ALERT_NOT_ASKED || !cert)
		return;
	(void)SSL_get0_chain_certs(ssl, &chain);
	out->known = true;
	out->sent = identity == TLS_ALERT_SENT_OURS;
	out->faults = find_faults(cert, chain, now);
	out->from_public_ca = is_from_public_ca(cert);
	out->from = cert_info_seconds(X509_get0_notBefore(cert));
	out->until = cert_info_seconds(X509_get0_notAfter(cert));
}

/* ---- sentences ----------------------------------------------------------------------------- */

const char *own_certificate_fault(enum own_fault fault)
{
	static const char *const names[OWN_FAULTS] = {
		[OWN_FAULT_EXPIRED] = "expired",
		[OWN_FAULT_EARLY] = "not_yet_valid",
		[OWN_FAULT_NO_CLIENT_AUTH] = "no_client_auth",
		[OWN_FAULT_NO_SIGNATURE] = "no_digital_signature",
		[OWN_FAULT_GAP] = "chain_gap",
	};

	return names[fault];
}

const char *own_certificate_text(const struct own_certificate *own, enum own_fault fault,
    char buf[OWN_CERTIFICATE_TEXT_MAX])
{
	switch (fault) {
	case OWN_FAULT_EXPIRED:
		return time_phrase_expired(own->until, own->now, buf);
	case OWN_FAULT_EARLY:
		return time_phrase_early(own->from, own->now, buf);
	case OWN_FAULT_NO_CLIENT_AUTH:
		return own->from_public_ca ? "lacks clientAuth, which public CAs no longer issue"
					   : "lacks clientAuth in its extended key usage";
	case OWN_FAULT_NO_SIGNATURE:
		return "lacks digitalSignature in its key usage";
	default:
		return "was not issued by the next certificate in --cert";
	}
}

const char *own_certificate_line(const struct own_certificate *own,
    char buf[OWN_CERTIFICATE_LINE_MAX])
{
	const char *before = "our certificate ";
	char one[OWN_CERTIFICATE_TEXT_MAX];
	struct text t;

	text_begin(&t, buf, OWN_CERTIFICATE_LINE_MAX);
	for (int i = 0; i < OWN_FAULTS; i++) {
		if (!(own->faults & 1u << i))
			continue;
		text_add(&t, before);
		text_add(&t, own_certificate_text(own, (enum own_fault)i, one));
		before = ", and it ";
	}
	return buf;
}

static void advise(const struct own_certificate *own, struct outcome *oc)
{
	if (own->faults & 1u << OWN_FAULT_NO_CLIENT_AUTH)
		outcome_advise_instead(oc,
		    "use a certificate with the extended key usage clientAuth, from a private CA "
		    "that the server accepts; public CAs stopped issuing clientAuth in 2026");
	else if (own->faults & 1u << OWN_FAULT_EXPIRED)
		outcome_advise_instead(oc, "renew the certificate in --cert");
	else if (own->faults & 1u << OWN_FAULT_EARLY)
		outcome_advise_instead(oc,
		    "check the clocks of both machines; the certificate in --cert is not valid "
		    "yet");
	else if (own->faults & 1u << OWN_FAULT_NO_SIGNATURE)
		outcome_advise_instead(oc,
		    "use a certificate whose key usage includes digitalSignature");
	else
		outcome_advise_instead(oc,
		    "put the leaf into the --cert file, then the certificate that issued it");
}

void own_certificate_explain(const struct own_certificate *own, struct outcome *oc)
{
	enum outcome_layer layer = outcome_layer(oc->code);
	char line[OWN_CERTIFICATE_LINE_MAX];

	if (!own->sent || own->faults == 0)
		return;
	if (layer != LAYER_CLIENT && layer != LAYER_HANDSHAKE && layer != LAYER_GREETING)
		return;
	outcome_append(oc, "; %s", own_certificate_line(own, line));
	/* These alerts have a cause of their own. */
	if (layer == LAYER_CLIENT && oc->alert != SSL_AD_CERTIFICATE_REVOKED &&
	    (oc->alert != SSL_AD_UNKNOWN_CA || own->faults == 1u << OWN_FAULT_GAP))
		advise(own, oc);
}
