/* SPDX-License-Identifier: MIT */
#include "client/session/hello_variant.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "client/judge/path.h"
#include "tls/context.h"
#include "tls/error.h"

/*
 * FIRST: a first segment or record that ends before the first extension of a ClientHello for TLS
 * 1.3, which has 95 bytes before it with our ciphers. POST_QUANTUM: what a share of ML-KEM-768
 * adds (FIPS 203 section 8: 1184 bytes, and a head).
 */
enum { FIRST = 64, POST_QUANTUM = 1188 };

/* RFC 8701 section 2, RFC 9849 section 11.1. */
enum { GREASE_EXTENSION = 0x0a0a, ECH_EXTENSION = 0xfe0d, EXTENSION_HEAD = 4, PADDING_MAX = 4096 };

static const char hybrid[] = "X25519MLKEM768", classical[] = "X25519:P-256:P-384";

/* All that TLS 1.2 and 1.3 have without post-quantum ones (RFC 8446 section 4.2.3). */
static const char classical_signatures[] =
    "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:ed448:"
    "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:rsa_pss_rsae_sha256:"
    "rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512";

const char *const hello_variant_names[] = {
	[HELLO_PLAIN] = "plain",
	[HELLO_CLASSICAL] = "classical",
	[HELLO_LONG] = "long",
	[HELLO_TWO_SEGMENTS] = "two-segments",
	[HELLO_RECORDS] = "records",
	[HELLO_SMALL_SEGMENTS] = "small-segments",
	[HELLO_RETRY] = "retry",
	[HELLO_NO_PQ_SIGNATURES] = "no-pq-signatures",
	[HELLO_GREASE] = "grease",
	[HELLO_ECH_GREASE] = "ech-grease",
	[HELLO_VARIANTS] = NULL,
};

/* ---- settings ------------------------------------------------------------------------------- */

static bool has_hybrid(void)
{
	const struct tls_policy_choice choice = { .groups = hybrid };

	return tls_context_check_policy(&choice, NULL) == 0;
}

static bool has_post_quantum_signatures(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	bool has = ctx && SSL_CTX_set1_sigalgs_list(ctx, "mldsa65") == 1;

	tls_error_clear();
	SSL_CTX_free(ctx);
	return has;
}

bool hello_variant_is_available(enum hello_variant v)
{
	switch (v) {
	case HELLO_CLASSICAL:
	case HELLO_RETRY:
		return has_hybrid();
	case HELLO_NO_PQ_SIGNATURES:
		return has_post_quantum_signatures();
	default:
		return true;
	}
}

bool hello_variant_needs_tcp(enum hello_variant v)
{
	return v == HELLO_TWO_SEGMENTS || v == HELLO_RECORDS || v == HELLO_SMALL_SEGMENTS;
}

void hello_variant_add(struct client_options *o, enum hello_variant v)
{
	switch (v) {
	case HELLO_CLASSICAL:
		o->policy.groups = classical;
		break;
	case HELLO_LONG:
		o->hello.padding = POST_QUANTUM;
		break;
	case HELLO_TWO_SEGMENTS:
		o->hello.split = FIRST;
		break;
	case HELLO_RECORDS:
		o->hello.record = FIRST;
		break;
	case HELLO_SMALL_SEGMENTS:
		o->hello.segment = PATH_SEGMENT;
		break;
	case HELLO_RETRY:
		o->policy.late_hybrids = true;
		break;
	case HELLO_NO_PQ_SIGNATURES:
		o->hello.classical_signatures = true;
		break;
	case HELLO_GREASE:
		o->hello.padding = EXTENSION_HEAD;
		break;
	case HELLO_ECH_GREASE:
		o->hello.ech = true;
		break;
	default:
		break;
	}
}

static int check(const struct client_options *o, enum hello_variant v, struct outcome *oc)
{
	const char *name = hello_variant_names[v];
	bool sets_groups = v == HELLO_CLASSICAL || v == HELLO_RETRY;

	if (!hello_variant_is_available(v)) {
		outcome_set(oc, OC_USAGE, "--hello %s: this TLS library lacks %s", name,
		    sets_groups ? hybrid : "ML-DSA");
		outcome_advise(oc, "it needs OpenSSL 3.5; --version shows the library");
		return -1;
	}
	if (sets_groups && o->policy.groups && o->policy.groups != classical)
		return outcome_set(oc, OC_USAGE,
		    "--hello %s and --groups exclude each other: both choose the groups", name);
	if (v == HELLO_RETRY && !tls_policy_allows(&o->policy, TLS_POLICY_TLS13))
		return outcome_set(oc, OC_USAGE,
		    "--hello %s and --tls-max 1.2 exclude each other: TLS 1.2 has no "
		    "HelloRetryRequest",
		    name);
	return 0;
}

int hello_variant_choose(struct client_options *o, struct outcome *oc)
{
	enum hello_variant v = (enum hello_variant)o->hello_variant;

	if (check(o, v, oc) != 0)
		return -1;
	hello_variant_add(o, v);
	return 0;
}

/* ---- contexts ------------------------------------------------------------------------------- */

bool hello_variant_needs_context(const struct client_options *o)
{
	return o->hello.padding > 0 || o->hello.ech || o->hello.classical_signatures ||
	    o->policy.late_hybrids || o->policy.groups == classical;
}

/* The library's own padding extension only fills up to 512 bytes. */
static int add_padding(SSL *ssl, unsigned type, unsigned context, const unsigned char **out,
    size_t *out_len, X509 *cert, size_t chain_index, int *alert, void *bytes)
{
	static const unsigned char nothing[PADDING_MAX];

	(void)ssl, (void)type, (void)context, (void)cert, (void)chain_index, (void)alert;
	*out = nothing;
	*out_len = (size_t)(uintptr_t)bytes - EXTENSION_HEAD;
	return 1;
}

static bool pad(SSL_CTX *ctx, unsigned bytes)
{
	assert(bytes >= EXTENSION_HEAD && bytes <= PADDING_MAX);
	return SSL_CTX_add_custom_ext(ctx, GREASE_EXTENSION, SSL_EXT_CLIENT_HELLO, add_padding,
		   NULL, (void *)(uintptr_t)bytes, NULL, NULL) == 1;
}

#ifdef SSL_OP_ECH_GREASE

static bool grease_ech(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_ECH_GREASE);
	return true;
}

#else

/*
 * ECHClientHello of RFC 9849 section 5, type outer: HKDF-SHA256, AES-128-GCM, a configuration
 * that does not exist, an X25519 key, and a payload of a usual length. A second ClientHello must
 * repeat it, so it is the same for the whole process.
 */
enum { ECH_KEY = 6, ECH_KEY_LEN = 32, ECH_PAYLOAD = ECH_KEY + 2 + ECH_KEY_LEN };
enum { ECH_PAYLOAD_LEN = 144, ECH_LEN = ECH_PAYLOAD + 2 + ECH_PAYLOAD_LEN };

static unsigned char ech[ECH_LEN];
static bool has_ech;
static CRYPTO_ONCE ech_once = CRYPTO_ONCE_STATIC_INIT;

static void make_ech(void)
{
	static const unsigned char head[] = { 0, 0, 1, 0, 1 };

	has_ech = RAND_bytes(ech, sizeof ech) == 1;
	memcpy(ech, head, sizeof head);
	ech[ECH_KEY] = 0;
	ech[ECH_KEY + 1] = ECH_KEY_LEN;
	ech[ECH_PAYLOAD] = 0;
	ech[ECH_PAYLOAD + 1] = ECH_PAYLOAD_LEN;
}

static int add_ech(SSL *ssl, unsigned type, unsigned context, const unsigned char **out,
    size_t *out_len, X509 *cert, size_t chain_index, int *alert, void *unused)
{
	(void)ssl, (void)type, (void)context, (void)cert, (void)chain_index, (void)alert;
	(void)unused;
	*out = ech;
	*out_len = sizeof ech;
	return 1;
}

/* A server that supports it sends its configurations, which are ignored. */
static bool grease_ech(SSL_CTX *ctx)
{
	const unsigned messages = SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_3_ENCRYPTED_EXTENSIONS |
	    SSL_EXT_TLS1_3_HELLO_RETRY_REQUEST;

	return CRYPTO_THREAD_run_once(&ech_once, make_ech) && has_ech &&
	    SSL_CTX_add_custom_ext(ctx, ECH_EXTENSION, messages, add_ech, NULL, NULL, NULL,
		NULL) == 1;
}

#endif

int hello_variant_use(SSL_CTX *ctx, const struct client_hello *hello, struct outcome *oc)
{
	char text[128];

	if ((hello->padding == 0 || pad(ctx, hello->padding)) && (!hello->ech || grease_ech(ctx)) &&
	    (!hello->classical_signatures ||
		SSL_CTX_set1_sigalgs_list(ctx, classical_signatures) == 1))
		return 0;
	return outcome_set(oc, OC_INTERNAL, "the TLS library rejected the ClientHello's form: %s",
	    tls_error_text(text, sizeof text));
}
