/* SPDX-License-Identifier: MIT */
#include "client/judge/verdict.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/time.h"
#include "client/judge/cert_error.h"
#include "client/judge/cert_name.h"
#include "client/judge/distrust.h"
#include "client/judge/resigner.h"
#include "tls/cert_id.h"
#include "tls/weakness.h"

void verdict_free(struct verdict *v)
{
	sk_X509_pop_free(v->certs, X509_free);
	v->certs = NULL;
	sk_X509_pop_free(v->received, X509_free);
	v->received = NULL;
	other_path_free(&v->other);
}

int verdict_count(const struct verdict *v)
{
	/* sk_X509_num(NULL) is -1. */
	return sk_X509_num(v->certs) > 0 ? sk_X509_num(v->certs) : 0;
}

const X509 *verdict_certificate(const struct verdict *v, int i)
{
	return sk_X509_value(v->certs, i);
}

enum { CULPRIT_MAX = CERT_INFO_NAME_MAX + 32 };

/* The certificate that the error is about, by its depth in the chain. */
static const char *name_culprit(const struct verdict *v, char buf[CULPRIT_MAX])
{
	const char *what = "the certificate of";

	if (v->depth > 0)
		what = v->culprit.self_signed ? "the root" : "the intermediate";
	snprintf(buf, CULPRIT_MAX, "%s \"%s\"", what, v->culprit.label);
	return buf;
}

static int explain_distrust(const struct verdict *v, const char *store, struct outcome *oc)
{
	char buf[CULPRIT_MAX];
	const struct distrust d = {
		.error = v->error,
		.cause = &v->cause,
		.who = name_culprit(v, buf),
		.label = v->culprit.label,
		.issuer = v->culprit.issuer,
		.store = store,
		.file = v->file,
		.alone = v->sent == 1 && v->depth == 0 && !v->culprit.self_signed,
	};

	return distrust_explain(&d, oc);
}

enum { CLOCK_MAX = TIME_TEXT_MAX + 24 };

static const char *describe_clock(const struct verdict *v, char buf[CLOCK_MAX])
{
	char when[TIME_TEXT_MAX];

	snprintf(buf, CLOCK_MAX, "%s %s", v->another_time ? "--verify-time is" : "our clock shows",
	    time_text(v->at, when));
	return buf;
}

static int explain_expired(const struct verdict *v, struct outcome *oc)
{
	char buf[CULPRIT_MAX], when[TIME_TEXT_MAX], span[TIME_TEXT_MAX], clock[CLOCK_MAX];
	char text[TIME_PHRASE_MAX];

	time_text(v->culprit.not_after, when);
	time_span(v->at - v->culprit.not_after, span);
	if (v->another_time)
		outcome_set(oc, OC_CERT_EXPIRED,
		    "%s expires at %s, %s before the chosen time",
		    name_culprit(v, buf), when, span);
	else
		outcome_set(oc, OC_CERT_EXPIRED, "%s %s", name_culprit(v, buf),
		    time_phrase_expired(v->culprit.not_after, v->at, text));
	describe_clock(v, clock);
	if (v->depth == 0 || !v->culprit.self_signed)
		outcome_advise(oc, "renew it, then reload the server; %s", clock);
	else if (v->another_time)
		/* The root may still be the current one. */
		outcome_advise(oc,
		    "until then the CA needs a new root, and the clients have to trust it; %s",
		    clock);
	else
		outcome_advise(oc, "--cacert FILE with the current root of that CA; %s", clock);
	return -1;
}

static int explain_not_yet_valid(const struct verdict *v, struct outcome *oc)
{
	char buf[CULPRIT_MAX], when[TIME_TEXT_MAX], span[TIME_TEXT_MAX], clock[CLOCK_MAX];
	char text[TIME_PHRASE_MAX];

	time_text(v->culprit.not_before, when);
	time_span(v->culprit.not_before - v->at, span);
	if (v->another_time) {
		outcome_set(oc, OC_CERT_NOT_YET_VALID,
		    "%s becomes valid at %s, %s after the chosen time",
		    name_culprit(v, buf), when, span);
		outcome_advise(oc, "choose a later time, or omit --verify-time; %s",
		    describe_clock(v, clock));
		return -1;
	}
	outcome_set(oc, OC_CERT_NOT_YET_VALID, "%s %s: is a clock wrong?", name_culprit(v, buf),
	    time_phrase_early(v->culprit.not_before, v->at, text));
	outcome_advise(oc, "compare date -u on both machines; %s", describe_clock(v, clock));
	return -1;
}

static int explain_wrong_name(const struct verdict *v, const char *name, struct outcome *oc)
{
	X509 *leaf = sk_X509_value(v->certs, 0);

	if (!leaf)
		return outcome_set(oc, OC_CERT_WRONG_NAME, "the certificate is not for \"%s\"",
		    name);
	return cert_name_explain(leaf, name, oc);
}

static int explain_purpose(const struct verdict *v, struct outcome *oc)
{
	char buf[CULPRIT_MAX];

	return outcome_set(oc, OC_CERT_WRONG_PURPOSE,
	    "%s is not for TLS servers: its key usage or "
	    "extended key usage does not allow it",
	    name_culprit(v, buf));
}

static int explain_constraints(const struct verdict *v, struct outcome *oc)
{
	char buf[CULPRIT_MAX];

	outcome_set(oc, OC_CERT_INVALID,
	    "%s has a name that a CA above it may not sign for: %s%s%s", name_culprit(v, buf),
	    X509_verify_cert_error_string(v->error), v->culprit.sans[0] ? "; it is for " : "",
	    v->culprit.sans);
	outcome_advise(oc,
	    "issue it from a CA that may sign for it; openssl x509 -noout -ext nameConstraints "
	    "-in CA.pem shows what a CA may sign for");
	return -1;
}

static int explain_revocation(const struct verdict *v, struct outcome *oc)
{
	char buf[CULPRIT_MAX];

	return revocation_explain(&v->revocation, v->error == X509_V_ERR_CERT_REVOKED,
	    name_culprit(v, buf), v->culprit.issuer, v->at, v->another_time, oc);
}

static int explain_staple(const struct verdict *v, struct outcome *oc)
{
	char buf[CULPRIT_MAX];

	outcome_set(oc, OC_CERT_INVALID,
	    "the OCSP response that the server staples to %s is invalid: %s", name_culprit(v, buf),
	    v->staple.why);
	outcome_advise(oc,
	    "let the server staple a new one, or none: clients must reject this one "
	    "(RFC 6066 section 8)");
	return -1;
}

static int explain_must_staple(const struct verdict *v, struct outcome *oc)
{
	char buf[CULPRIT_MAX];

	outcome_set(oc, OC_CERT_INVALID,
	    "%s requires a stapled OCSP response (must-staple, RFC 7633), and the server sent none",
	    name_culprit(v, buf));
	outcome_advise(oc,
	    "let the server staple one: hello-server --ocsp FILE, or ssl_stapling in nginx; "
	    "or issue the certificate without that extension");
	return -1;
}

static int explain_invalid(const struct verdict *v, struct outcome *oc)
{
	char buf[CULPRIT_MAX];

	return outcome_set(oc, OC_CERT_INVALID, "%s: %s", name_culprit(v, buf),
	    X509_verify_cert_error_string(v->error));
}

static int explain_weak(const struct verdict *v, enum weakness weak, struct outcome *oc)
{
	char buf[CULPRIT_MAX], text[WEAKNESS_TEXT_MAX];
	struct cert_id id = { .signature = "" };

	if (v->depth < verdict_count(v))
		cert_id_get(verdict_certificate(v, v->depth), &id);
	outcome_set(oc, OC_CERT_INVALID, "%s %s", name_culprit(v, buf),
	    weakness_phrase(weak, &v->culprit, id.signature, text));
	outcome_advise(oc, "%s", weakness_advice(weak));
	return -1;
}

/* For every error: both lenient checks were tried. */
static void advise_lenient(const struct verdict *v, struct outcome *oc)
{
	if (!v->lenient_accepts && !v->weak_accepts)
		return;
	outcome_append(oc, "; a more lenient client would accept it");
	if (v->lenient_accepts)
		outcome_advise_instead(oc,
		    "issue it again with all that RFC 5280 requires; until then, use "
		    "--no-x509-strict");
	else
		outcome_advise_instead(oc,
		    "issue it again with SHA-256, and with at least RSA 2048 or P-256; no option "
		    "accepts it");
}

static int explain_ca(const struct verdict *v, struct outcome *oc)
{
	char buf[CULPRIT_MAX];

	outcome_set(oc, OC_CERT_INVALID, "%s is not allowed at its place in the chain: %s",
	    name_culprit(v, buf), X509_verify_cert_error_string(v->error));
	outcome_advise(oc,
	    "issue it from a CA that may issue it; openssl x509 -noout -ext "
	    "basicConstraints,keyUsage -in CA.pem shows what a CA may issue");
	return -1;
}

static int explain_error(const struct verdict *v, const char *name, const char *store,
    struct outcome *oc)
{
	if (issuer_cause_beyond_trust(&v->cause))
		return explain_distrust(v, store, oc);
	if (weakness_of(v->error) != WEAKNESS_NONE)
		return explain_weak(v, weakness_of(v->error), oc);
	switch (v->error) {
	case X509_V_ERR_OCSP_VERIFY_FAILED:
		return explain_staple(v, oc);
	case X509_V_ERR_OCSP_VERIFY_NEEDED:
		return explain_must_staple(v, oc);
	case X509_V_ERR_PERMITTED_VIOLATION:
	case X509_V_ERR_EXCLUDED_VIOLATION:
		return explain_constraints(v, oc);
	case X509_V_ERR_PATH_LENGTH_EXCEEDED:
	case X509_V_ERR_INVALID_CA:
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
		return explain_ca(v, oc);
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		return explain_distrust(v, store, oc);
	default:
		break;
	}
	if (cert_error_is_distrust(v->error))
		return explain_distrust(v, store, oc);
	switch (cert_error_code(v->error)) {
	case OC_CERT_EXPIRED:
		return explain_expired(v, oc);
	case OC_CERT_NOT_YET_VALID:
		return explain_not_yet_valid(v, oc);
	case OC_CERT_WRONG_NAME:
		return explain_wrong_name(v, name, oc);
	case OC_CERT_WRONG_PURPOSE:
		return explain_purpose(v, oc);
	case OC_CERT_REVOKED:
	case OC_CRL_UNUSABLE:
		return explain_revocation(v, oc);
	default:
		return explain_invalid(v, oc);
	}
}

/* The chain ends in a CA of the system's store, which the user did not choose. */
static void explain_other_ca(const struct verdict *v, struct outcome *oc)
{
	outcome_append(oc,
	    v->cause.link == CERT_ISSUER_STRANGER ? ", but in the system's store"
					       : "; the certificate that signed it is in the "
						 "system's store");
	outcome_advise_instead(oc, "is \"%s\" the CA of this service? Then omit --cacert%s",
	    v->chain_len > 0 ? v->chain[v->chain_len - 1].issuer : v->culprit.issuer,
	    v->file ? ""
		    : "; if not, something on the path terminates TLS: compare from a host "
		      "closer to the server");
}

static void explain_other_path(const struct verdict *v, struct outcome *oc)
{
	const char *what = v->file ? "use the chain" : "let the server send its chain";
	struct other_path_facts other;

	other_path_describe(&v->other, v->received, &other);
	if (!other.root[0])
		return;
	outcome_append(oc,
	    "; another path, to the root \"%s\", is valid: clients that search for one, as Go "
	    "and browsers do, accept it; OpenSSL does not search",
	    other.root);
	if (other.superfluous == 1)
		outcome_advise_instead(oc, "%s without \"%s\", for clients that do not search",
		    what, other.first);
	else if (other.superfluous > 1)
		outcome_advise_instead(oc,
		    "%s without \"%s\" and %d more that this path does not need, for clients that "
		    "do not search",
		    what, other.first, other.superfluous - 1);
}

int verdict_explain(const struct verdict *v, const char *name, const char *store,
    struct outcome *oc)
{
	if (oc) {
		oc->verify_error = v->error;
		oc->verify_depth = v->depth;
	}
	explain_error(v, name, store, oc);
	advise_lenient(v, oc);
	if (v->system_knows && !issuer_cause_beyond_trust(&v->cause))
		explain_other_ca(v, oc);
	if (cert_error_is_distrust(v->error) && !issuer_cause_beyond_trust(&v->cause))
		resigner_append(v->certs, oc);
	explain_other_path(v, oc);
	if (v->disordered && v->file)
		outcome_append(oc, "; the certificates in %s are out of order", v->file);
	else if (v->disordered)
		outcome_append(oc, "; the server sends its certificates out of order");
	findings_append(&v->findings, v->error, oc);
	return -1;
}
