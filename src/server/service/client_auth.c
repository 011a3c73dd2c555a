/* SPDX-License-Identifier: MIT */
#include "server/service/client_auth.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/options.h"
#include "base/time.h"
#include "tls/conn.h"
#include "tls/crl_store.h"
#include "tls/crl_text.h"
#include "tls/error.h"
#include "tls/policy.h"

/* Our own errors, beyond those of the library (X509_V_ERR_*). */
enum { NOT_ON_THE_LIST = 0x10000 };

const char *const client_auth_modes[] = { "none", "optional", "require", NULL };
const char *const client_auth_stale_modes[] = { "refuse", "allow", NULL };

int client_auth_set_mode(struct client_auth *a, const char *value, struct outcome *oc)
{
	unsigned at;

	if (options_choice("--client-auth", value, client_auth_modes, &at, oc) != 0)
		return -1;
	a->mode = (enum client_auth_mode)(CLIENT_AUTH_NONE + at);
	return 0;
}

int client_auth_set_stale(struct client_auth *a, const char *value, struct outcome *oc)
{
	unsigned at;

	if (options_choice("--crl-stale", value, client_auth_stale_modes, &at, oc) != 0)
		return -1;
	a->stale_allowed = at == 1;
	return 0;
}

/* A client that is not on the list could simply send no certificate. */
static int refuse_list(const struct client_auth *a, struct outcome *oc)
{
	outcome_set(oc, OC_USAGE,
	    "--allow-cn, -dns, -uri and -spki reject nobody with --client-auth %s: a client "
	    "without a certificate is admitted",
	    a->mode == CLIENT_AUTH_NONE ? "none" : "optional");
	outcome_advise(oc, "use --client-auth require");
	return -1;
}

int client_auth_settle(struct client_auth *a, struct outcome *oc)
{
	if (a->mode == CLIENT_AUTH_UNSAID)
		a->mode = a->ca_file ? CLIENT_AUTH_REQUIRE : CLIENT_AUTH_NONE;
	if (!a->ca_file && a->mode != CLIENT_AUTH_NONE)
		return outcome_set(oc, OC_USAGE,
		    "--client-auth needs --client-ca, the CAs of the clients");
	if (!a->ca_file && (a->allow.count > 0 || a->crl_file))
		return outcome_set(oc, OC_USAGE,
		    "%s without --client-ca rejects nobody: no client certificate is requested",
		    a->crl_file ? "--crlfile" : "--allow-cn, -dns, -uri or -spki");
	if (a->mode != CLIENT_AUTH_REQUIRE && a->allow.count > 0)
		return refuse_list(a, oc);
	if (a->mode == CLIENT_AUTH_NONE && a->crl_file)
		return outcome_set(oc, OC_USAGE,
		    "--crlfile with --client-auth none rejects nobody: no client certificate is "
		    "requested");
	if (a->stale_allowed && !a->crl_file)
		return outcome_set(oc, OC_USAGE, "--crl-stale needs --crlfile");
	return 0;
}

/*
 * The library derives the alert from the error in the store. It follows RFC 8446
 * section 6.2, except for these errors.
 */
static int error_for_alert(int error)
{
	/* Our CRL is at fault, not the client's dates: certificate_unknown. */
	if (crl_store_is_at_fault(error))
		return NOT_ON_THE_LIST;
	switch (error) {
	/*
	 * access_denied would be right, but the library cannot send it from here. For
	 * an unknown error it sends certificate_unknown, "some other issue", which is
	 * about the certificate.
	 */
	case NOT_ON_THE_LIST:
		return NOT_ON_THE_LIST;
	/* certificate_expired also means "not valid yet". */
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return X509_V_ERR_CERT_HAS_EXPIRED;
	/*
	 * A wrong signature in the chain is bad_certificate; decrypt_error is about the
	 * handshake's signature.
	 */
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		return X509_V_ERR_CERT_REJECTED;
	default:
		return error;
	}
}

/* The only exception, and it must be requested: --crl-stale allow. */
static int forgive_stale(int ok, X509_STORE_CTX *store)
{
	int error = X509_STORE_CTX_get_error(store);

	if (ok ||
	    (error != X509_V_ERR_CRL_HAS_EXPIRED &&
		error != X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD))
		return ok;
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

static void record(struct client_auth_peer *p, X509_STORE_CTX *judged, int error)
{
	const X509 *leaf = X509_STORE_CTX_get0_cert(judged);
	X509 *culprit = NULL;
	struct crl_answer answer;

	memset(p, 0, sizeof *p);
	p->sent = true;
	p->error = error;
	if (error != X509_V_OK && error != NOT_ON_THE_LIST)
		culprit = issuer_cause_find(judged, &p->depth, &p->cause);
	cert_info_name(X509_get_subject_name(leaf), p->subject);
	cert_info_alternatives(leaf, p->names);
	cert_info_get(culprit ? culprit : leaf, &p->culprit);
	if (crl_store_is_at_fault(error)) {
		crl_store_ask(judged, p->depth, &answer);
		p->crl_fault = answer.fault;
		p->crl = answer.crl;
	}
}

/*
 * The rest of the handshake needs only the leaf. A peer that stalls, with a certificate
 * that anybody may have, must not occupy ten times the memory of what it sent.
 */
static void forget_all_but_leaf(STACK_OF(X509) * sent)
{
	while (sk_X509_num(sent) > 1)
		X509_free(sk_X509_pop(sent));
}

int client_auth_judge(const struct client_auth *a, X509_STORE_CTX *store,
    struct client_auth_peer *p)
{
	int error;

	/* Not the level of the connection, which an identity with unjudged_name lowers. */
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(store),
	    TLS_POLICY_SECURITY_LEVEL);
	if (a->stale_allowed)
		X509_STORE_CTX_set_verify_cb(store, forgive_stale);
	if (X509_verify_cert(store) == 1)
		error = X509_STORE_CTX_get_error(store);
	else
		error = X509_STORE_CTX_get_error(store) != X509_V_OK
		    ? X509_STORE_CTX_get_error(store)
		    : X509_V_ERR_UNSPECIFIED;
	if (error == X509_V_OK && a->allow.count > 0 &&
	    !client_allow_has(&a->allow, X509_STORE_CTX_get0_cert(store)))
		error = NOT_ON_THE_LIST;
	if (p)
		record(p, store, error);
	return error;
}

/* Replaces X509_verify_cert, and calls it first; the later checks can only reject. */
static int judge(X509_STORE_CTX *store, void *arg)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	/* NULL while the context is tested: there is no connection, so no record to fill. */
	struct client_auth_peer *p = tls_conn_owner(ssl);
	int error = client_auth_judge(arg, store, p);
	char discarded[128];

	/* Not unknown_ca if another cause than trust was found: bad_certificate. */
	if (p && issuer_cause_beyond_trust(&p->cause))
		error = X509_V_ERR_CERT_REJECTED;
	/* Otherwise errors queued on the way would be reported instead of the rejection. */
	tls_error_text(discarded, sizeof discarded);
	forget_all_but_leaf(X509_STORE_CTX_get0_untrusted(store));
	X509_STORE_CTX_set_error(store, error_for_alert(error));
	return error == X509_V_OK;
}

struct cert_request client_auth_ask(const struct client_auth *a)
{
	/* Not strict: clients of old private CAs often lack key identifiers. */
	return (struct cert_request){
		.trust = { .ca_file = a->mode == CLIENT_AUTH_NONE ? NULL : a->ca_file,
		    .crl_file = a->crl_file,
		    .no_x509_strict = true },
		.required = a->mode == CLIENT_AUTH_REQUIRE,
		.verify = judge,
		.arg = (void *)a,
	};
}

/* The client's usual name: its subject, else its names. */
static const char *label_of(const struct client_auth_peer *p)
{
	return p->subject[0] ? p->subject : p->names;
}

enum { WHO_MAX = CERT_INFO_SANS_MAX + CERT_INFO_NAME_MAX + 64 };

/* The certificate at fault, by its position in the chain. */
static const char *who(const struct client_auth_peer *p, char buf[WHO_MAX])
{
	if (p->depth > 0)
		snprintf(buf, WHO_MAX, "the %s \"%s\" of the client \"%s\"",
		    p->culprit.self_signed ? "root" : "intermediate", p->culprit.label,
		    label_of(p));
	else
		snprintf(buf, WHO_MAX, "the client's certificate \"%s\"", label_of(p));
	return buf;
}

static int explain_dates(const struct client_auth_peer *p, struct outcome *oc)
{
	bool late = p->error == X509_V_ERR_CERT_HAS_EXPIRED;
	int64_t now = time(NULL);
	char buf[WHO_MAX], text[TIME_PHRASE_MAX];

	return outcome_set(oc, OC_CLIENT_CERT_REFUSED, "%s %s", who(p, buf),
	    late ? time_phrase_expired(p->culprit.not_after, now, text)
		 : time_phrase_early(p->culprit.not_before, now, text));
}

static int explain_list(const struct client_auth_peer *p, struct outcome *oc)
{
	return outcome_set(oc, OC_CLIENT_CERT_REFUSED,
	    "the client \"%s\" is verified, but matches no --allow-* option: its names are %s",
	    p->subject, p->names[0] ? p->names : "none");
}

static int explain_crl(const struct client_auth_peer *p, struct outcome *oc)
{
	char text[CRL_TEXT_MAX];

	if (!p->crl.issuer[0])
		return outcome_set(oc, OC_CRL_UNUSABLE,
		    "there is no CRL of \"%s\" in --crlfile, so its client \"%s\" is rejected",
		    p->culprit.issuer, label_of(p));
	outcome_set(oc, OC_CRL_UNUSABLE, "%s, so the client \"%s\" is rejected",
	    crl_text_describe(&p->crl, p->crl_fault, time(NULL), text), label_of(p));
	outcome_advise(oc, "%s, then reload", crl_text_advice(p->crl_fault));
	return -1;
}

static int explain_issuer(const struct client_auth_peer *p, struct outcome *oc)
{
	char buf[WHO_MAX];

	if (p->error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
		outcome_set(oc, OC_CLIENT_CERT_REFUSED, "%s is self-signed", who(p, buf));
	else if (p->cause.link == CERT_ISSUER_STRANGER)
		outcome_set(oc, OC_CLIENT_CERT_REFUSED,
		    "%s was issued by \"%s\", which is not in --client-ca", who(p, buf),
		    p->culprit.issuer);
	else
		outcome_set(oc, OC_CLIENT_CERT_REFUSED, "%s was issued by \"%s\"", who(p, buf),
		    p->culprit.issuer);
	issuer_cause_append(&p->cause, "--client-ca", "sent by the client", oc);
	return -1;
}

int client_auth_explain(const struct client_auth_peer *p, struct outcome *oc)
{
	char buf[WHO_MAX], text[WEAKNESS_TEXT_MAX];

	if (oc) {
		oc->verify_error = p->error;
		oc->verify_depth = p->depth;
	}
	if (crl_store_is_at_fault(p->error))
		return explain_crl(p, oc);
	if (issuer_cause_explain(&p->cause, who(p, buf), "--client-ca", "sent by the client",
		OC_CLIENT_CERT_REFUSED, oc))
		return -1;
	switch (p->error) {
	case NOT_ON_THE_LIST:
		return explain_list(p, oc);
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return explain_issuer(p, oc);
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return explain_dates(p, oc);
	case X509_V_ERR_CERT_REVOKED:
		return outcome_set(oc, OC_CLIENT_CERT_REFUSED,
		    "%s was revoked, according to the CRL of \"%s\"", who(p, buf),
		    p->culprit.issuer);
	case X509_V_ERR_INVALID_PURPOSE:
		return outcome_set(oc, OC_CLIENT_CERT_REFUSED,
		    "%s is not for clients: its key usage or extended key usage does not allow it",
		    who(p, buf));
	default:
		break;
	}
	if (weakness_of(p->error) != WEAKNESS_NONE)
		return outcome_set(oc, OC_CLIENT_CERT_REFUSED, "%s %s", who(p, buf),
		    weakness_phrase(weakness_of(p->error), &p->culprit, NULL, text));
	return outcome_set(oc, OC_CLIENT_CERT_REFUSED, "%s: %s", who(p, buf),
	    X509_verify_cert_error_string(p->error));
}
