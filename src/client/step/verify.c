/* SPDX-License-Identifier: MIT */
#include "client/step/verify.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "client/judge/cert_error.h"
#include "client/judge/cert_name.h"
#include "client/judge/expected.h"
#include "client/judge/post_quantum.h"
#include "client/judge/staple.h"
#include "client/judge/verdict.h"
#include "client/session/session.h"
#include "tls/conn.h"
#include "tls/key_use.h"
#include "tls/policy.h"
#include "tls/trust.h"

static void record_time(struct verdict *v, X509_STORE_CTX *judged)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(judged);

	v->another_time = (X509_VERIFY_PARAM_get_flags(param) & X509_V_FLAG_USE_CHECK_TIME) != 0;
	v->at = v->another_time ? X509_VERIFY_PARAM_get_time(param) : time(NULL);
}

static void record_chain(struct verdict *v, X509_STORE_CTX *judged)
{
	STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(judged);
	STACK_OF(X509) *built = X509_STORE_CTX_get0_chain(judged);
	STACK_OF(X509) *chain = built ? built : sent;

	v->disordered = findings_disordered(judged);
	v->sent = sk_X509_num(sent) > 0 ? sk_X509_num(sent) : 0;
	for (int i = 0; i < sk_X509_num(chain) && i < VERDICT_CHAIN_MAX; i++) {
		cert_info_get(sk_X509_value(chain, i), &v->chain[i]);
		v->chain_len++;
	}
	if (v->chain_len > 0)
		cert_id_get(sk_X509_value(chain, 0), &v->leaf);
	v->certs = chain ? X509_chain_up_ref(chain) : NULL;
	v->received = sent ? X509_chain_up_ref(sent) : NULL;
}

static struct verdict *verdict_of(X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());

	return tls_conn_owner(ssl);
}

static int reject_leaf(X509_STORE_CTX *store, int error)
{
	X509_STORE_CTX_set_error(store, error);
	X509_STORE_CTX_set_error_depth(store, 0);
	X509_STORE_CTX_set_current_cert(store, X509_STORE_CTX_get0_cert(store));
	return 0;
}

/*
 * In TLS 1.3, and in every suite of our policy, the server's key signs: a keyUsage without
 * digitalSignature forbids that (RFC 5280 section 4.2.1.3, RFC 8446 section 4.4.2.2). OpenSSL also
 * accepts keyAgreement.
 */
static int judge_key_usage(X509_STORE_CTX *store)
{
	X509 *leaf = X509_STORE_CTX_get0_cert(store);

	/* Without a keyUsage all bits are set. */
	if (X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE)
		return 1;
	return reject_leaf(store, X509_V_ERR_INVALID_PURPOSE);
}

/* The library compares no URI. */
static int judge_uri(X509_STORE_CTX *store, const char *uri)
{
	X509 *leaf = X509_STORE_CTX_get0_cert(store);

	if (!uri || cert_name_matches(leaf, uri))
		return 1;
	return reject_leaf(store, X509_V_ERR_HOSTNAME_MISMATCH);
}

/* What the library does not judge. */
static int judge_leaf(X509_STORE_CTX *store, const char *uri)
{
	return judge_uri(store, uri) && judge_key_usage(store);
}

static int judge(X509_STORE_CTX *store, const char *uri)
{
	int ret = X509_verify_cert(store);

	return ret <= 0 ? ret : judge_leaf(store, uri);
}

/* A context with the same certificates, store and parameters; NULL: out of memory. */
static X509_STORE_CTX *copy_of(X509_STORE_CTX *judged)
{
	X509_STORE_CTX *copy = X509_STORE_CTX_new();

	if (copy &&
	    X509_STORE_CTX_init(copy, X509_STORE_CTX_get0_store(judged),
		X509_STORE_CTX_get0_cert(judged), X509_STORE_CTX_get0_untrusted(judged)) == 1 &&
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(copy),
		X509_STORE_CTX_get0_param(judged)) == 1)
		return copy;
	X509_STORE_CTX_free(copy);
	return NULL;
}

/* Judge the same certificates without X509_V_FLAG_X509_STRICT, at this security level. */
static X509_STORE_CTX *judge_leniently(X509_STORE_CTX *judged, const char *uri, int level,
    int *ret)
{
	X509_STORE_CTX *again = copy_of(judged);
	X509_VERIFY_PARAM *param = again ? X509_STORE_CTX_get0_param(again) : NULL;

	if (param && X509_VERIFY_PARAM_clear_flags(param, X509_V_FLAG_X509_STRICT) == 1) {
		X509_VERIFY_PARAM_set_auth_level(param, level);
		*ret = judge(again, uri);
		return again;
	}
	X509_STORE_CTX_free(again);
	return NULL;
}

static bool passes_at(X509_STORE_CTX *judged, const char *uri, int level)
{
	int ret = 0;

	X509_STORE_CTX_free(judge_leniently(judged, uri, level, &ret));
	return ret > 0;
}

static int add_finding(int ok, X509_STORE_CTX *again)
{
	if (!ok)
		findings_add(X509_STORE_CTX_get_app_data(again), X509_STORE_CTX_get_error(again));
	return 1;
}

/* Judge a rejected chain again, to its end, and collect all its errors. */
static void collect_findings(struct findings *f, X509_STORE_CTX *judged)
{
	X509_STORE_CTX *again = copy_of(judged);

	if (!again)
		return;
	X509_STORE_CTX_set_app_data(again, f);
	X509_STORE_CTX_set_verify_cb(again, add_finding);
	/* The callback accepts everything, so the result means nothing. */
	(void)X509_verify_cert(again);
	X509_STORE_CTX_free(again);
}

static bool system_knows_issuer(X509_STORE_CTX *judged)
{
	STACK_OF(X509) *built = X509_STORE_CTX_get0_chain(judged);
	int n = sk_X509_num(built);

	return n > 0 && cert_error_is_distrust(X509_STORE_CTX_get_error(judged)) &&
	    tls_trust_knows_issuer(sk_X509_value(built, n - 1));
}

/* A leaf that is rejected by itself has no valid path: the search looks only at what is above. */
static void find_other_path(struct verdict *v, X509_STORE_CTX *judged)
{
	X509_STORE_CTX *copy = copy_of(judged);

	if (copy && judge_leaf(copy, v->uri))
		other_path_find(judged, &v->other);
	X509_STORE_CTX_free(copy);
}

/*
 * Report what every client rejects before what only strict clients reject: the library may stop at
 * the latter.
 */
static void record_failure(struct verdict *v, X509_STORE_CTX *judged)
{
	const int level = X509_VERIFY_PARAM_get_auth_level(X509_STORE_CTX_get0_param(judged));
	int ret = 0;
	X509_STORE_CTX *again = judge_leniently(judged, v->uri, level, &ret);
	X509_STORE_CTX *failed = again && ret <= 0 ? again : judged;

	v->lenient_accepts = ret > 0;
	v->weak_accepts = ret <= 0 && passes_at(judged, v->uri, 0);
	v->error = X509_STORE_CTX_get_error(failed);
	cert_info_get(issuer_cause_find(failed, &v->depth, &v->cause), &v->culprit);
	if (v->error == X509_V_ERR_CERT_REVOKED || crl_store_is_at_fault(v->error))
		revocation_note_crls(&v->revocation, failed, v->depth);
	X509_STORE_CTX_free(again);
	collect_findings(&v->findings, judged);
	if (v->uri && !cert_name_matches(X509_STORE_CTX_get0_cert(judged), v->uri))
		findings_add(&v->findings, X509_V_ERR_HOSTNAME_MISMATCH);
	v->system_knows = system_knows_issuer(judged);
	find_other_path(v, judged);
}

/* The only verification of this program. */
static int verify(struct verdict *v, X509_STORE_CTX *store)
{
	const char *uri = v->uri;
	int ret;

	verdict_free(v);
	memset(v, 0, sizeof *v);
	v->uri = uri;
	ret = judge(store, uri);
	v->ran = true;
	v->error = X509_STORE_CTX_get_error(store);
	v->depth = X509_STORE_CTX_get_error_depth(store);
	record_time(v, store);
	record_chain(v, store);
	if (ret <= 0)
		record_failure(v, store);
	/* The error selects the alert: unknown_ca only if trust is the cause. */
	X509_STORE_CTX_set_error(store,
	    issuer_cause_beyond_trust(&v->cause) ? X509_V_ERR_CERT_REJECTED : v->error);
	return ret;
}

int verify_callback(X509_STORE_CTX *store, void *unused)
{
	(void)unused;
	return verify(verdict_of(store), store);
}

/* Certificates that did not come from a handshake just now: from a session or a file. */
struct evidence {
	X509 *leaf;
	STACK_OF(X509) * sent;          /* includes the leaf */
	const X509_VERIFY_PARAM *param; /* includes the name */
	int level;                      /* security level */
};

/* Prepares what the library does in a handshake (ssl_verify_cert_chain); NULL: out of memory. */
static X509_STORE_CTX *prepare(SSL_CTX *ctx, const struct evidence *e)
{
	X509_STORE_CTX *store = X509_STORE_CTX_new();

	if (store && e->leaf &&
	    X509_STORE_CTX_init(store, SSL_CTX_get_cert_store(ctx), e->leaf, e->sent) == 1 &&
	    X509_STORE_CTX_set_default(store, "ssl_server") == 1) {
		X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(store), e->level);
		if (X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(store), e->param) == 1)
			return store;
	}
	X509_STORE_CTX_free(store);
	return NULL;
}

bool verify_accepts_with(const struct session *s, X509 *issuer)
{
	SSL *ssl = (SSL *)tls_conn_library(s->tls);
	STACK_OF(X509) *sent = X509_chain_up_ref(s->verdict.received);
	const struct evidence more = {
		.leaf = sk_X509_value(sent, 0),
		.sent = sent,
		.param = SSL_get0_param(ssl),
		.level = SSL_get_security_level(ssl),
	};
	X509_STORE_CTX *store = NULL;
	bool accepted;

	if (sent && X509_up_ref(issuer) == 1) {
		if (sk_X509_push(sent, issuer) > 0)
			store = prepare(s->ctx, &more);
		else
			X509_free(issuer);
	}
	accepted = store && judge(store, s->verdict.uri) == 1;
	X509_STORE_CTX_free(store);
	sk_X509_pop_free(sent, X509_free);
	return accepted;
}

static void judge_again(struct session *s, X509_STORE_CTX *store)
{
	if (verify(&s->verdict, store) == 1)
		staple_judge_again(&s->verdict, store, s->offered->staple, s->offered->staple_len);
	else if (s->verdict.error == X509_V_OK)
		/* A failure without an error means that nothing was judged. */
		s->verdict.ran = false;
}

/*
 * A resumption has no certificate: the peer proved that it knows the secret of a session, and the
 * session holds the certificates that were verified then. They are judged again, exactly as in a
 * full handshake: for this connection's name, at this time, with these CRLs; then with the OCSP
 * response that came with them.
 */
static void judge_session(struct session *s)
{
	/* The library takes a non-const pointer but changes nothing. */
	SSL *ssl = (SSL *)tls_conn_library(s->tls);
	const struct evidence session = {
		.leaf = tls_facts_peer_certificate(s->tls),
		.sent = SSL_get_peer_cert_chain(ssl),
		.param = SSL_get0_param(ssl),
		.level = SSL_get_security_level(ssl),
	};
	X509_STORE_CTX *store = prepare(s->ctx, &session);

	if (store)
		judge_again(s, store);
	X509_free(session.leaf);
	X509_STORE_CTX_free(store);
}

/* A store that the user names holds only what the user put into it, so nothing is noted. */
static void note_local_root(struct session *s)
{
	const struct tls_trust *trust = &s->options->trust;
	int last = verdict_count(&s->verdict) - 1;

	if (last > 0 && !trust->ca_file && !trust->ca_dir && !tls_trust_file_variable() &&
	    !tls_trust_dir_variable())
		local_root_find(local_root_folders, verdict_certificate(&s->verdict, last),
		    s->local_root);
}

static int judge_expected(const struct session *s, struct outcome *oc)
{
	if (expected_judge_key(&s->options->expected, &s->verdict, oc) != 0)
		return -1;
	return expected_judge_certificate(&s->options->expected, &s->verdict, oc);
}

/*
 * The handshake already rejected an invalid certificate, and step_handshake ended with its outcome.
 * This step checks it again before a byte from the peer is used, in case a later change lets
 * something through.
 */
int step_verify(struct session *s, struct outcome *oc)
{
	X509 *leaf = tls_facts_peer_certificate(s->tls);
	bool named = leaf && cert_name_matches(leaf, s->verify_name);

	X509_free(leaf);
	if (s->facts.resumed) {
		judge_session(s);
		if (s->verdict.ran && s->verdict.error != X509_V_OK)
			return verdict_explain(&s->verdict, s->verify_name, s->store, oc);
	}
	if (!s->verdict.ran || s->verdict.error != X509_V_OK ||
	    tls_facts_verify_result(s->tls) != X509_V_OK)
		return outcome_set(oc, OC_CERT_INVALID,
		    "the handshake ended without a verified certificate");
	if (!named)
		return outcome_set(oc, OC_CERT_WRONG_NAME,
		    "the handshake ended with a certificate that is not for \"%s\"",
		    s->verify_name);
	note_local_root(s);
	return judge_expected(s, oc);
}

int step_expect_pq(struct session *s, struct outcome *oc)
{
	/* What is offered takes a context of the library to find out. */
	return s->options->expect_pq
	    ? post_quantum_expect(&s->facts, tls_policy_offers_post_quantum(&s->options->policy),
		  oc)
	    : 0;
}

static void judge_file(struct session *s)
{
	X509_VERIFY_PARAM *param = X509_VERIFY_PARAM_new();
	const struct evidence file = {
		.leaf = sk_X509_value(s->chain, 0),
		.sent = s->chain,
		.param = param,
		.level = SSL_CTX_get_security_level(s->ctx),
	};
	X509_STORE_CTX *store = NULL;

	/* As SSL_new and tls_conn_new_client do. */
	if (param && X509_VERIFY_PARAM_inherit(param, SSL_CTX_get0_param(s->ctx)) == 1 &&
	    (s->verdict.uri || tls_conn_require_name(param, s->verify_name) == 0))
		store = prepare(s->ctx, &file);
	if (store && verify(&s->verdict, store) != 1 && s->verdict.error == X509_V_OK)
		s->verdict.ran = false;
	s->verdict.file = s->chain_name;
	X509_STORE_CTX_free(store);
	X509_VERIFY_PARAM_free(param);
}

/* A server with such a key cannot send its chain: no handshake gets that far. */
static int judge_key(const struct session *s, struct outcome *oc)
{
	char text[KEY_USE_TEXT_MAX];
	const char *obstacle = key_use_obstacle(s->ctx, sk_X509_value(s->chain, 0), text);

	if (!obstacle)
		return 0;
	outcome_set(oc, OC_CERT_INVALID,
	    "the certificate of \"%s\" %s, with which no server can sign for this client",
	    s->verdict.chain[0].label, obstacle);
	outcome_advise(oc, "%s", key_use_advice(s->ctx));
	return -1;
}

int step_judge(struct session *s, struct outcome *oc)
{
	judge_file(s);
	if (!s->verdict.ran)
		return outcome_set(oc, OC_INTERNAL, "the verification for \"%s\" did not run",
		    s->verify_name);
	if (expected_judge_certificate(&s->options->expected, &s->verdict, oc) != 0)
		return -1;
	if (s->verdict.error != X509_V_OK)
		return verdict_explain(&s->verdict, s->verify_name, s->store, oc);
	if (!cert_name_matches(sk_X509_value(s->chain, 0), s->verify_name))
		return outcome_set(oc, OC_CERT_WRONG_NAME, "the certificate is not for \"%s\"",
		    s->verify_name);
	if (judge_key(s, oc) != 0)
		return -1;
	note_local_root(s);
	if (s->verdict.chain[0].must_staple)
		snprintf(s->remark, sizeof s->remark,
		    "the certificate requires a stapled OCSP response; without a server this was "
		    "not checked");
	return judge_expected(s, oc);
}
