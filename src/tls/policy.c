/* SPDX-License-Identifier: MIT */
#include "tls/policy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include "base/options.h"
#include "tls/context_groups.h"
#include "tls/error.h"

/*
 * The policy.
 *
 * TLS 1.2 with forward secrecy and AEAD only, and TLS 1.3 (RFC 9325). AES-128
 * first: 128 bits are enough, and its SHA-256 key schedule costs a server 13 us
 * less per handshake than AES-256 with SHA-384.
 */
struct entry {
	const char *name, *alias; /* OpenSSL's name, and the RFCs' name if it differs */
	bool hybrid;              /* hybrid of an elliptic curve and ML-KEM: TLS 1.3 only */
};

static const struct entry ciphers[] = {
	{ .name = "ECDHE-ECDSA-AES128-GCM-SHA256" },
	{ .name = "ECDHE-RSA-AES128-GCM-SHA256" },
	{ .name = "ECDHE-ECDSA-CHACHA20-POLY1305" },
	{ .name = "ECDHE-RSA-CHACHA20-POLY1305" },
	{ .name = "ECDHE-ECDSA-AES256-GCM-SHA384" },
	{ .name = "ECDHE-RSA-AES256-GCM-SHA384" },
};

static const struct entry ciphersuites[] = {
	{ .name = "TLS_AES_128_GCM_SHA256" },
	{ .name = "TLS_CHACHA20_POLY1305_SHA256" },
	{ .name = "TLS_AES_256_GCM_SHA384" },
};

/*
 * The ML-KEM hybrid first, if the library has it: traffic recorded today may be
 * decrypted later. Then the groups that all clients have, fastest first. P-521, X448
 * and finite fields cost a multiple without any practical gain.
 */
static const struct entry groups[] = {
	{ .name = "X25519MLKEM768", .hybrid = true },
	{ .name = "X25519" },
	{ .name = "P-256", .alias = "secp256r1" },
	{ .name = "P-384", .alias = "secp384r1" },
};

/*
 * Renegotiation lets a peer make us work, and compression leaks secrets. A missing
 * close_notify is always a truncation (RFC 8446 section 6.1). A resumption derives a
 * new secret (psk_dhe_ke); the secret of TLS 1.2 is bound to its handshake (RFC 7627).
 */
#define OPTIONS_ON \
	(SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE)
#define OPTIONS_OFF \
	(SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_ALLOW_NO_DHE_KEX | SSL_OP_LEGACY_SERVER_CONNECT | \
	    SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION | SSL_OP_NO_EXTENDED_MASTER_SECRET)

/* Maximum rows of a table, and maximum bytes of a list of all their names. */
enum { ENTRIES_MAX = 8, LIST_MAX = 256 };

/* The remaining rows of a table, the preferred one first. */
struct selection {
	const struct entry *entry[ENTRIES_MAX];
	size_t count;
	bool late_hybrids; /* see tls_policy_choice */
};

/* One of the lists: its option, its table, and the function that applies it. */
struct list {
	const char *option;
	const struct entry *table;
	size_t count;
	bool (*set)(SSL_CTX *ctx, const struct selection *s);
};

static void append(char list[LIST_MAX], const char *separator, const char *word)
{
	size_t len = strlen(list);

	snprintf(list + len, LIST_MAX - len, "%s%s", len > 0 ? separator : "", word);
}

static void join(char list[LIST_MAX], const struct selection *s, const char *separator)
{
	list[0] = '\0';
	for (size_t i = 0; i < s->count; i++)
		append(list, separator, s->entry[i]->name);
}

static bool set_ciphers(SSL_CTX *ctx, const struct selection *s)
{
	char list[LIST_MAX];

	join(list, s, ":");
	return SSL_CTX_set_cipher_list(ctx, list) == 1;
}

static bool set_ciphersuites(SSL_CTX *ctx, const struct selection *s)
{
	char list[LIST_MAX];

	join(list, s, ":");
	return SSL_CTX_set_ciphersuites(ctx, list) == 1;
}

/*
 * Since OpenSSL 3.5 (SSL_CTX_set1_groups_list(3)) "*" sends a key share with the first
 * hello, and "/" ends a set of equal rank. A client offers shares of a hybrid and of an
 * elliptic curve, so that no server has to ask again; a server prefers a hybrid even if
 * it has to ask.
 */
static bool set_groups(SSL_CTX *ctx, const struct selection *s)
{
	const bool ranked = OpenSSL_version_num() >= 0x30500000L;
	bool shared[2] = { false, false };
	char list[LIST_MAX] = "";

	for (size_t i = 0; i < s->count; i++) {
		const struct entry *e = s->entry[i];
		bool ends = ranked && i > 0 && (e->hybrid || s->entry[i - 1]->hybrid);

		append(list, ends ? "/" : ":", "");
		if (ranked && !shared[e->hybrid] && !(e->hybrid && s->late_hybrids))
			append(list, "", "*");
		shared[e->hybrid] = true;
		append(list, "", e->name);
	}
	return SSL_CTX_set1_groups_list(ctx, list) == 1;
}

#define TABLE(table) table, sizeof table / sizeof table[0]

static const struct list lists[] = {
	{ "--ciphers", TABLE(ciphers), set_ciphers },
	{ "--ciphersuites", TABLE(ciphersuites), set_ciphersuites },
	{ "--groups", TABLE(groups), set_groups },
};

enum { CIPHERS, CIPHERSUITES, GROUPS };

/* Does the library support it? Leaves the context with only this one. */
static bool has(SSL_CTX *ctx, const struct list *l, const struct entry *e)
{
	const struct selection one = { .entry = { e }, .count = 1 };
	char refused[128];

	if (l->set(ctx, &one))
		return true;
	/* Otherwise it would be reported as the reason of a later failure. */
	tls_error_text(refused, sizeof refused);
	return false;
}

static void select_all(SSL_CTX *ctx, const struct list *l, struct selection *out)
{
	out->count = 0;
	for (size_t i = 0; i < l->count; i++) {
		if (has(ctx, l, &l->table[i]))
			out->entry[out->count++] = &l->table[i];
	}
}

static bool is_named(const struct entry *e, const char *name, size_t len)
{
	return (strlen(e->name) == len && strncasecmp(e->name, name, len) == 0) ||
	    (e->alias && strlen(e->alias) == len && strncasecmp(e->alias, name, len) == 0);
}

static const struct entry *find(const struct selection *s, const char *name, size_t len)
{
	for (size_t i = 0; i < s->count; i++) {
		if (is_named(s->entry[i], name, len))
			return s->entry[i];
	}
	return NULL;
}

static int refuse_name(const struct list *l, const struct selection *known, const char *name,
    size_t len, struct outcome *oc)
{
	const struct entry *e = NULL;
	char list[LIST_MAX];

	for (size_t i = 0; i < l->count && !e; i++)
		e = is_named(&l->table[i], name, len) ? &l->table[i] : NULL;
	join(list, known, ", ");
	outcome_set(oc, OC_USAGE, "%s: %s \"%.*s\"; available: %s", l->option,
	    e ? "this TLS library lacks" : "hello-tls does not allow", (int)len, name, list);
	outcome_advise(oc,
	    "for example %s %s; join several names with colons, the preferred one first",
	    l->option, known->entry[0]->name);
	return -1;
}

/* The user's choice among those that the library supports. */
static int narrow(const struct list *l, const char *wanted, struct selection *s, struct outcome *oc)
{
	const struct selection known = *s;

	s->count = 0;
	for (const char *name = wanted;; name++) {
		size_t len = strcspn(name, ":");
		const struct entry *e = find(&known, name, len);

		if (!e)
			return refuse_name(l, &known, name, len, oc);
		if (!find(s, name, len))
			s->entry[s->count++] = e;
		name += len;
		if (!*name)
			return 0;
	}
}

static int set_list(SSL_CTX *ctx, const struct list *l, const char *wanted, struct selection *s,
    struct outcome *oc)
{
	char text[128];

	select_all(ctx, l, s);
	if (s->count > 0 && wanted && narrow(l, wanted, s, oc) != 0)
		return -1;
	if (s->count == 0 || !l->set(ctx, s))
		return outcome_set(oc, OC_INTERNAL, "the TLS library rejects the policy: %s",
		    tls_error_text(text, sizeof text));
	return 0;
}

static const char *version_name(int version)
{
	return version == TLS1_2_VERSION ? "1.2" : "1.3";
}

const char *const tls_policy_versions[] = { "1.2", "1.3", NULL };

int tls_policy_take_version(void *version, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	char name[64];
	unsigned at;

	snprintf(name, sizeof name, "--%s", row->name);
	if (options_choice(name, value, tls_policy_versions, &at, oc) != 0)
		return -1;
	*(int *)version = at == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;
	return 0;
}

bool tls_policy_allows(const struct tls_policy_choice *choice, int version)
{
	return version >= (choice->min ? choice->min : TLS1_2_VERSION) &&
	    version <= (choice->max ? choice->max : TLS1_3_VERSION);
}

bool tls_policy_limits_curves(const struct tls_policy_choice *choice)
{
	return choice->groups && tls_policy_allows(choice, TLS1_2_VERSION);
}

static int set_versions(SSL_CTX *ctx, const struct tls_policy_choice *choice, struct outcome *oc)
{
	int min = choice->min ? choice->min : TLS1_2_VERSION;

	if (choice->max && min > choice->max)
		return outcome_set(oc, OC_USAGE, "--tls-min %s is above --tls-max %s",
		    version_name(min), version_name(choice->max));
	if (SSL_CTX_set_min_proto_version(ctx, min) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, choice->max) != 1)
		return outcome_set(oc, OC_INTERNAL, "the TLS library rejects TLS %s",
		    version_name(min));
	return 0;
}

/* Hybrids came with TLS 1.3: without it they cannot be used. */
static int check_groups(const struct tls_policy_choice *choice, const struct selection *s,
    struct outcome *oc)
{
	for (size_t i = 0; i < s->count; i++) {
		if (!s->entry[i]->hybrid)
			return 0;
	}
	if (tls_policy_allows(choice, TLS1_3_VERSION))
		return 0;
	outcome_set(oc, OC_USAGE, "--groups %s leaves no group for TLS 1.2",
	    choice->groups);
	outcome_advise(oc, "use --tls-max 1.3, or --groups with X25519, P-256 or P-384");
	return -1;
}

static int keep_groups(SSL_CTX *ctx, const struct selection *s, struct outcome *oc)
{
	char list[LIST_MAX];

	join(list, s, ", ");
	if (context_groups_set(ctx, list) == 0)
		return 0;
	return outcome_set(oc, OC_INTERNAL, "out of memory for the names of the groups");
}

int tls_policy_apply(SSL_CTX *ctx, const struct tls_policy_choice *choice, struct outcome *oc)
{
	struct selection selected = { .late_hybrids = choice->late_hybrids };

	SSL_CTX_set_security_level(ctx, TLS_POLICY_SECURITY_LEVEL);
	if (set_versions(ctx, choice, oc) != 0 ||
	    set_list(ctx, &lists[CIPHERS], choice->ciphers, &selected, oc) != 0 ||
	    set_list(ctx, &lists[CIPHERSUITES], choice->ciphersuites, &selected, oc) != 0 ||
	    set_list(ctx, &lists[GROUPS], choice->groups, &selected, oc) != 0 ||
	    check_groups(choice, &selected, oc) != 0 || keep_groups(ctx, &selected, oc) != 0)
		return -1;
	SSL_CTX_set_options(ctx, OPTIONS_ON);
	SSL_CTX_clear_options(ctx, OPTIONS_OFF);
	/*
	 * Early data can be replayed, and a greeting does not benefit from it (RFC 8446
	 * section 8).
	 */
	SSL_CTX_set_max_early_data(ctx, 0);
	return 0;
}

bool tls_policy_offers_post_quantum(const struct tls_policy_choice *choice)
{
	SSL_CTX *scratch = SSL_CTX_new(TLS_client_method());
	struct selection left = { .count = 0 };
	bool offers = false;

	if (scratch && tls_policy_allows(choice, TLS1_3_VERSION) &&
	    set_list(scratch, &lists[GROUPS], choice->groups, &left, NULL) == 0) {
		for (size_t i = 0; i < left.count; i++)
			offers |= left.entry[i]->hybrid;
	}
	SSL_CTX_free(scratch);
	return offers;
}

bool tls_policy_is_post_quantum(const char *group)
{
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		if (is_named(&groups[i], group, strlen(group)))
			return groups[i].hybrid;
	}
	return false;
}

void tls_policy_relax(SSL_CTX *ctx)
{
	SSL_CTX_set_security_level(ctx, 0);
}

/* The library's own callback, the same for every context. */
typedef int security_callback(const SSL *ssl, const SSL_CTX *ctx, int op, int bits, int nid,
    void *other, void *ex);
static security_callback *library_callback;

static int spare_own(const SSL *ssl, const SSL_CTX *ctx, int op, int bits, int nid, void *other,
    void *ex)
{
	bool is_peers = (op & SSL_SECOP_PEER) != 0;

	switch (op & ~SSL_SECOP_PEER) {
	case SSL_SECOP_EE_KEY:
	case SSL_SECOP_CA_KEY:
	case SSL_SECOP_CA_MD:
		return is_peers ? library_callback(ssl, ctx, op, bits, nid, other, ex) : 1;
	default:
		return library_callback(ssl, ctx, op, bits, nid, other, ex);
	}
}

void tls_policy_relax_own(SSL_CTX *ctx)
{
	library_callback = SSL_CTX_get_security_callback(ctx);
	SSL_CTX_set_security_callback(ctx, spare_own);
}
