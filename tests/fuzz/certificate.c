/* SPDX-License-Identifier: MIT */
#include "fuzz/certificate.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "fuzz/target.h"

static const struct {
	char letter;
	int nid;
} extensions[] = {
	{ 's', NID_subject_alt_name },
	{ 'k', NID_key_usage },
	{ 'e', NID_ext_key_usage },
	{ 'b', NID_basic_constraints },
	{ 'n', NID_name_constraints },
	{ 'a', NID_authority_key_identifier },
	{ 'i', NID_subject_key_identifier },
	{ 't', NID_tlsfeature },
	{ 'c', NID_crl_distribution_points },
	{ 'p', NID_certificate_policies },
	{ 'q', NID_policy_constraints },
	{ 'o', NID_info_access },
	{ 'u', NID_netscape_comment },
};

static void add_name(X509 *cert, int nid, const uint8_t *bytes, size_t len)
{
	X509_NAME *name = X509_NAME_dup(X509_get_subject_name(cert));

	/* A name that cannot be copied is none that can come from a peer. */
	if (name && len > 0)
		X509_NAME_add_entry_by_NID(name, nid, bytes[0], bytes + 1, (int)len - 1, -1, 0);
	if (name)
		X509_set_subject_name(cert, name);
	X509_NAME_free(name);
}

static void add_extension(X509 *cert, const uint8_t *bytes, size_t len)
{
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;

	for (size_t i = 0; len > 0 && i < sizeof extensions / sizeof extensions[0]; i++) {
		if ((bytes[0] | 0x20) != extensions[i].letter)
			continue;
		fuzz_expect(value && ASN1_OCTET_STRING_set(value, bytes + 1, (int)len - 1) == 1);
		extension = X509_EXTENSION_create_by_NID(NULL, extensions[i].nid,
		    !(bytes[0] & 0x20), value);
		fuzz_expect(extension && X509_add_ext(cert, extension, -1) == 1);
	}
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
}

static GENERAL_NAME *general_name(int type, const uint8_t *bytes, size_t len)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_STRING *text =
	    ASN1_STRING_type_new(type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);

	fuzz_expect(name && text && ASN1_STRING_set(text, bytes, (int)len) == 1);
	GENERAL_NAME_set0_value(name, type, text);
	return name;
}

static void add_alternative(GENERAL_NAMES *names, char kind, const uint8_t *bytes, size_t len)
{
	static const char kinds[] = "DUMI";
	static const int types[] = { GEN_DNS, GEN_URI, GEN_EMAIL, GEN_IPADD };
	GENERAL_NAME *name;

	if (kind == 'R') {
		name = GENERAL_NAME_new();
		fuzz_expect(name != NULL);
		GENERAL_NAME_set0_value(name, GEN_RID, OBJ_nid2obj(NID_server_auth));
	} else {
		name = general_name(types[strchr(kinds, kind) - kinds], bytes, len);
	}
	fuzz_expect(sk_GENERAL_NAME_push(names, name) > 0);
}

static void set_time(ASN1_TIME *to, const uint8_t *bytes, size_t len)
{
	char *text = fuzz_text(bytes, len);

	ASN1_TIME_set_string(to, text);
	free(text);
}

static void apply(X509 *cert, GENERAL_NAMES *names, char kind, const uint8_t *bytes, size_t len)
{
	switch (kind) {
	case 'S':
		add_name(cert, NID_commonName, bytes, len);
		break;
	case 'O':
		add_name(cert, NID_organizationName, bytes, len);
		break;
	case 'D':
	case 'U':
	case 'M':
	case 'I':
	case 'R':
		add_alternative(names, kind, bytes, len);
		break;
	case 'X':
		add_extension(cert, bytes, len);
		break;
	case 'n':
		set_time(X509_getm_notBefore(cert), bytes, len);
		break;
	case 'a':
		set_time(X509_getm_notAfter(cert), bytes, len);
		break;
	case 'N':
		ASN1_STRING_set(X509_get_serialNumber(cert), bytes, (int)len);
		break;
	case 'V':
		if (len > 0)
			X509_set_version(cert, bytes[0] % 4);
		break;
	default:
		break;
	}
}

/* Made anew from its DER, as a peer's certificate comes: nothing is cached in it. */
static X509 *reread(X509 *cert)
{
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);
	const unsigned char *at = der;
	X509 *read = len > 0 ? d2i_X509(NULL, &at, len) : NULL;

	X509_free(cert);
	OPENSSL_free(der);
	return read;
}

X509 *fuzz_certificate(const uint8_t *data, size_t size, const X509 *issuer, EVP_PKEY *issuer_key,
    EVP_PKEY *key)
{
	X509 *cert = X509_new();
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();

	fuzz_expect(cert && names && X509_set_version(cert, X509_VERSION_3) == 1 &&
	    X509_set_pubkey(cert, key) == 1 &&
	    X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(cert), 4711) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(cert), -3600) &&
	    X509_gmtime_adj(X509_getm_notAfter(cert), 86400));
	while (size >= 2) {
		size_t len = data[1] < size - 2 ? data[1] : size - 2;

		apply(cert, names, (char)data[0], data + 2, len);
		data += 2 + len;
		size -= 2 + len;
	}
	if (sk_GENERAL_NAME_num(names) > 0)
		X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, X509V3_ADD_APPEND);
	GENERAL_NAMES_free(names);
	if (X509_sign(cert, issuer_key, EVP_sha256()) <= 0) {
		X509_free(cert);
		cert = NULL;
	}
	cert = cert ? reread(cert) : NULL;
	ERR_clear_error();
	return cert;
}

/* How many bytes the UTF-8 sequence at s has; 0: it is none, or not to be shown. */
static size_t sequence(const unsigned char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1
	    : s[0] >> 5 == 6   ? 2
	    : s[0] >> 4 == 14  ? 3
	    : s[0] >> 3 == 30  ? 4
			       : 0;
	uint32_t c = n == 1 ? s[0] : n == 0 ? 0 : s[0] & (0x7fu >> n);

	for (size_t i = 1; i < n; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (n == 0 || c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ? 0 : n;
}

int fuzz_is_shown(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		size_t n = sequence(s);

		if (n == 0)
			return 0;
		s += n;
	}
	return 1;
}
