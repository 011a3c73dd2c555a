/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_POLICY_H
#define HELLO_TLS_POLICY_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/options.h"
#include "base/outcome.h"

/*
 * The project's TLS policy in one place: versions, ciphers, groups. What is
 * allowed, and why, is told at the tables in tls_policy.c.
 */

/* 112 bits: RSA from 2048, no SHA-1 in signatures (SSL_CTX_set_security_level(3)). */
enum { TLS_POLICY_SECURITY_LEVEL = 2 };

/* TLS1_2_VERSION and TLS1_3_VERSION, for modules without the TLS library's headers. */
enum { TLS_POLICY_TLS12 = 0x0303, TLS_POLICY_TLS13 = 0x0304 };

/*
 * What a user narrows; nothing in here can widen. Zeroed: the policy as it is.
 * A list is names of the policy's tables joined by colons, the preferred one
 * first; NULL: all of them.
 */
struct tls_policy_choice {
	const char *groups;       /* --groups: "X25519MLKEM768:X25519" */
	const char *ciphers;      /* --ciphers, TLS 1.2: OpenSSL's names */
	const char *ciphersuites; /* --ciphersuites, TLS 1.3 */
	int min, max;             /* --tls-min, --tls-max: TLS_POLICY_TLS12, _TLS13, or 0 */
};

/* The take function of an option whose member is a choice's min or max: "1.2" or "1.3". */
extern const char *const tls_policy_versions[];
int tls_policy_take_version(void *version, const struct option_row *row, const char *value,
    struct outcome *oc);

/*
 * Make this context keep the policy, narrowed by choice; what openssl.cnf may
 * have loosened is undone. Returns 0, or -1 with OC_INTERNAL, or with OC_USAGE
 * when nothing is left of the policy: a name that is not in it or that this
 * library lacks, which is told with the names that may stand there; min above
 * max; no group for the one version that is left.
 */
int tls_policy_apply(SSL_CTX *ctx, const struct tls_policy_choice *choice, struct outcome *oc);

/*
 * The one relaxed policy, for servers of bad certificates on purpose: keys and
 * signatures of any strength, of whatever the connection shows or is shown. All
 * else stays. Only for a tls_identity with unjudged_name.
 */
void tls_policy_relax(SSL_CTX *ctx);

/* May these two ends agree on this version (TLS1_2_VERSION, TLS1_3_VERSION)? */
bool tls_policy_allows(const struct tls_policy_choice *choice, int version);

/*
 * May --groups be why somebody's certificate does not do? With TLS 1.2 the curve
 * of an ECDSA certificate has to be among them, too (RFC 8422 section 5.3).
 */
bool tls_policy_limits_curves(const struct tls_policy_choice *choice);

/*
 * Is this group (of tls_conn_facts) a hybrid whose secret stays one even if
 * somebody who recorded it can break elliptic curves later?
 */
bool tls_policy_is_post_quantum(const char *group);

#endif
