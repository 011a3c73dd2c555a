/* SPDX-License-Identifier: MIT */
#include "tls/cert_info.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "base/time.h"

enum { DNS_NAME_MAX = 256 };

/* The extension of RFC 6066 section 8, by its number. */
enum { STATUS_REQUEST = 5 };

/* Characters that end a name for a reader: the quotes around it, the comma of a list. */
static const char quotes[] = "\"", separators[] = "\",";

/* Any string type is converted, such as BMPString; a malformed string stays as bytes. */
static void add_name(struct text *t, const ASN1_STRING *s)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, s);

	if (len >= 0)
		text_add_bytes(t, utf8, (size_t)len, quotes);
	else
		text_add_bytes(t, ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s), quotes);
	OPENSSL_free(utf8);
}

static const ASN1_STRING *common_name(const X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);

	return at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
}

void cert_info_name(const X509_NAME *name, char out[CERT_INFO_NAME_MAX])
{
	/* The format escapes with backslashes, but must not escape letters. */
	const unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	const ASN1_STRING *cn = common_name(name);
	struct text t;
	BIO *mem;

	text_begin(&t, out, CERT_INFO_NAME_MAX);
	if (cn) {
		add_name(&t, cn);
		return;
	}
	mem = BIO_new(BIO_s_mem());
	if (mem && X509_NAME_print_ex(mem, name, 0, flags) >= 0 && BIO_write(mem, "", 1) == 1) {
		char *line;

		BIO_get_mem_data(mem, &line);
		text_add(&t, line);
	}
	BIO_free(mem);
}

static const char *format_ip(const ASN1_STRING *data, char ip[INET6_ADDRSTRLEN])
{
	int len = ASN1_STRING_length(data);

	if ((len != 4 && len != 16) ||
	    !inet_ntop(len == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(data), ip,
		INET6_ADDRSTRLEN))
		return NULL;
	return ip;
}

static void add_address(struct text *t, const ASN1_STRING *address)
{
	char buf[INET6_ADDRSTRLEN];
	const char *ip = format_ip(address, buf);

	text_add(t, ip ? ip : "malformed IP address");
}

static void add_string(struct text *t, const ASN1_STRING *s)
{
	text_add_bytes(t, ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s), separators);
}

static void describe_san(struct text *t, const GENERAL_NAME *name)
{
	if (name->type != GEN_DNS && name->type != GEN_IPADD)
		return;
	text_add(t, t->len > 0 ? ", \"" : "\"");
	if (name->type == GEN_DNS)
		add_string(t, name->d.dNSName);
	else
		add_address(t, name->d.iPAddress);
	text_add(t, "\"");
}

static void describe_alternative(struct text *t, const GENERAL_NAME *name)
{
	static const char *const kinds[] = {
		[GEN_EMAIL] = "email:",
		[GEN_DNS] = "DNS:",
		[GEN_URI] = "URI:",
		[GEN_IPADD] = "IP:",
	};
	const size_t count = sizeof kinds / sizeof kinds[0];

	if (name->type < 0 || (size_t)name->type >= count || !kinds[name->type])
		return;
	text_add(t, t->len > 0 ? ", " : "");
	text_add(t, kinds[name->type]);
	if (name->type == GEN_IPADD)
		add_address(t, name->d.iPAddress);
	else
		add_string(t, name->d.ia5); /* of these three kinds */
}

static void describe_names(const X509 *cert,
    void (*describe)(struct text *t, const GENERAL_NAME *name), char *out)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	struct text t;

	text_begin(&t, out, CERT_INFO_SANS_MAX);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		describe(&t, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
}

void cert_info_alternatives(const X509 *cert, char out[CERT_INFO_SANS_MAX])
{
	describe_names(cert, describe_alternative, out);
}

/* Unchanged, if it is one word of printable ASCII. */
static const char *copy_dns(const ASN1_STRING *data, char text[DNS_NAME_MAX])
{
	const unsigned char *bytes = ASN1_STRING_get0_data(data);
	int len = ASN1_STRING_length(data);

	if (len >= DNS_NAME_MAX)
		return NULL;
	for (int i = 0; i < len; i++) {
		if (bytes[i] <= ' ' || bytes[i] > '~')
			return NULL;
		text[i] = (char)bytes[i];
	}
	text[len] = '\0';
	return text;
}

void cert_info_each_name(const X509 *cert, void (*visit)(void *arg, const char *name), void *arg)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const char *text = NULL;
		char buf[DNS_NAME_MAX];

		if (name->type == GEN_DNS)
			text = copy_dns(name->d.dNSName, buf);
		else if (name->type == GEN_IPADD)
			text = format_ip(name->d.iPAddress, buf);
		if (text)
			visit(arg, text);
	}
	GENERAL_NAMES_free(names);
}

/* The string in a name, or NULL: it is of another kind. */
static const ASN1_STRING *text_of(const GENERAL_NAME *name)
{
	if (name->type == GEN_DNS)
		return name->d.dNSName;
	return name->type == GEN_URI ? name->d.uniformResourceIdentifier : NULL;
}

/*
 * A name of n bytes needs 4 n bytes and a terminator if all of it is escaped; an
 * address has a fixed limit.
 */
static void visit_san(const GENERAL_NAME *name, void (*visit)(void *arg, const char *name),
    void *arg)
{
	const ASN1_STRING *string = text_of(name);
	size_t max = INET6_ADDRSTRLEN + (string ? 4 * (size_t)ASN1_STRING_length(string) : 0);
	struct text t;
	char *buf;

	if (!string && name->type != GEN_IPADD)
		return;
	buf = malloc(max);
	if (!buf)
		return;
	text_begin(&t, buf, max);
	if (string)
		add_string(&t, string);
	else
		add_address(&t, name->d.iPAddress);
	visit(arg, buf);
	free(buf);
}

void cert_info_each_san(const X509 *cert, void (*visit)(void *arg, const char *name), void *arg)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		visit_san(sk_GENERAL_NAME_value(names, i), visit, arg);
	GENERAL_NAMES_free(names);
}

static void describe_key(EVP_PKEY *key, struct cert_info *out)
{
	const char *type = key ? EVP_PKEY_get0_type_name(key) : NULL;
	const char *curve = NULL;
	char group[64];

	if (!type)
		return;
	snprintf(out->key_type, sizeof out->key_type, "%s", type);
	if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1) {
		curve = EC_curve_nid2nist(OBJ_txt2nid(group));
		snprintf(out->key, sizeof out->key, "%.15s %.15s", type, curve ? curve : group);
	} else if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) {
		snprintf(out->key, sizeof out->key, "%.15s %d", type, EVP_PKEY_get_bits(key));
	} else {
		snprintf(out->key, sizeof out->key, "%s", type);
	}
}

static void describe_digest(const X509 *cert, char out[CERT_INFO_SHA256_MAX])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (X509_digest(cert, EVP_sha256(), digest, &len) != 1)
		return;
	for (unsigned i = 0; i < len && 2 * i + 2 < CERT_INFO_SHA256_MAX; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* Returns whether the date can be read. */
static bool read_date(const ASN1_TIME *time, int64_t *seconds)
{
	bool readable;
	struct tm tm;

	readable = time && ASN1_TIME_to_tm(time, &tm) == 1;
	*seconds = readable ? time_seconds(&tm) : 0;
	return readable;
}

int64_t cert_info_seconds(const ASN1_TIME *time)
{
	int64_t seconds;

	read_date(time, &seconds);
	return seconds;
}

/* The first of "a.test", "b.test" without its quotes, else the first of "URI:a, email:b". */
static void set_label_from_names(const X509 *cert, struct cert_info *out)
{
	char others[CERT_INFO_SANS_MAX];
	const char *name = out->sans + (out->sans[0] == '"');

	if (!out->sans[0]) {
		cert_info_alternatives(cert, others);
		name = others + strcspn(others, ":");
		name += *name == ':';
	}
	snprintf(out->label, sizeof out->label, "%.*s", (int)strcspn(name, "\","), name);
}

static bool must_staple(const X509 *cert)
{
	TLS_FEATURE *features = X509_get_ext_d2i(cert, NID_tlsfeature, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
		found =
		    found || ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == STATUS_REQUEST;
	TLS_FEATURE_free(features);
	return found;
}

void cert_info_get(const X509 *cert, struct cert_info *out)
{
	const X509_NAME *subject = X509_get_subject_name(cert);
	const X509_NAME *issuer = X509_get_issuer_name(cert);

	memset(out, 0, sizeof *out);
	cert_info_name(subject, out->subject);
	cert_info_name(issuer, out->issuer);
	describe_names(cert, describe_san, out->sans);
	if (out->subject[0])
		memcpy(out->label, out->subject, sizeof out->label);
	else
		set_label_from_names(cert, out);
	out->has_begin = read_date(X509_get0_notBefore(cert), &out->not_before);
	out->has_end = read_date(X509_get0_notAfter(cert), &out->not_after);
	describe_key(X509_get0_pubkey(cert), out);
	describe_digest(cert, out->sha256);
	out->must_staple = must_staple(cert);
	/* A CA that changes its key may sign the new one with the old one, under the same name. */
	out->self_signed =
	    X509_NAME_cmp(subject, issuer) == 0 && X509_self_signed((X509 *)cert, 0) != 0;
}

/* The library reads more forms than its verification accepts (RFC 5280, section 4.1.2.5). */
static bool is_valid_date(const ASN1_TIME *date)
{
	size_t length = (size_t)ASN1_STRING_length(date);
	char text[sizeof "YYYYMMDDHHMMSSZ"];

	if (length != (ASN1_STRING_type(date) == V_ASN1_UTCTIME ? 13 : 15))
		return false;
	memcpy(text, ASN1_STRING_get0_data(date), length);
	text[length] = '\0';
	return ASN1_TIME_set_string_X509(NULL, text) == 1;
}

void cert_info_judge(X509 *cert, struct cert_info_fitness *out)
{
	const EVP_PKEY *key = X509_get0_pubkey(cert);
	int bits = 0;

	out->invalid_dates = !is_valid_date(X509_get0_notBefore(cert)) ||
	    !is_valid_date(X509_get0_notAfter(cert));
	out->is_ca = X509_check_ca(cert) > 0 && (X509_get_extension_flags(cert) & EXFLAG_CA) != 0;
	/* Without the extension both return UINT32_MAX: every purpose. */
	out->server_auth = (X509_get_extended_key_usage(cert) & (XKU_SSL_SERVER | XKU_ANYEKU)) != 0;
	out->client_auth = (X509_get_extended_key_usage(cert) & (XKU_SSL_CLIENT | XKU_ANYEKU)) != 0;
	out->digital_signature = (X509_get_key_usage(cert) & KU_DIGITAL_SIGNATURE) != 0;
	out->key_security_bits = key ? EVP_PKEY_get_security_bits(key) : 0;
	out->signature_security_bits = 0;
	if (X509_get_signature_info(cert, NULL, NULL, &bits, NULL) == 1)
		out->signature_security_bits = bits;
}

bool cert_info_issued(X509 *issuer, X509 *cert)
{
	return X509_check_issued(issuer, cert) == X509_V_OK;
}
