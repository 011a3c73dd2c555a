/* SPDX-License-Identifier: MIT */
#include "support/scene.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "client/judge/verdict.h"
#include "client/step/verify.h"
#include "base/outcome.h"
#include "tls/conn.h"
#include "support/check_main.h"

struct judged {
	struct verdict v;
	struct outcome oc;
	bool accepted;
};

static X509_STORE *make_store(const struct scene *s)
{
	X509_STORE *store = X509_STORE_new();

	for (size_t i = 0; i < TRUSTED_MAX && s->trusted[i]; i++)
		ck_assert_int_eq(X509_STORE_add_cert(store, s->trusted[i]->cert), 1);
	return store;
}

static void set_param(X509_VERIFY_PARAM *param, const struct scene *s, const char *name)
{
	if (!s->lenient)
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
	if (s->at_s)
		X509_VERIFY_PARAM_set_time(param, time(NULL) + s->at_s);
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	X509_VERIFY_PARAM_set_auth_level(param, 2);
	ck_assert_int_eq(X509_VERIFY_PARAM_set1_host(param, name, 0), 1);
}

static void run(const struct scene *s, const char *name, struct judged *j)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	X509_STORE *store = make_store(s);
	X509_STORE_CTX *judged = X509_STORE_CTX_new();
	STACK_OF(X509) *sent = sk_X509_new_null();
	struct tls_conn *tls;

	memset(j, 0, sizeof *j);
	j->oc = OUTCOME_NONE;
	tls = tls_conn_new_client(ctx, -1, NULL, SCENE_NAME, &j->v, &j->oc);
	sk_X509_push(sent, s->leaf->cert);
	for (size_t i = 0; i < SENT_MAX && s->sent[i]; i++)
		sk_X509_push(sent, s->sent[i]->cert);
	ck_assert_int_eq(X509_STORE_CTX_init(judged, store, s->leaf->cert, sent), 1);
	ck_assert_int_eq(X509_STORE_CTX_set_default(judged, "ssl_server"), 1);
	set_param(X509_STORE_CTX_get0_param(judged), s, name);
	X509_STORE_CTX_set_ex_data(judged, SSL_get_ex_data_X509_STORE_CTX_idx(),
	    (SSL *)tls_conn_library(tls));
	if (s->reject)
		ck_assert_int_eq(X509_add1_reject_object(s->trusted[0]->cert,
				     OBJ_nid2obj(NID_server_auth)),
		    1);
	j->accepted = verify_callback(judged, NULL) == 1;
	if (s->reject)
		X509_reject_clear(s->trusted[0]->cert);
	if (!j->accepted)
		verdict_explain(&j->v, name, SCENE_STORE, &j->oc);
	sk_X509_free(sent);
	X509_STORE_CTX_free(judged);
	X509_STORE_free(store);
	tls_conn_free(tls);
	SSL_CTX_free(ctx);
}

static bool accepts(const struct scene *s, const char *name)
{
	struct judged j;

	run(s, name, &j);
	verdict_free(&j.v);
	return j.accepted;
}

static enum outcome_code failure(const struct scene *s, const char *name)
{
	struct judged j;

	run(s, name, &j);
	verdict_free(&j.v);
	return j.oc.code;
}

bool scene_accepts(const struct scene *s)
{
	return accepts(s, SCENE_NAME);
}

static bool says(const struct judged *j, const char *words)
{
	return strstr(j->oc.detail, words) != NULL;
}

static bool advises(const struct judged *j, const char *words)
{
	return strstr(j->oc.advice, words) != NULL;
}

static pki_cert member(const struct scene *s, size_t i)
{
	if (i == 0)
		return s->leaf;
	return i <= SENT_MAX ? s->sent[i - 1] : s->trusted[i - 1 - SENT_MAX];
}

/* The certificate that a failure is about: of those that were sent or trusted, by its digest. */
static X509 *culprit(const struct scene *s, const struct judged *j)
{
	for (size_t i = 0; i < SCENE_MAX; i++) {
		pki_cert c = member(s, i);
		struct cert_info info;

		if (!c)
			continue;
		cert_info_get(c->cert, &info);
		if (strcmp(info.sha256, j->v.culprit.sha256) == 0)
			return c->cert;
	}
	ck_abort_msg("the failure is about nobody here: %s", j->oc.detail);
}

struct kin {
	int named, signers; /* certificates of the issuer's name; of those, whose key signed */
	int trusted_named;
	bool trusted_itself;
};

static void count(struct kin *k, pki_cert c, const X509 *about, bool trusted)
{
	if (!c || (!trusted && X509_cmp(c->cert, about) == 0))
		return;
	k->trusted_itself = k->trusted_itself || (trusted && X509_cmp(c->cert, about) == 0);
	if (X509_NAME_cmp(X509_get_subject_name(c->cert), X509_get_issuer_name(about)) != 0)
		return;
	k->named++;
	k->trusted_named += trusted;
	k->signers += X509_verify((X509 *)about, c->key) == 1;
}

static struct kin find_kin(const struct scene *s, const X509 *about)
{
	struct kin k = { 0 };

	for (size_t i = 0; i < SCENE_MAX; i++)
		count(&k, member(s, i), about, i > SENT_MAX);
	return k;
}

static int times_there(X509 *cert, int nid)
{
	int n = 0;

	for (int i = 0; i < X509_get_ext_count(cert); i++)
		n += OBJ_obj2nid(
			 X509_EXTENSION_get_object((X509_EXTENSION *)X509_get_ext(cert, i))) == nid;
	return n;
}

/* Of one sentence about signatures and trust. */
static void check_trust_words(const struct scene *s, const struct judged *j)
{
	X509 *about = culprit(s, j);
	struct kin k = find_kin(s, about);

	if (says(j, "did not sign") || says(j, "was not signed with the key of")) {
		ck_assert_int_gt(k.named, 0);
		ck_assert_int_eq(k.signers, 0);
	}
	if (says(j, "which is not in " SCENE_STORE) && !says(j, "the chain ends in"))
		ck_assert_int_eq(k.trusted_named, 0);
	if (says(j, "\" is not in " SCENE_STORE))
		ck_assert_int_eq(k.trusted_named, 0);
	if (says(j, "the chain ends in the root") || says(j, "is self-signed")) {
		ck_assert_int_eq(X509_verify(about, X509_get0_pubkey(about)), 1);
		ck_assert(!k.trusted_itself);
	}
	if (says(j, "was signed by") || says(j, "the wrong one was tried"))
		ck_assert_int_gt(k.signers, 0);
	if (says(j, "sent only one certificate"))
		ck_assert_ptr_null(s->sent[0]);
	if (says(j, "not trusted there"))
		ck_assert(k.trusted_itself);
	if (says(j, "is not in") || says(j, "UNKNOWN"))
		ck_assert(!accepts(s, SCENE_NAME));
}

static void check_extension_words(const struct scene *s, const struct judged *j)
{
	static const char *const names[] = { "subjectAltName", "keyUsage", "extendedKeyUsage" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		int nid = OBJ_txt2nid(names[i]), most = 0;
		char twice[96];

		snprintf(twice, sizeof twice, "has the extension %s more than once", names[i]);
		if (!says(j, twice))
			continue;
		for (size_t c = 0; c < SCENE_MAX; c++) {
			int n = member(s, c) ? times_there(member(s, c)->cert, nid) : 0;

			most = n > most ? n : most;
		}
		ck_assert_int_gt(most, 1);
	}
	if (says(j, "is not for TLS servers")) {
		X509 *about = culprit(s, j);

		ck_assert(X509_check_purpose(about, X509_PURPOSE_SSL_SERVER, 0) != 1 ||
		    (X509_get_key_usage(about) & KU_DIGITAL_SIGNATURE) == 0);
	}
}

static void check_date_words(const struct scene *s, const struct judged *j)
{
	const X509 *about = culprit(s, j);
	time_t now = time(NULL), chosen = now + s->at_s;

	/* "Ago" and "in" are about the present, whatever --verify-time says. */
	if (says(j, "expired on ")) {
		ck_assert_int_eq(s->at_s, 0);
		ck_assert_int_lt(ASN1_TIME_cmp_time_t(X509_get0_notAfter(about), now), 0);
	}
	if (j->oc.code == OC_CERT_NOT_YET_VALID && says(j, "is not valid before "))
		ck_assert_int_gt(ASN1_TIME_cmp_time_t(X509_get0_notBefore(about), now), 0);
	if (says(j, "before the chosen time")) {
		ck_assert_int_ne(s->at_s, 0);
		ck_assert_int_lt(ASN1_TIME_cmp_time_t(X509_get0_notAfter(about), chosen), 0);
	}
	if (says(j, "after the chosen time"))
		ck_assert_int_gt(ASN1_TIME_cmp_time_t(X509_get0_notBefore(about), chosen), 0);
	ck_assert_int_eq(s->at_s == 0 &&
		(j->oc.code == OC_CERT_EXPIRED || j->oc.code == OC_CERT_NOT_YET_VALID),
	    says(j, "expired on ") || says(j, "is not valid before "));
}

/* Whoever does what was said gets in. */
static void follow_advice(const struct scene *s, const struct judged *j)
{
	struct scene other = *s;
	bool helps;

	other.lenient = true;
	helps = !s->lenient && accepts(&other, SCENE_NAME);
	ck_assert_int_eq(advises(j, "--no-x509-strict"), helps);
	if (says(j, "a more lenient client would accept it") && !helps)
		ck_assert(advises(j, "no option accepts it"));
	other = *s;
	if (advises(j, "--cacert FILE with") && !advises(j, "if that is a root")) {
		ck_assert_ptr_nonnull(s->remedy);
		other.trusted[TRUSTED_MAX - 1] = s->remedy;
		for (size_t i = 0; i + 1 < TRUSTED_MAX; i++)
			other.trusted[i] = other.trusted[i] ? other.trusted[i] : s->remedy;
		ck_assert(accepts(&other, SCENE_NAME));
	}
	other = *s;
	if (advises(j, "configure the server to send the certificate of")) {
		ck_assert_ptr_nonnull(s->remedy);
		other.sent[0] = s->remedy;
		helps = accepts(&other, SCENE_NAME);
		other.trusted[TRUSTED_MAX - 1] = other.trusted[1] = s->remedy;
		ck_assert(helps || accepts(&other, SCENE_NAME));
	}
	if (advises(j, "--verify-name ")) {
		char name[64] = "";

		ck_assert_int_eq(sscanf(strstr(j->oc.advice, "--verify-name ") + 14, "%63[^, ]",
				     name),
		    1);
		ck_assert_int_ne(failure(s, name), OC_CERT_WRONG_NAME);
	}
	/* The table's: "--cacert FILE with that very certificate". */
	if (j->oc.code == OC_CERT_SELF_SIGNED) {
		ck_assert_str_eq(j->oc.advice, "");
		other = *s;
		other.trusted[0] = s->leaf;
		ck_assert(accepts(&other, SCENE_NAME));
	}
}

void scene_check(const char *what, const struct scene *s, enum outcome_code code, const char *words)
{
	struct judged j;

	run(s, SCENE_NAME, &j);
	ck_assert_msg(!j.accepted && j.oc.code == code && says(&j, words),
	    "%s: %s: %s\n  try: %s\n  wanted: %s: %s", what, outcome_name(j.oc.code), j.oc.detail,
	    j.oc.advice, outcome_name(code), words);
	check_trust_words(s, &j);
	check_extension_words(s, &j);
	check_date_words(s, &j);
	follow_advice(s, &j);
	verdict_free(&j.v);
}
