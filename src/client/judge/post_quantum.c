/* SPDX-License-Identifier: MIT */
#include "client/judge/post_quantum.h"

#include <stdio.h>
#include <string.h>

#include "tls/cert_id.h"
#include "tls/context.h"
#include "tls/policy.h"

static enum post_quantum_answer answer(bool yes)
{
	return yes ? POST_QUANTUM_YES : POST_QUANTUM_NO;
}

static void judge_key_exchange(const struct tls_conn_facts *f, struct post_quantum *out)
{
	if (f->protocol && f->protocol[0])
		out->key_exchange = answer(tls_policy_is_post_quantum(f->group));
}

/* A root's own signature proves nothing: the root is trusted without it. */
static bool is_trusted_alone(const struct verdict *v, int i)
{
	struct cert_info c;

	cert_info_get(verdict_certificate(v, i), &c);
	return i > 0 && i + 1 == verdict_count(v) && c.self_signed;
}

static void judge_certificate(const struct verdict *v, struct post_quantum *out)
{
	struct cert_id id;

	if (verdict_count(v) == 0)
		return;
	cert_id_get(verdict_certificate(v, 0), &id);
	out->certificate = answer(id.key_is_post_quantum);
	snprintf(out->algorithm, sizeof out->algorithm, "%s", v->chain[0].key);
	for (int i = 0; i < verdict_count(v) && out->certificate == POST_QUANTUM_YES; i++) {
		cert_id_get(verdict_certificate(v, i), &id);
		if (id.signature_is_post_quantum || is_trusted_alone(v, i))
			continue;
		out->certificate = POST_QUANTUM_NO;
		snprintf(out->algorithm, sizeof out->algorithm, "%s", id.signature);
	}
}

void post_quantum_judge(const struct tls_conn_facts *f, const struct verdict *v,
    struct post_quantum *out)
{
	memset(out, 0, sizeof *out);
	judge_key_exchange(f, out);
	judge_certificate(v, out);
}

int post_quantum_expect(const struct tls_conn_facts *f, bool offered, struct outcome *oc)
{
	const struct tls_policy_choice usual = { .groups = NULL };

	if (tls_policy_is_post_quantum(f->group))
		return 0;
	outcome_set(oc, OC_KEY_EXCHANGE_CLASSICAL,
	    "the key exchange is %s%s%s, which is not post-quantum%s", f->protocol,
	    f->group[0] ? " with " : "", f->group,
	    offered ? "" : "; this client offered no post-quantum group");
	if (!offered && tls_policy_offers_post_quantum(&usual))
		outcome_advise(oc,
		    "omit --groups, --tls-max and --hello classical: one of them excludes "
		    "X25519MLKEM768");
	else if (!offered)
		outcome_advise(oc,
		    "hello-client needs a TLS library with X25519MLKEM768, such as OpenSSL 3.5, "
		    "and this is %s",
		    tls_context_library());
	return -1;
}
