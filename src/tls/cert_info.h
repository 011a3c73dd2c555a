/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CERT_INFO_H
#define HELLO_TLS_CERT_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/*
 * Facts of one X.509 certificate (RFC 5280) as clean text for people (see text.h):
 * of any string type, with the quotation marks and, in lists, the commas of a name
 * escaped. Text too long is cut and ends in "...".
 */
enum {
	CERT_INFO_NAME_MAX = 160,
	CERT_INFO_SANS_MAX = 320,
	CERT_INFO_KEY_MAX = 32,
	CERT_INFO_SHA256_MAX = 65
};

struct cert_info {
	char subject[CERT_INFO_NAME_MAX]; /* CN if there is one, else the whole name, else "" */
	char label[CERT_INFO_NAME_MAX];   /* in sentences: subject, else the first name of sans */
	char issuer[CERT_INFO_NAME_MAX];
	char sans[CERT_INFO_SANS_MAX];     /* dNSName and iPAddress: "a.test", "192.0.2.1" */
	int64_t not_before, not_after;    /* seconds since 1970, UTC */
	char key_type[CERT_INFO_KEY_MAX];  /* "EC", "RSA", "ED25519" */
	char key[CERT_INFO_KEY_MAX];       /* with its size: "EC P-256", "RSA 2048" */
	char sha256[CERT_INFO_SHA256_MAX]; /* of the whole certificate, in hex */
	bool must_staple;                 /* TLS feature status_request, RFC 7633 */
	bool self_signed;                 /* its own issuer, by its names and key identifiers */
};

/* Never fails: what cannot be read is empty or 0. */
void cert_info_get(const X509 *cert, struct cert_info *out);

/*
 * Calls visit for each name that a certificate is for, as cert_info.sans has them: dNSName
 * as the certificate has it, iPAddress as text. One that is not printable ASCII is left out.
 */
void cert_info_each_name(const X509 *cert, void (*visit)(void *arg, const char *name), void *arg);

/* The same for machines: all of them, as cert_info.sans writes each, escaped and never cut. */
void cert_info_each_san(const X509 *cert, void (*visit)(void *arg, const char *name), void *arg);

/* What people call a name: its CN if there is one, else the whole of it, else "". */
void cert_info_name(const X509_NAME *name, char out[CERT_INFO_NAME_MAX]);

/* Seconds since 1970; 0 where there is none. */
int64_t cert_info_seconds(const ASN1_TIME *time);

/*
 * All names of the subjectAltName that a party may be known by, with their kinds:
 * "DNS:a.test, URI:spiffe://a.test/me, email:me@a.test, IP:192.0.2.1"; "" without any.
 */
void cert_info_alternatives(const X509 *cert, char out[CERT_INFO_SANS_MAX]);

/* What a certificate is good for, and how good it is. */
struct cert_info_fitness {
	bool is_ca;
	bool server_auth;       /* by its extended key usage, or it has none */
	bool digital_signature; /* by its key usage, or it has none */
	int key_security_bits, signature_security_bits; /* NIST SP 800-57; 0: unknown */
};

/* As cert_info_get. Takes the certificate's lock to work its extensions out. */
void cert_info_judge(X509 *cert, struct cert_info_fitness *out);

/* Did issuer issue this one, by its name, key identifier and key usage? */
bool cert_info_issued(X509 *issuer, X509 *cert);

#endif
