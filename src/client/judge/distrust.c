/* SPDX-License-Identifier: MIT */
#include "client/judge/distrust.h"

#include <stdio.h>

#include <openssl/x509_vfy.h>

enum { PLACE_MAX = 320 };

/* Where the certificates of the chain are. */
static const char *place_of(const struct distrust *d, char buf[PLACE_MAX])
{
	snprintf(buf, PLACE_MAX, "in %s", d->file ? d->file : "");
	return d->file ? buf : "sent by the server";
}

static int advise(const struct distrust *d, enum outcome_code code, struct outcome *oc)
{
	if (code == OC_CERT_SELF_SIGNED)
		return -1;
	if (d->cause->link == CERT_ISSUER_NOT_SIGNED)
		outcome_advise(oc,
		    "was the CA \"%s\" created again? Then get its current root, or issue the "
		    "certificate again",
		    d->issuer);
	else if (code == OC_CERT_MISSING_INTERMEDIATE && d->file)
		outcome_advise(oc,
		    "put the certificate of \"%s\" into the chain, after the leaf; "
		    "if that is a root you trust, use --cacert FILE with it",
		    d->issuer);
	else if (code == OC_CERT_MISSING_INTERMEDIATE)
		outcome_advise(oc,
		    "configure the server to send the certificate of \"%s\" after its own; "
		    "if that is a root you trust, use --cacert FILE with it",
		    d->issuer);
	else if (code == OC_CERT_UNKNOWN_CA)
		outcome_advise(oc,
		    "--cacert FILE with the root \"%s\", if you trust it; "
		    "if it is not a root, %s",
		    d->issuer,
		    d->file ? "the chain must include it" : "the server must send it too");
	return -1;
}

static int explain_trust(const struct distrust *d, struct outcome *oc)
{
	enum outcome_code code = OC_CERT_UNKNOWN_CA;
	char buf[PLACE_MAX];

	if (d->error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
		code = OC_CERT_SELF_SIGNED;
	else if (d->error != X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN &&
	    d->cause->link == CERT_ISSUER_STRANGER && d->alone)
		code = OC_CERT_MISSING_INTERMEDIATE;
	if (d->error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN)
		outcome_set(oc, code,
		    "the chain ends in the root \"%s\", which is not in %s", d->label, d->store);
	else if (code == OC_CERT_SELF_SIGNED)
		outcome_set(oc, code, "%s is self-signed and not in %s", d->who,
		    d->store);
	else if (d->cause->link != CERT_ISSUER_STRANGER)
		outcome_set(oc, code, "%s was issued by \"%s\"", d->who, d->issuer);
	else if (code == OC_CERT_MISSING_INTERMEDIATE)
		outcome_set(oc, code,
		    "%s only one certificate, and its issuer \"%s\" is not in %s: "
		    "it is an intermediate or an unknown root",
		    d->file ? "the chain has" : "the server sent", d->issuer, d->store);
	else
		outcome_set(oc, code, "%s was issued by \"%s\", which is not in %s", d->who,
		    d->issuer, d->store);
	issuer_cause_append(d->cause, d->store, place_of(d, buf), oc);
	return advise(d, code, oc);
}

static int explain_marked(const struct distrust *d, struct outcome *oc)
{
	outcome_set(oc, OC_CERT_UNKNOWN_CA, "%s is in %s, but not trusted there for servers",
	    d->who, d->store);
	outcome_advise(oc,
	    "openssl x509 -noout -text -in FILE shows its \"Trusted Uses\" and \"Rejected Uses\"");
	return -1;
}

/* A fault that no client accepts, whatever it trusts. */
static int explain_cause(const struct distrust *d, struct outcome *oc)
{
	const struct issuer_cause *c = d->cause;
	char buf[PLACE_MAX];

	issuer_cause_explain(c, d->who, d->store, place_of(d, buf), OC_CERT_INVALID, oc);
	if (c->flaw.kind != CERT_FLAW_NONE)
		return -1;
	if (c->link == CERT_ISSUER_SERIAL)
		outcome_advise(oc,
		    "issue it again, preferably without issuer and serial in "
		    "authorityKeyIdentifier; until then, use --cacert FILE with the previous "
		    "certificate of \"%s\", or %s if it is not a root",
		    c->name,
		    d->file ? "put that one into the chain" : "let the server send that one");
	else if (c->link == CERT_ISSUER_FLAWED)
		outcome_advise(oc,
		    "issue the certificate of \"%s\" again; openssl x509 -noout -text -in FILE "
		    "shows its contents",
		    c->name);
	return -1;
}

/* The library has one error for three causes: not signed, not verifiable, not tried. */
static int explain_signature(const struct distrust *d, struct outcome *oc)
{
	char buf[PLACE_MAX];

	switch (d->cause->link) {
	case CERT_ISSUER_NOT_SIGNED:
		outcome_set(oc, OC_CERT_INVALID,
		    "%s was not signed with the key of \"%s\" %s%s: it was changed, or that CA "
		    "was created again under its old name",
		    d->who, d->issuer, d->cause->sent ? "" : "in ",
		    d->cause->sent ? place_of(d, buf) : d->store);
		return advise(d, OC_CERT_INVALID, oc);
	case CERT_ISSUER_UNCHECKED:
	case CERT_ISSUER_STRANGER:
		return outcome_set(oc, OC_CERT_INVALID,
		    "the signature of %s cannot be verified: the TLS library does not accept its "
		    "algorithm",
		    d->who);
	default:
		outcome_set(oc, OC_CERT_INVALID,
		    "%s does not identify its issuer's key; \"%s\" has several certificates, and "
		    "the TLS library tried the wrong one",
		    d->who, d->issuer);
		outcome_advise(oc,
		    "issue it again with authorityKeyIdentifier, or keep only the right "
		    "certificate of \"%s\" in %s",
		    d->issuer, d->store);
		return -1;
	}
}

int distrust_explain(const struct distrust *d, struct outcome *oc)
{
	if (issuer_cause_beyond_trust(d->cause) && d->error != X509_V_ERR_CERT_SIGNATURE_FAILURE)
		return explain_cause(d, oc);
	switch (d->error) {
	case X509_V_ERR_CERT_UNTRUSTED:
	case X509_V_ERR_CERT_REJECTED:
		return explain_marked(d, oc);
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		return explain_signature(d, oc);
	default:
		return explain_trust(d, oc);
	}
}
