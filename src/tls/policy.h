/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_POLICY_H
#define HELLO_TLS_POLICY_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/options.h"
#include "base/outcome.h"

/*
 * The project's TLS policy in one place: versions, ciphers, groups. The tables in
 * policy.c show what is allowed, and why.
 */

/* 112 bits: RSA from 2048, no SHA-1 in signatures (SSL_CTX_set_security_level(3)). */
enum { TLS_POLICY_SECURITY_LEVEL = 2 };

/* TLS1_2_VERSION and TLS1_3_VERSION, for modules without the TLS library's headers. */
enum { TLS_POLICY_TLS12 = 0x0303, TLS_POLICY_TLS13 = 0x0304 };

/*
 * The user's restrictions; nothing here can widen the policy. All zero: the whole
 * policy. A list holds names from the policy's tables joined by colons, the preferred
 * one first; NULL: all of them.
 */
struct tls_policy_choice {
	const char *groups;       /* --groups: "X25519MLKEM768:X25519" */
	const char *ciphers;      /* --ciphers, TLS 1.2: OpenSSL's names */
	const char *ciphersuites; /* --ciphersuites, TLS 1.3 */
	int min, max;             /* --tls-min, --tls-max: TLS_POLICY_TLS12, _TLS13, or 0 */
	bool late_hybrids;        /* a client sends no key share for a hybrid unless it is asked */
};

/* The take function of an option whose member is the min or max of a choice: "1.2" or "1.3". */
extern const char *const tls_policy_versions[];
int tls_policy_take_version(void *version, const struct option_row *row, const char *value,
    struct outcome *oc);

/*
 * Applies the policy, restricted by choice, to this context, and undoes what
 * openssl.cnf may have loosened. Returns 0, or -1 with OC_INTERNAL, or with OC_USAGE if
 * nothing is left of the policy: a name that is not in it or that this library lacks
 * (the message lists the names that are allowed); min above max; no group for the one
 * version that is left.
 */
int tls_policy_apply(SSL_CTX *ctx, const struct tls_policy_choice *choice, struct outcome *oc);

/*
 * The relaxed policy, for servers that serve bad certificates on purpose: keys and
 * signatures of any strength, in whatever the connection sends or receives. Everything
 * else stays. Only for a tls_identity with unjudged_name.
 */
void tls_policy_relax(SSL_CTX *ctx);

/*
 * The same, but only for the certificates that this end sends: the peer's are judged as ever.
 * For clients that offer bad certificates on purpose.
 */
void tls_policy_relax_own(SSL_CTX *ctx);

/* May these two ends agree on this version (TLS1_2_VERSION, TLS1_3_VERSION)? */
bool tls_policy_allows(const struct tls_policy_choice *choice, int version);

/*
 * May --groups be the reason why a certificate cannot be used? In TLS 1.2 the curve of
 * an ECDSA certificate must be among them, too (RFC 8422 section 5.3).
 */
bool tls_policy_limits_curves(const struct tls_policy_choice *choice);

/* Does a client with this choice offer a hybrid? The library may lack them. */
bool tls_policy_offers_post_quantum(const struct tls_policy_choice *choice);

/*
 * Is this group (of tls_conn_facts) a hybrid, whose secret stays safe even if somebody
 * who recorded it can break elliptic curves later?
 */
bool tls_policy_is_post_quantum(const char *group);

#endif
