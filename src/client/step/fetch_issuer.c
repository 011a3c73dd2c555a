/* SPDX-License-Identifier: MIT */
#include "client/step/fetch_issuer.h"

#include <stdio.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/x509v3.h>

#include "base/input_file.h"
#include "base/text.h"
#include "client/judge/cert_error.h"
#include "client/session/chain_file.h"
#include "client/step/issuer_answer.h"
#include "client/step/issuer_url.h"
#include "client/step/verify.h"
#include "tls/cert_issuer.h"
#include "tls/error.h"
#include "tls/pem.h"

/* ---- the address ------------------------------------------------------------------------- */

static const ASN1_STRING *http_address(const ACCESS_DESCRIPTION *access)
{
	static const char scheme[] = "http://";
	const GENERAL_NAME *at = access->location;
	const ASN1_STRING *uri;

	if (OBJ_obj2nid(access->method) != NID_ad_ca_issuers || at->type != GEN_URI)
		return NULL;
	uri = at->d.uniformResourceIdentifier;
	return (size_t)ASN1_STRING_length(uri) >= sizeof scheme - 1 &&
		OPENSSL_strncasecmp((const char *)ASN1_STRING_get0_data(uri), scheme,
		    sizeof scheme - 1) == 0
	    ? uri
	    : NULL;
}

/* ---- the content -------------------------------------------------------------------------- */

/* Bytes to show of an unknown content; certificates to compare. */
enum { SHOWN_MAX = 32, CANDIDATES_MAX = 16 };

/* Like a file of ours: the library's own reader would ask the terminal for a passphrase. */
static STACK_OF(X509) * decode_pem(const unsigned char *bytes, size_t len)
{
	const struct tls_pem_file f = { .path = "there", .what = "the certificate" };
	const struct input_file pem = { .bytes = (unsigned char *)bytes, .len = len };

	return tls_pem_parse_certificates(&f, &pem, NULL);
}

static STACK_OF(X509) * decode_der(const unsigned char *bytes, size_t len)
{
	const unsigned char *at = bytes;
	X509 *cert = d2i_X509(NULL, &at, (long)len);
	STACK_OF(X509) *all = NULL;
	CMS_ContentInfo *cms;

	if (cert) {
		all = sk_X509_new_null();
		if (all && sk_X509_push(all, cert) > 0)
			return all;
		X509_free(cert);
		chain_file_free(all);
		return NULL;
	}
	at = bytes;
	/* PKCS#7 with certificates only, which RFC 5280 allows as well. */
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
	all = cms ? CMS_get1_certs(cms) : NULL;
	CMS_ContentInfo_free(cms);
	return all;
}

static STACK_OF(X509) * decode(const unsigned char *bytes, size_t len)
{
	STACK_OF(X509) *all = decode_der(bytes, len);

	if (!all)
		all = decode_pem(bytes, len);
	/* Each format that did not fit left an error. */
	tls_error_clear();
	return all;
}

static const char *words_of(enum cert_issuer link)
{
	switch (link) {
	case CERT_ISSUER_STRANGER:
		return "has another name";
	case CERT_ISSUER_NOT_SIGNED:
		return "has the right name, but another key";
	case CERT_ISSUER_UNCHECKED:
		return "has the right name, but its key cannot verify the signature";
	case CERT_ISSUER_ISSUED:
		return "is not a CA";
	default:
		return "has the right key, but its extensions do not fit";
	}
}

static bool is_issuer(X509 *candidate, X509 *cert, enum cert_issuer *link)
{
	struct cert_info_fitness fitness;

	*link = cert_issuer_judge(candidate, cert);
	cert_info_judge(candidate, &fitness);
	return *link == CERT_ISSUER_ISSUED && fitness.is_ca;
}

/* Keeps only the issuer. Returns whether there is one; else why says what is there instead. */
static bool select_issuer(STACK_OF(X509) * all, X509 *cert, char why[FETCH_ISSUER_WHY_MAX])
{
	char name[CERT_INFO_NAME_MAX] = "";
	enum cert_issuer link = CERT_ISSUER_STRANGER;

	for (int i = 0; i < sk_X509_num(all) && i < CANDIDATES_MAX; i++) {
		X509 *candidate = sk_X509_value(all, i);

		if (is_issuer(candidate, cert, &link)) {
			sk_X509_set(all, i, sk_X509_value(all, 0));
			sk_X509_set(all, 0, candidate);
			while (sk_X509_num(all) > 1)
				X509_free(sk_X509_pop(all));
			return true;
		}
		cert_info_name(X509_get_subject_name(candidate), name);
	}
	if (name[0])
		snprintf(why, FETCH_ISSUER_WHY_MAX, "the certificate there, \"%s\", %s", name,
		    words_of(link));
	else
		snprintf(why, FETCH_ISSUER_WHY_MAX, "no certificate with a name is there");
	return false;
}

struct stack_st_X509 *fetch_issuer_decode(const unsigned char *bytes, size_t len, X509 *cert,
    char why[FETCH_ISSUER_WHY_MAX])
{
	STACK_OF(X509) *all = decode(bytes, len);
	char shown[4 * SHOWN_MAX + 1];

	if (all && select_issuer(all, cert, why))
		return all;
	if (!all)
		snprintf(why, FETCH_ISSUER_WHY_MAX,
		    "the content is not a certificate; it begins with \"%s\"",
		    text_quotable(bytes, len < SHOWN_MAX ? len : SHOWN_MAX, shown, sizeof shown));
	chain_file_free(all);
	return NULL;
}

/* ---- after the probe ------------------------------------------------------------------------ */

/* The certificate without an issuer: the last one of the chain as it was built. NULL: none. */
static X509 *find_orphan(const struct verdict *v, const struct outcome *oc)
{
	bool missing = oc->code == OC_CERT_MISSING_INTERMEDIATE || oc->code == OC_CERT_UNKNOWN_CA;

	if (!missing || !cert_error_is_distrust(v->error) || v->culprit.self_signed ||
	    v->cause.link != CERT_ISSUER_STRANGER || verdict_count(v) == 0)
		return NULL;
	return sk_X509_value(v->certs, verdict_count(v) - 1);
}

/* No server should send a root, and no client should trust one because it was fetched. */
static void advise(const struct session *s, X509 *issuer, struct outcome *oc)
{
	bool printed = strcmp(s->options->fetch_issuer, "-") == 0;
	const char *file = printed ? "this certificate" : s->options->fetch_issuer;
	struct cert_info c;

	cert_info_get(issuer, &c);
	if (c.self_signed) {
		outcome_append(oc, "; that is a root, which a server need not send");
		outcome_advise_instead(oc, "if you trust the CA \"%s\", use --cacert %s",
		    c.label, printed ? "FILE with this certificate" : file);
		return;
	}
	outcome_append(oc,
	    verify_accepts_with(s, issuer) ? "; with it the chain is complete"
					   : "; even with it the chain is not accepted");
	outcome_advise_instead(oc,
	    "append %s to the file of the server's certificate, after the leaf and its "
	    "intermediates, and reload the server",
	    file);
}

/* ---- its addresses ------------------------------------------------------------------------- */

enum { URLS_MAX = 4, SHOWN_URL_MAX = 160 };

struct fetch {
	struct session *s;
	X509 *orphan;
	unsigned urls, requests;
	struct outcome *oc;
};

/* The certificates of an answer. */
static int use_content(void *arg, const unsigned char *bytes, size_t len, struct outcome *oc)
{
	struct fetch *f = arg;
	char why[FETCH_ISSUER_WHY_MAX];

	f->s->issuer = fetch_issuer_decode(bytes, len, f->orphan, why);
	return f->s->issuer ? 0 : outcome_set(oc, OC_CERT_INVALID, "%s", why);
}

/* In two parts, so that a long address does not hide why. */
static void fetch_from(struct fetch *f, const ASN1_STRING *uri)
{
	const unsigned char *bytes = ASN1_STRING_get0_data(uri);
	size_t len = (size_t)ASN1_STRING_length(uri);
	struct outcome failed = OUTCOME_NONE;
	char shown[SHOWN_URL_MAX];
	struct issuer_url url;
	const char *fault = issuer_url_parse((const char *)bytes, len, &url);

	text_quotable(bytes, len, shown, sizeof shown);
	if (!fault &&
	    issuer_answer_get(f->s, &url, &f->requests, use_content, f, &failed) == 0) {
		outcome_append(f->oc, f->urls == 0 ? "; its issuer was fetched from %s"
						   : "; it was fetched from %s", shown);
		return;
	}
	outcome_append(f->oc,
	    f->urls == 0 ? "; its issuer was not fetched from %s" : "; nor from %s", shown);
	outcome_append(f->oc, ": %s", fault ? fault : failed.detail);
	f->urls++;
}

static void fetch_from_any(struct fetch *f)
{
	AUTHORITY_INFO_ACCESS *all = X509_get_ext_d2i(f->orphan, NID_info_access, NULL, NULL);

	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(all) && !f->s->issuer; i++) {
		const ASN1_STRING *uri = http_address(sk_ACCESS_DESCRIPTION_value(all, i));

		if (!uri)
			continue;
		if (f->urls < URLS_MAX) {
			fetch_from(f, uri);
			continue;
		}
		outcome_append(f->oc, "; it names more addresses, which were not tried");
		break;
	}
	if (f->urls == 0 && !f->s->issuer)
		outcome_append(f->oc,
		    "; its issuer was not fetched: the certificate names no http address for it "
		    "(caIssuers)");
	AUTHORITY_INFO_ACCESS_free(all);
}

void fetch_issuer(struct session *s, struct outcome *oc)
{
	struct fetch f = { .s = s, .orphan = find_orphan(&s->verdict, oc), .oc = oc };

	if (!s->options->fetch_issuer || !f.orphan)
		return;
	fetch_from_any(&f);
	if (s->issuer)
		advise(s, sk_X509_value(s->issuer, 0), oc);
}
