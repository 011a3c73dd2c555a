/* SPDX-License-Identifier: MIT */
#include "common/tlspolicy.h"

#include <openssl/ssl.h>

#include "common/tlsio.h"

/*
 * The policy.
 *
 * TLS 1.2 with forward secrecy and AEAD only, and TLS 1.3 (RFC 9325). AES-128
 * first: 128 bits are enough, and its SHA-256 key schedule costs a server 13 us
 * less per handshake than AES-256 with SHA-384.
 */
static const char ciphers_12[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
				 "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
				 "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
static const char ciphers_13[] =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";

/*
 * The ML-KEM hybrid first where the library has it: what is recorded today may
 * be broken later. "*" sends a key share with the first hello, "/" ends a set
 * of equal rank (SSL_CTX_set1_groups_list(3), OpenSSL 3.5). Older libraries
 * refuse the first list as a whole and take the second.
 */
static const char *const group_lists[] = {
	"*X25519MLKEM768/*X25519:P-256:P-384",
	"X25519:P-256:P-384",
};

/* 112 bits: RSA from 2048, no SHA-1 in signatures (SSL_CTX_set_security_level(3)). */
enum { SECURITY_LEVEL = 2 };

static int set_groups(SSL_CTX *ctx)
{
	char refused[128];

	for (size_t i = 0; i < sizeof group_lists / sizeof group_lists[0]; i++) {
		if (SSL_CTX_set1_groups_list(ctx, group_lists[i]) == 1)
			return 1;
		/* Or it would be told as the reason of a later failure. */
		tlsio_error_text(refused, sizeof refused);
	}
	return 0;
}

int tlspolicy_narrow(SSL_CTX *ctx, const struct tlspolicy_choice *choice, struct outcome *oc)
{
	if (choice->groups && SSL_CTX_set1_groups_list(ctx, choice->groups) != 1) {
		outcome_set(oc, OC_USAGE, "the TLS library knows no groups \"%s\"", choice->groups);
		outcome_advise(oc,
		    "--groups X25519:P-256, for example; "
		    "the library's own names, joined by colons");
		return -1;
	}
	return 0;
}

int tlspolicy_apply(SSL_CTX *ctx, const struct tlspolicy_choice *choice, struct outcome *oc)
{
	char text[128];

	SSL_CTX_set_security_level(ctx, SECURITY_LEVEL);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, 0) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, ciphers_12) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx, ciphers_13) != 1 || !set_groups(ctx))
		return outcome_set(oc, OC_INTERNAL, "the TLS library refuses our policy: %s",
		    tlsio_error_text(text, sizeof text));
	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	/* A missing close_notify is a truncation, always (RFC 8446 section 6.1). */
	SSL_CTX_clear_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
	return tlspolicy_narrow(ctx, choice, oc);
}
