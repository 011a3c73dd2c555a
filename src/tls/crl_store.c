/* SPDX-License-Identifier: MIT */
/*
 * X509_STORE_get0_objects is deprecated since OpenSSL 4.0, and its successor exists
 * since 3.3. Our stores are complete before they are read, so the race behind the
 * deprecation cannot happen.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "tls/crl_store.h"

#include <string.h>
#include <time.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "tls/crl_memory.h"
#include "tls/crl_text.h"
#include "tls/error.h"
#include "tls/pem.h"

/* If a CA has no list, an indirect list of another issuer may be meant to cover it. */
static void find_indirect(X509_STORE *store, struct crl_answer *out)
{
	const struct crl_memory *memory = crl_memory_of(store);
	STACK_OF(X509_OBJECT) * all;
	struct crl crl;

	if (!X509_STORE_lock(store))
		return;
	all = X509_STORE_get0_objects(store);
	for (int i = 0; i < sk_X509_OBJECT_num(all) && out->fault == CRL_MISSING; i++) {
		X509_CRL *list = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, i));

		if (!list)
			continue;
		crl_memory_get(memory, list, &crl);
		if (crl.fault == CRL_INDIRECT) {
			out->fault = crl.fault;
			out->crl = crl;
		}
	}
	X509_STORE_unlock(store);
}

/*
 * The depth of the topmost certificate above from that nobody vouches for: it is not from
 * the store, no list of its name remembers its key, and its issuer did not sign it. from:
 * there is none.
 */
static int find_unproven(X509_STORE_CTX *judged, int from)
{
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(judged);
	struct crl_memory *memory = crl_memory_of(X509_STORE_CTX_get0_store(judged));
	int i = X509_STORE_CTX_get_num_untrusted(judged) - 1;

	for (; i > from; i--) {
		X509 *cert = sk_X509_value(chain, i), *issuer = sk_X509_value(chain, i + 1);

		if (!crl_memory_has_key(memory, cert) &&
		    !(issuer && X509_verify(cert, X509_get0_pubkey(issuer)) == 1))
			return i;
	}
	return from;
}

static void ask(X509_STORE_CTX *judged, int depth, int unproven, struct crl_answer *out)
{
	const X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(judged);
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(judged);
	X509_STORE *store = X509_STORE_CTX_get0_store(judged);
	X509 *cert = sk_X509_value(chain, depth);
	struct crl_issuer issuer = { sk_X509_value(chain, depth + 1), depth + 1 > unproven,
		crl_memory_of(store) };
	bool another_time = X509_VERIFY_PARAM_get_flags(param) & X509_V_FLAG_USE_CHECK_TIME;
	int64_t now = another_time ? X509_VERIFY_PARAM_get_time(param) : time(NULL);
	STACK_OF(X509_CRL) *lists = NULL;
	char text[128];

	if (cert && !issuer.cert && X509_self_signed(cert, 0) == 1) {
		issuer.cert = cert;
		issuer.is_proven = depth > unproven;
	}
	/* In a chain that does not reach its root, the signer of a list cannot be determined. */
	if (issuer.cert)
		lists = X509_STORE_CTX_get1_crls(judged, X509_get_issuer_name(cert));
	crl_ask(lists, cert, &issuer, now, out);
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	if (out->fault == CRL_MISSING)
		find_indirect(store, out);
	/* An unusable list is not a failure if another one is usable. */
	tls_error_text(text, sizeof text);
}

void crl_store_ask(X509_STORE_CTX *judged, int depth, struct crl_answer *out)
{
	ask(judged, depth, find_unproven(judged, depth), out);
}

static int report(X509_STORE_CTX *store, int depth, int error)
{
	X509_STORE_CTX_set_error(store, error);
	X509_STORE_CTX_set_error_depth(store, depth);
	X509_STORE_CTX_set_current_cert(store,
	    sk_X509_value(X509_STORE_CTX_get0_chain(store), depth));
	return X509_STORE_CTX_get_verify_cb(store)(0, store);
}

/*
 * Replaces the library's own check, which takes a delta for a complete list and does
 * not explain why it skips a list. As there, the callback may tolerate a fault; what a
 * list says still counts.
 *
 * The library verifies the signatures of the chain only afterwards. So those of CAs are
 * verified first: nobody can have a long list hashed with a key of his own.
 */
static int check_revocation(X509_STORE_CTX *store)
{
	int last = sk_X509_num(X509_STORE_CTX_get0_chain(store)) - 1;
	int unproven = find_unproven(store, 0);
	struct crl_answer answer;

	/* Of the last one nothing is wrong but that it has no issuer, which was reported. */
	if (unproven > 0 && unproven < last &&
	    !report(store, unproven, X509_V_ERR_CERT_SIGNATURE_FAILURE))
		return 0;
	for (int depth = 0; depth <= last; depth++) {
		ask(store, depth, unproven, &answer);
		/* A root is trusted by itself, so a list for users only need not cover it. */
		if (depth == last && depth > 0 && answer.fault == CRL_OUT_OF_SCOPE)
			continue;
		if (answer.fault != CRL_USABLE &&
		    !report(store, depth, crl_text_error(answer.fault)))
			return 0;
		if (answer.revoked && !report(store, depth, X509_V_ERR_CERT_REVOKED))
			return 0;
	}
	return 1;
}

static int add_all(X509_STORE *store, STACK_OF(X509_CRL) * crls)
{
	for (int i = 0; i < sk_X509_CRL_num(crls); i++) {
		if (X509_STORE_add_crl(store, sk_X509_CRL_value(crls, i)) != 1)
			return -1;
	}
	return 0;
}

int crl_store_use(SSL_CTX *ctx, const char *path, struct outcome *oc)
{
	const struct tls_pem_file f = { .path = path, .what = "the CRL file" };
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	STACK_OF(X509_CRL) *crls = tls_pem_crls(&f, oc);
	int count = sk_X509_CRL_num(crls), ret = -1;

	if (!crls)
		return -1;
	X509_STORE_set_check_revocation(store, check_revocation);
	if (count > CRL_STORE_MAX)
		outcome_set(oc, OC_FILE, "the CRL file %s holds more than %d CRLs: %d", path,
		    CRL_STORE_MAX, count);
	else if (crl_memory_attach(store, crls) != 0)
		outcome_set(oc, OC_INTERNAL, "out of memory for the CRLs");
	/* If the library never called check_revocation, it would check the whole chain itself. */
	else if (add_all(store, crls) != 0 ||
	    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx),
		X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) != 1)
		outcome_set(oc, OC_INTERNAL, "the TLS library does not check CRLs");
	else
		ret = 0;
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
	return ret;
}

static void list_one(struct crl_memory *memory, X509_CRL *list, STACK_OF(X509_OBJECT) * all,
    struct crl_store *out)
{
	struct crl judged;

	crl_memory_get(memory, list, &out->crl);
	out->of_root = false;
	for (int i = 0, known = 0; i < sk_X509_OBJECT_num(all); i++) {
		X509 *cert = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));

		if (!cert ||
		    X509_NAME_cmp(X509_get_subject_name(cert), X509_CRL_get_issuer(list)) != 0)
			continue;
		crl_memory_judge(memory, list, cert, true, &judged);
		/* Of several CAs with one name the best match counts. */
		if (known++ == 0 || judged.fault < out->crl.fault)
			out->crl = judged;
		out->of_root = out->of_root || X509_self_signed(cert, 0) == 1;
	}
}

/* NULL equals only NULL: such a list covers everything. */
static bool has_same_scope(const X509_CRL *a, const X509_CRL *b)
{
	int at_a = X509_CRL_get_ext_by_NID(a, NID_issuing_distribution_point, -1);
	int at_b = X509_CRL_get_ext_by_NID(b, NID_issuing_distribution_point, -1);

	if (at_a < 0 || at_b < 0)
		return at_a < 0 && at_b < 0;
	return ASN1_OCTET_STRING_cmp(X509_EXTENSION_get_data(
					 (X509_EXTENSION *)X509_CRL_get_ext(a, at_a)),
		   X509_EXTENSION_get_data((X509_EXTENSION *)X509_CRL_get_ext(b, at_b))) == 0;
}

/* The first earlier list with the same issuer, and the first with the same scope. */
static void group(struct crl_store_file *f, X509_CRL *const lists[], size_t i)
{
	f->item[i].ca = f->item[i].scope = i;
	for (size_t j = i; j-- > 0;) {
		if (X509_NAME_cmp(X509_CRL_get_issuer(lists[i]), X509_CRL_get_issuer(lists[j])) !=
		    0)
			continue;
		f->item[i].ca = j;
		if (has_same_scope(lists[i], lists[j]))
			f->item[i].scope = j;
	}
}

static void record_uncovered(struct crl_memory *memory, X509 *cert, X509_CRL *const lists[],
    struct crl_store_file *out)
{
	bool root = X509_self_signed(cert, 0) == 1, named = false, signed_by = false,
	     usable = false;
	char *name;
	struct crl crl;

	for (size_t i = 0; i < out->count; i++) {
		if (X509_NAME_cmp(X509_get_subject_name(cert), X509_CRL_get_issuer(lists[i])) != 0)
			continue;
		named = true;
		usable = usable || out->item[i].crl.fault == CRL_USABLE;
		crl_memory_judge(memory, lists[i], cert, true, &crl);
		signed_by = signed_by || (crl.fault < CRL_FORGED && !crl.base.given);
	}
	/* If no list of that name can be used, each of them is reported separately. */
	if (signed_by || (named && !usable) || (!root && X509_check_ca(cert) <= 0))
		return;
	name = root && !named ? out->uncovered : out->uncovered_key;
	if (!name[0])
		cert_info_name(X509_get_subject_name(cert), name);
}

void crl_store_list(const SSL_CTX *ctx, struct crl_store_file *out)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	struct crl_memory *memory = crl_memory_of(store);
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(store);
	X509_CRL *lists[CRL_STORE_MAX];
	char text[128];

	memset(out, 0, sizeof *out);
	for (int i = 0; i < sk_X509_OBJECT_num(all) && out->count < CRL_STORE_MAX; i++) {
		X509_CRL *list = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, i));

		if (!list)
			continue;
		lists[out->count] = list;
		list_one(memory, list, all, &out->item[out->count]);
		group(out, lists, out->count++);
	}
	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		X509 *cert = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));

		if (cert)
			record_uncovered(memory, cert, lists, out);
	}
	/* A wrong signature is recorded in the facts. */
	tls_error_text(text, sizeof text);
}

bool crl_store_is_at_fault(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
	case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
		return true;
	default:
		return false;
	}
}

enum crl_fault crl_store_fault(const struct crl_store_file *f, size_t i, int64_t now)
{
	const struct crl_store *it = &f->item[i];
	enum crl_fault fault = crl_fault_at(&it->crl, now);
	bool lone = true;

	if (!it->crl.base.given || it->crl.fault != CRL_USABLE)
		return fault;
	for (size_t j = 0; j < f->count; j++) {
		const struct crl_store *other = &f->item[j];

		if (other->scope != it->scope || other->crl.base.given ||
		    other->crl.fault != CRL_USABLE)
			continue;
		if (crl_continues(&it->crl, &other->crl))
			return fault;
		lone = false;
	}
	return lone ? CRL_LONE_DELTA : CRL_MISFIT;
}

/* Is b a complete list of a's CA that covers at least what a covers? */
static bool may_replace(const struct crl_store_file *f, size_t a, size_t b)
{
	const struct crl *crl = &f->item[b].crl;

	return f->item[a].ca == f->item[b].ca && !crl->base.given && crl->fault == CRL_USABLE &&
	    (f->item[a].scope == f->item[b].scope ||
		(!crl->only_users && !crl->only_cas && !crl->partial));
}

bool crl_store_is_covered(const struct crl_store_file *f, size_t i, int64_t now)
{
	for (size_t j = 0; j < f->count; j++) {
		if (may_replace(f, i, j) && crl_fault_at(&f->item[j].crl, now) == CRL_USABLE)
			return true;
	}
	return false;
}

int64_t crl_store_left(const struct crl_store_file *f, int64_t now)
{
	int64_t left = INT64_MAX;

	for (size_t i = 0; i < f->count; i++) {
		int64_t end = now;

		/* Later lists may become valid, but nothing shows yet that they will be usable. */
		for (size_t j = 0; j < f->count; j++) {
			const struct crl *crl = &f->item[j].crl;

			if (may_replace(f, i, j) && crl_fault_at(crl, now) == CRL_USABLE &&
			    crl->next_update > end)
				end = crl->next_update;
		}
		if (end - now < left)
			left = end - now;
	}
	return left;
}

bool crl_store_decides(const struct crl_store_file *f, size_t i, int64_t now)
{
	const struct crl_store *it = &f->item[i];

	if (it->crl.base.given)
		return false;
	for (size_t j = 0; j < f->count; j++) {
		const struct crl_store *other = &f->item[j];
		enum crl_fault mine = crl_store_fault(f, i, now), its = crl_store_fault(f, j, now);

		if (j == i || other->scope != it->scope || other->crl.base.given || its > mine)
			continue;
		if (its < mine || crl_is_newer(&other->crl, &it->crl) ||
		    (j < i && !crl_is_newer(&it->crl, &other->crl)))
			return false;
	}
	return true;
}
