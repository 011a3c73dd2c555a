/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CERT_INFO_H
#define HELLO_TLS_CERT_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/*
 * Properties of one X.509 certificate (RFC 5280) as clean text for people (see text.h),
 * from any string type. Quotation marks in a name are escaped, and in lists commas too.
 * A text that is too long is cut and ends in "...".
 */
enum {
	CERT_INFO_NAME_MAX = 160,
	CERT_INFO_SANS_MAX = 320,
	CERT_INFO_KEY_MAX = 32,
	CERT_INFO_SHA256_MAX = 65
};

struct cert_info {
	char subject[CERT_INFO_NAME_MAX]; /* CN if there is one, else the whole name, else "" */
	char label[CERT_INFO_NAME_MAX];   /* for sentences: subject, else the first name */
	char issuer[CERT_INFO_NAME_MAX];
	char sans[CERT_INFO_SANS_MAX];     /* dNSName and iPAddress: "a.test", "192.0.2.1" */
	int64_t not_before, not_after;    /* seconds since 1970, UTC */
	bool has_begin, has_end;          /* these dates can be read; otherwise they are 0 */
	char key_type[CERT_INFO_KEY_MAX];  /* "EC", "RSA", "ED25519" */
	char key[CERT_INFO_KEY_MAX];       /* with its size: "EC P-256", "RSA 2048" */
	char sha256[CERT_INFO_SHA256_MAX]; /* of the whole certificate, in hex */
	bool must_staple;                 /* TLS feature status_request, RFC 7633 */
	bool self_signed;                 /* self-issued, by its names and key identifiers */
};

/* Never fails: an unreadable value is empty or 0. */
void cert_info_get(const X509 *cert, struct cert_info *out);

/*
 * Calls visit for each name of a certificate, as in cert_info.sans: a dNSName
 * unchanged, an iPAddress as text. Names that are not printable ASCII are skipped.
 */
void cert_info_each_name(const X509 *cert, void (*visit)(void *arg, const char *name), void *arg);

/*
 * The same for programs, and each uniformResourceIdentifier too: all of them, escaped as in
 * cert_info.sans and never cut.
 */
void cert_info_each_san(const X509 *cert, void (*visit)(void *arg, const char *name), void *arg);

/* The usual name of a subject: its CN if there is one, else the whole name, else "". */
void cert_info_name(const X509_NAME *name, char out[CERT_INFO_NAME_MAX]);

/* Seconds since 1970; 0 if missing. */
int64_t cert_info_seconds(const ASN1_TIME *time);

/*
 * All names of the subjectAltName that can identify a party, with their kinds:
 * "DNS:a.test, URI:spiffe://a.test/me, email:me@a.test, IP:192.0.2.1"; "" if there are
 * none.
 */
void cert_info_alternatives(const X509 *cert, char out[CERT_INFO_SANS_MAX]);

/* The purposes of a certificate, and its strength. */
struct cert_info_fitness {
	bool is_ca;
	bool server_auth;       /* allowed by its extended key usage, or it has none */
	bool client_auth;       /* the same */
	bool digital_signature; /* allowed by its key usage, or it has none */
	int key_security_bits, signature_security_bits; /* NIST SP 800-57; 0: unknown */
	bool invalid_dates; /* not in the form of RFC 5280: verification fails */
};

/* As cert_info_get. Takes the certificate's lock to parse its extensions. */
void cert_info_judge(X509 *cert, struct cert_info_fitness *out);

/* Did issuer issue this certificate, judging by name, key identifier and key usage? */
bool cert_info_issued(X509 *issuer, X509 *cert);

#endif
