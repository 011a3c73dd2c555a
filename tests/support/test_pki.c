/* SPDX-License-Identifier: MIT */
#include "support/test_pki.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* Everything made so far, so that testpki_end can release it. */
enum { CERTS_MAX = 512 };

static struct testpki_cert made[CERTS_MAX];
static size_t made_count;

static char folder[256], came_from[1024];

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "testpki: cannot %s\n", what);
	ERR_print_errors_fp(stderr);
	abort();
}

static EVP_PKEY *make_key(enum testpki_key type)
{
	EVP_PKEY *key = NULL;

	switch (type) {
	case TESTPKI_P256:
		key = EVP_EC_gen("P-256");
		break;
	case TESTPKI_P521:
		key = EVP_EC_gen("P-521");
		break;
	case TESTPKI_RSA2048:
		key = EVP_RSA_gen(2048);
		break;
	case TESTPKI_RSA1024:
		key = EVP_RSA_gen(1024);
		break;
	}
	must(key != NULL, "make a key");
	return key;
}

static void set_subject(X509 *cert, const char *cn)
{
	X509_NAME *name = X509_NAME_new();

	if (cn)
		must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		    (const unsigned char *)cn, -1, -1, 0) == 1, "name the subject");
	must(X509_set_subject_name(cert, name) == 1, "set the subject");
	X509_NAME_free(name);
}

static void set_times(X509 *cert, const struct testpki_spec *spec)
{
	bool usual = spec->from_s == 0 && spec->until_s == 0;

	must(X509_gmtime_adj(X509_getm_notBefore(cert), usual ? -3600 : spec->from_s) &&
	    X509_gmtime_adj(X509_getm_notAfter(cert), usual ? 30L * 86400 : spec->until_s),
	    "set the dates");
}

static void extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	must(extension && X509_add_ext(cert, extension, -1) == 1, value);
	X509_EXTENSION_free(extension);
}

static void extend_by_name(X509 *cert, X509 *issuer, const struct testpki_extension *extra)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf(NULL, &context, extra->name, extra->value);
	must(extension && X509_add_ext(cert, extension, -1) == 1, extra->name);
	X509_EXTENSION_free(extension);
}

static void set_key_ids(X509 *cert, X509 *issuer, const struct testpki_spec *spec)
{
	extend(cert, issuer, NID_subject_key_identifier, spec->key_id ? spec->key_id : "hash");
	if (issuer != cert)
		extend(cert, issuer, NID_authority_key_identifier,
		    spec->authority ? spec->authority : "keyid:always");
}

/* RFC 5280 to the letter, unless the test asks for less: X509_V_FLAG_X509_STRICT looks. */
static void set_extensions(X509 *cert, X509 *issuer, const struct testpki_spec *spec)
{
	char text[512];

	snprintf(text, sizeof text, "critical,CA:%s", spec->ca ? "TRUE" : "FALSE");
	if (spec->limit_path)
		snprintf(text, sizeof text, "critical,CA:TRUE,pathlen:%d", spec->pathlen);
	if (!spec->no_basic_constraints)
		extend(cert, issuer, NID_basic_constraints, text);
	if (!spec->key_usage)
		extend(cert, issuer, NID_key_usage,
		    spec->ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
	else if (spec->key_usage[0])
		extend(cert, issuer, NID_key_usage, spec->key_usage);
	if (!spec->no_key_ids)
		set_key_ids(cert, issuer, spec);
	if (spec->eku)
		extend(cert, issuer, NID_ext_key_usage, spec->eku);
	if (spec->name_constraints)
		extend(cert, issuer, NID_name_constraints, spec->name_constraints);
	if (spec->sans) {
		snprintf(text, sizeof text, "%s%s", spec->cn ? "" : "critical,", spec->sans);
		extend(cert, issuer, NID_subject_alt_name, text);
	}
	for (size_t i = 0; i < TESTPKI_EXTRA_MAX && spec->extra[i].name; i++)
		extend_by_name(cert, issuer, &spec->extra[i]);
}

const struct testpki_cert *testpki_make(const struct testpki_spec *spec)
{
	static uint64_t serial = 1000;
	struct testpki_cert *new = &made[made_count];
	X509 *issuer;

	must(made_count < CERTS_MAX, "keep so many certificates: raise CERTS_MAX");
	made_count++;
	new->key = spec->same_key ? spec->same_key->key : make_key(spec->key);
	if (spec->same_key)
		EVP_PKEY_up_ref(new->key);
	new->cert = X509_new();
	must(new->cert != NULL, "make a certificate");
	issuer = spec->issuer ? spec->issuer->cert : new->cert;
	must(X509_set_version(new->cert, spec->bare ? X509_VERSION_1 : X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(new->cert), ++serial) == 1 &&
	    X509_set_pubkey(new->cert, new->key) == 1, "begin a certificate");
	set_subject(new->cert, spec->cn);
	must(X509_set_issuer_name(new->cert, X509_get_subject_name(issuer)) == 1,
	    "set the issuer");
	set_times(new->cert, spec);
	if (!spec->bare)
		set_extensions(new->cert, issuer, spec);
	must(X509_sign(new->cert, spec->issuer ? spec->issuer->key : new->key, EVP_sha256()) > 0,
	    "sign a certificate");
	return new;
}

const struct testpki_cert *testpki_root(const char *cn)
{
	return testpki_make(&(struct testpki_spec){ .cn = cn, .ca = true });
}

const struct testpki_cert *testpki_intermediate(const struct testpki_cert *root)
{
	return testpki_make(&(struct testpki_spec){
	    .cn = "Test Intermediate", .ca = true, .limit_path = true, .issuer = root });
}

const struct testpki_cert *testpki_leaf(const struct testpki_cert *issuer, const char *sans)
{
	return testpki_make(&(struct testpki_spec){
	    .cn = "Test Leaf", .sans = sans, .eku = "serverAuth,clientAuth", .issuer = issuer });
}

void testpki_begin(void)
{
	const char *parent = getenv("TMPDIR");

	must(getcwd(came_from, sizeof came_from) != NULL, "tell the current folder");
	snprintf(folder, sizeof folder, "%s/hello-tls-test.XXXXXX", parent ? parent : "/tmp");
	must(mkdtemp(folder) != NULL && chdir(folder) == 0, "make a temporary folder");
}

void testpki_leave(void)
{
	struct dirent *entry;
	DIR *dir;

	/* Without a begin this would empty whatever folder we are in. */
	must(folder[0] != '\0' && chdir(folder) == 0, "leave what was begun");
	dir = opendir(".");
	must(dir != NULL, "read the temporary folder");
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove(entry->d_name);
	}
	closedir(dir);
	must(chdir(came_from) == 0 && rmdir(folder) == 0, "remove the temporary folder");
	folder[0] = '\0';
}

void testpki_end(void)
{
	testpki_leave();
	while (made_count > 0) {
		made_count--;
		X509_free(made[made_count].cert);
		EVP_PKEY_free(made[made_count].key);
	}
}

static FILE *create(const char *file)
{
	FILE *to = fopen(file, "we");

	must(to && fchmod(fileno(to), 0600) == 0, file);
	return to;
}

void testpki_write_certs(const char *file, const struct testpki_cert *first, ...)
{
	FILE *to = create(file);
	va_list ap;

	va_start(ap, first);
	for (const struct testpki_cert *c = first; c; c = va_arg(ap, const struct testpki_cert *))
		must(PEM_write_X509(to, c->cert) == 1, file);
	va_end(ap);
	must(fclose(to) == 0, file);
}

void testpki_write_key(const char *file, const struct testpki_cert *of, const char *passphrase)
{
	FILE *to = create(file);

	must(PEM_write_PKCS8PrivateKey(to, of->key, passphrase ? EVP_aes_256_cbc() : NULL,
	    passphrase, passphrase ? (int)strlen(passphrase) : 0, NULL, NULL) == 1, file);
	must(fclose(to) == 0, file);
}

const struct testpki_cert *testpki_write_server(const struct testpki_cert *issuer,
    const char *sans)
{
	const struct testpki_cert *leaf = testpki_leaf(issuer, sans);

	if (X509_self_signed(issuer->cert, 0) == 1)
		testpki_write_certs("chain.pem", leaf, NULL);
	else
		testpki_write_certs("chain.pem", leaf, issuer, NULL);
	testpki_write_key("key.pem", leaf, NULL);
	return leaf;
}

bool testpki_signs_with_sha1(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	EVP_MD_CTX *signing = EVP_MD_CTX_new();
	unsigned char signature[256];
	size_t len = sizeof signature;
	bool works = EVP_DigestSignInit(signing, NULL, EVP_sha1(), NULL, key) == 1 &&
	    EVP_DigestSign(signing, signature, &len, (const unsigned char *)"x", 1) == 1;

	ERR_clear_error();
	EVP_MD_CTX_free(signing);
	EVP_PKEY_free(key);
	return works;
}

static void number_crl(X509_CRL *crl, int nid, long value, int critical)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();

	must(number && ASN1_INTEGER_set(number, value) == 1 &&
	    X509_CRL_add1_ext_i2d(crl, nid, number, critical, 0) == 1, "number a CRL");
	ASN1_INTEGER_free(number);
}

/* A critical extension of an object identifier that is nobody's. */
static X509_EXTENSION *make_riddle(void)
{
	ASN1_OBJECT *type = OBJ_txt2obj("1.3.6.1.4.1.55555.1", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	must(type && value &&
	    ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x05\x00", 2) == 1,
	    "make an extension");
	extension = X509_EXTENSION_create_by_OBJ(NULL, type, 1, value);
	must(extension != NULL, "make an extension");
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(type);
	return extension;
}

static void extend_crl(X509_CRL *crl, const struct testpki_crl *spec,
    const struct testpki_cert *signer)
{
	X509_EXTENSION *extension;
	char text[256];
	X509V3_CTX context;

	X509V3_set_ctx(&context, signer->cert, NULL, NULL, crl, 0);
	if (spec->number)
		number_crl(crl, NID_crl_number, spec->number, 0);
	if (spec->base)
		number_crl(crl, NID_delta_crl, spec->base, 1);
	if (spec->key_id) {
		extension = X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier,
		    "keyid:always");
		must(extension && X509_CRL_add_ext(crl, extension, -1) == 1, "name a key");
		X509_EXTENSION_free(extension);
	}
	if (spec->scope) {
		snprintf(text, sizeof text, "critical,%s", spec->scope);
		extension =
		    X509V3_EXT_conf_nid(NULL, &context, NID_issuing_distribution_point, text);
		must(extension && X509_CRL_add_ext(crl, extension, -1) == 1, text);
		X509_EXTENSION_free(extension);
	}
	if (spec->critical) {
		extension = make_riddle();
		must(X509_CRL_add_ext(crl, extension, -1) == 1, "extend a CRL");
		X509_EXTENSION_free(extension);
	}
}

static void add_entry(X509_CRL *crl, const struct testpki_crl *spec, int reason, ASN1_TIME *at)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
	X509_EXTENSION *riddle = make_riddle(), *foreign;
	GENERAL_NAMES *names;

	must(entry && code && X509_REVOKED_set_revocationDate(entry, at) == 1 &&
	    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(spec->revoked->cert)) == 1,
	    "revoke a certificate");
	if (reason)
		must(ASN1_ENUMERATED_set(code, reason) == 1 &&
		    X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, code, 0, 0) == 1,
		    "give a reason");
	if (spec->critical_entry)
		must(X509_REVOKED_add_ext(entry, riddle, -1) == 1, "extend an entry");
	if (spec->foreign_entry) {
		/* That one has no configuration of its own, and the same names. */
		foreign = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:other.test");
		names = foreign ? X509V3_EXT_d2i(foreign) : NULL;
		must(names &&
		    X509_REVOKED_add1_ext_i2d(entry, NID_certificate_issuer, names, 1, 0) == 1,
		    "extend an entry");
		GENERAL_NAMES_free(names);
		X509_EXTENSION_free(foreign);
	}
	must(X509_CRL_add0_revoked(crl, entry) == 1, "revoke a certificate");
	X509_EXTENSION_free(riddle);
	ASN1_ENUMERATED_free(code);
}

X509_CRL *testpki_make_crl(const struct testpki_crl *spec)
{
	bool usual = spec->from_s == 0 && spec->until_s == 0;
	const struct testpki_cert *signer = spec->signer ? spec->signer : spec->issuer;
	const ASN1_BIT_STRING *signature;
	ASN1_TIME *time = ASN1_TIME_new();
	X509_CRL *crl = X509_CRL_new();
	unsigned char *last;

	must(crl && time && X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(spec->issuer->cert)) == 1 &&
	    X509_gmtime_adj(time, usual ? -3600 : spec->from_s) &&
	    X509_CRL_set1_lastUpdate(crl, time) == 1, "begin a CRL");
	if (spec->revoked)
		add_entry(crl, spec, spec->reason, time);
	if (spec->second_reason)
		add_entry(crl, spec, spec->second_reason, time);
	if (!spec->no_next_update)
		must(X509_gmtime_adj(time, usual ? 86400 : spec->until_s) &&
		    X509_CRL_set1_nextUpdate(crl, time) == 1, "end a CRL");
	extend_crl(crl, spec, signer);
	must(X509_CRL_sign(crl, signer->key, spec->sha1 ? EVP_sha1() : EVP_sha256()) > 0,
	    "sign a CRL");
	X509_CRL_get0_signature(crl, &signature, NULL);
	last = (unsigned char *)ASN1_STRING_get0_data(signature) + ASN1_STRING_length(signature);
	if (spec->tampered)
		last[-1] ^= 1;
	ASN1_TIME_free(time);
	return crl;
}

void testpki_write_crls(const char *file, const struct testpki_crl *crl, size_t count)
{
	FILE *to = create(file);

	for (size_t i = 0; i < count; i++) {
		X509_CRL *made_now = testpki_make_crl(&crl[i]);

		must(PEM_write_X509_CRL(to, made_now) == 1, file);
		X509_CRL_free(made_now);
	}
	must(fclose(to) == 0, file);
}

void testpki_write_staple(const char *file, const struct testpki_cert *about,
    const struct testpki_cert *issuer)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), about->cert, issuer->cert);
	ASN1_TIME *from = X509_gmtime_adj(NULL, -3600), *until = X509_gmtime_adj(NULL, 86400);
	OCSP_RESPONSE *response;
	unsigned char *der = NULL;
	int len;

	must(OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, from, until) &&
	    OCSP_basic_sign(basic, issuer->cert, issuer->key, EVP_sha256(), NULL, 0) == 1,
	    "make an OCSP response");
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	len = i2d_OCSP_RESPONSE(response, &der);
	must(len > 0, "write an OCSP response");
	testpki_write_text(file, (const char *)der, (size_t)len);
	OPENSSL_free(der);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
}

void testpki_write_text(const char *file, const char *text, size_t len)
{
	FILE *to = create(file);

	must(fwrite(text, 1, len, to) == len, file);
	must(fclose(to) == 0, file);
}
