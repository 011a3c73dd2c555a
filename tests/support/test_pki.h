/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_TEST_PKI_H
#define HELLO_TESTS_TEST_PKI_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

/*
 * Certificates for tests, made again in every run: none is kept, so none can expire or leak. A
 * failure ends the test by abort().
 */
struct testpki_cert {
	X509 *cert;
	EVP_PKEY *key;
};

enum testpki_key { TESTPKI_P256, TESTPKI_P521, TESTPKI_RSA2048, TESTPKI_RSA1024 };

/* As in x509v3_config(5): "subjectAltName" or an OID, and "critical,DER:05:00". */
struct testpki_extension {
	const char *name, *value;
};

enum { TESTPKI_EXTRA_MAX = 2 };

/* What to make; zero or NULL is the ordinary. */
struct testpki_spec {
	const char *cn;               /* the whole subject; NULL: an empty one */
	const char *sans;             /* "DNS:a.test,IP:127.0.0.1" as in x509v3_config(5) */
	const char *eku;              /* "serverAuth" */
	const char *name_constraints; /* "permitted;DNS:.test" */
	long from_s, until_s;         /* seconds from now; both 0: from an hour ago for 30 days */
	enum testpki_key key;
	bool ca;
	bool limit_path;              /* put pathlen into a CA */
	int pathlen;
	bool no_key_ids;              /* neither authority nor subject key identifier */
	const char *key_usage;             /* instead of the usual one; "": none */
	const char *authority;             /* of authorityKeyIdentifier, "keyid,issuer:always" */
	const char *key_id;                /* of subjectKeyIdentifier, "01:02" */
	struct testpki_extension extra[TESTPKI_EXTRA_MAX]; /* behind the usual ones */
	bool bare;                         /* X.509 version 1: without extensions */
	bool no_basic_constraints;
	const struct testpki_cert *same_key; /* with the key of this one */
	const struct testpki_cert *issuer; /* NULL: self-signed */
};

/* Everything made here lives until testpki_end. */
const struct testpki_cert *testpki_make(const struct testpki_spec *spec);

/* The usual three: a root, an intermediate with pathlen 0, a leaf for server and client. */
const struct testpki_cert *testpki_root(const char *cn);
const struct testpki_cert *testpki_intermediate(const struct testpki_cert *root);
const struct testpki_cert *testpki_leaf(const struct testpki_cert *issuer, const char *sans);

/* A list of revoked certificates, one at most; zero or NULL is the ordinary. */
struct testpki_crl {
	const struct testpki_cert *issuer;
	const struct testpki_cert *signer;  /* NULL: the issuer */
	const struct testpki_cert *revoked; /* NULL: none is */
	int reason, second_reason;          /* CRL_REASON_*; a second one is a second entry */
	long from_s, until_s; /* seconds from now; both 0: from an hour ago for a day */
	bool no_next_update;
	long number, base;      /* CRLNumber; base: a delta for that one; 0: neither */
	const char *scope;      /* issuingDistributionPoint, "onlyuser:TRUE" */
	bool key_id;            /* names the signer's key */
	bool critical;          /* has a critical extension that nobody knows */
	bool critical_entry;    /* its entry has */
	bool foreign_entry;     /* its entry is of another CA's certificate */
	bool tampered;          /* its signature is wrong */
	bool sha1;
};

/* The caller frees it. */
X509_CRL *testpki_make_crl(const struct testpki_crl *spec);

/* Some systems do not sign with SHA-1 any more. */
bool testpki_signs_with_sha1(void);

/* Write an OCSP response that says "good" of this certificate, for a day. */
void testpki_write_staple(const char *file, const struct testpki_cert *about,
    const struct testpki_cert *issuer);

/*
 * Make a new temporary folder and work in it, so that "leaf.pem" is a path; go
 * back and remove it with all that is in it. For CHECK_MAIN_IN: not within a
 * test, which may end in the middle.
 */
void testpki_begin(void);
void testpki_end(void);

/* The same without the end of the certificates: only the folder goes. */
void testpki_leave(void);

/* Write files into the current folder: certificates in this order, up to NULL; text. */
void testpki_write_certs(const char *file, const struct testpki_cert *first, ...);
/*
 * Write chain.pem and key.pem of a new leaf with these names. The issuer is in the chain, unless it
 * is a root. Returns the leaf.
 */
const struct testpki_cert *testpki_write_server(const struct testpki_cert *issuer,
    const char *sans);

void testpki_write_key(const char *file, const struct testpki_cert *of, const char *passphrase);
void testpki_write_crls(const char *file, const struct testpki_crl *crl, size_t count);
void testpki_write_text(const char *file, const char *text, size_t len);

#endif
