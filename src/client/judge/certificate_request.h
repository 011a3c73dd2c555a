/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_CERTIFICATE_REQUEST_H
#define HELLO_CLIENT_JUDGE_CERTIFICATE_REQUEST_H

#include <stdbool.h>

#include "tls/cert_info.h"
#include "tls/conn.h"

/* Types of keys, as certificates and signature schemes distinguish them. */
enum certificate_request_key {
	CERTIFICATE_REQUEST_RSA,
	CERTIFICATE_REQUEST_RSA_PSS,
	CERTIFICATE_REQUEST_ECDSA,
	CERTIFICATE_REQUEST_ED25519,
	CERTIFICATE_REQUEST_ED448,
	CERTIFICATE_REQUEST_ML_DSA_44,
	CERTIFICATE_REQUEST_ML_DSA_65,
	CERTIFICATE_REQUEST_ML_DSA_87,
	CERTIFICATE_REQUEST_KEYS
};

/*
 * What the server's CertificateRequest asked for (RFC 8446 section 4.3.2, RFC 5246 section 7.4.4),
 * and whether our certificate fits. Only the names of the first CAs are kept.
 */
enum { CERTIFICATE_REQUEST_CAS_MAX = 8 };

struct certificate_request {
	bool received;
	bool own;     /* --cert was given */
	bool sent;    /* our certificate was sent */
	int ca_count; /* number of different names; 0: any CA is acceptable */
	char cas[CERTIFICATE_REQUEST_CAS_MAX][CERT_INFO_NAME_MAX]; /* the first of them */
	unsigned key_types; /* 1 << each that the server accepts; 0: unknown */

	/* Only if own: */
	char issuer[CERT_INFO_NAME_MAX];       /* of our certificate */
	char last_issuer[CERT_INFO_NAME_MAX];  /* of the last certificate of our chain */
	char named_issuer[CERT_INFO_NAME_MAX]; /* if named: that issuer */
	bool named;                            /* an issuer in our chain is on the server's list */
	char key[CERT_INFO_KEY_MAX];           /* "RSA 2048" */
	unsigned key_type;                     /* 1 << its type; 0: unknown */
};

/* Call after the handshake, even a failed one. The names are clean text, see cert_info_name. */
void certificate_request_get(const struct tls_conn *t, struct certificate_request *out);

/* The number of names in cas. */
int certificate_request_kept(const struct certificate_request *r);

/* The accepted types of keys, one by one: "RSA", "ECDSA", "Ed25519"; NULL after the last. */
const char *certificate_request_key_type(const struct certificate_request *r, int i);

/* The same as a list, "RSA, ECDSA"; "" if they are unknown. Returns buf. */
enum { CERTIFICATE_REQUEST_KEY_TYPES_MAX = 96 };
const char *certificate_request_key_types(const struct certificate_request *r,
    char buf[CERTIFICATE_REQUEST_KEY_TYPES_MAX]);

/* Is it certain that the server accepts no key of our type? */
bool certificate_request_excludes_key(const struct certificate_request *r);

#endif
