/* SPDX-License-Identifier: MIT */
#include "server/service/client_allow.h"

#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "net/hostname.h"
#include "tls/cert_id.h"

int client_allow_add(struct client_allow *list, enum client_allow_kind kind, const char *value,
    struct outcome *oc)
{
	static const char *const options[] = {
		[CLIENT_ALLOW_CN] = "--allow-cn",
		[CLIENT_ALLOW_DNS] = "--allow-dns",
		[CLIENT_ALLOW_URI] = "--allow-uri",
		[CLIENT_ALLOW_SPKI] = "--allow-spki",
	};

	if (list->count == CLIENT_ALLOW_MAX)
		return outcome_set(oc, OC_USAGE, "%s: more than %d clients", options[kind],
		    CLIENT_ALLOW_MAX);
	if (!value[0])
		return outcome_set(oc, OC_USAGE, "the value of %s is empty", options[kind]);
	if (kind == CLIENT_ALLOW_SPKI && !cert_id_is_pin(value, strlen(value))) {
		outcome_set(oc, OC_USAGE,
		    "invalid --allow-spki \"%s\": expected sha256//BASE64, the hash of a public "
		    "key", value);
		outcome_advise(oc,
		    "hello-client --json --chain CERT NAME | jq -r '.certificates[0].spki' "
		    "shows it, also if the certificate is rejected as a server's");
		return -1;
	}
	/* Compared as a whole with the certificate's names, which may include wildcards. */
	if (kind == CLIENT_ALLOW_DNS &&
	    hostname_check("--allow-dns", value + (strncmp(value, "*.", 2) == 0 ? 2 : 0), oc) != 0)
		return -1;
	list->item[list->count].kind = kind;
	list->item[list->count++].value = value;
	return 0;
}

/* Lengths first: a name may contain a NUL byte, where a string comparison would stop. */
static bool is_same(const ASN1_STRING *name, const char *value)
{
	size_t len = (size_t)ASN1_STRING_length(name);

	return len == strlen(value) && memcmp(ASN1_STRING_get0_data(name), value, len) == 0;
}

/* Any NUL byte in the name differs from value, which has none of this length. */
static bool is_same_dns(const ASN1_STRING *name, const char *value)
{
	size_t len = (size_t)ASN1_STRING_length(name);

	return len == strlen(value) &&
	    strncasecmp((const char *)ASN1_STRING_get0_data(name), value, len) == 0;
}

/* With two commonNames nobody could tell which one the CA has checked. */
static bool has_cn(const X509 *cert, const char *value)
{
	const X509_NAME *subject = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	unsigned char *utf8 = NULL;
	bool same = false;
	int len;

	if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
		return false;
	len =
	    ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	if (len >= 0) {
		same = (size_t)len == strlen(value) && memcmp(utf8, value, (size_t)len) == 0;
		OPENSSL_free(utf8);
	}
	return same;
}

static bool has_alternative(const X509 *cert, enum client_allow_kind kind, const char *value)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	bool found = false;

	for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (kind == CLIENT_ALLOW_DNS && name->type == GEN_DNS)
			found = is_same_dns(name->d.dNSName, value);
		else if (kind == CLIENT_ALLOW_URI && name->type == GEN_URI)
			found = is_same(name->d.uniformResourceIdentifier, value);
	}
	GENERAL_NAMES_free(names);
	return found;
}

static bool has_pin(const X509 *cert, const char *value)
{
	struct cert_id id;

	cert_id_get(cert, &id);
	return strcmp(id.pin, value) == 0;
}

bool client_allow_has(const struct client_allow *list, const X509 *cert)
{
	bool found = false;

	for (size_t i = 0; !found && i < list->count; i++) {
		enum client_allow_kind kind = list->item[i].kind;
		const char *value = list->item[i].value;

		if (kind == CLIENT_ALLOW_CN)
			found = has_cn(cert, value);
		else if (kind == CLIENT_ALLOW_SPKI)
			found = has_pin(cert, value);
		else
			found = has_alternative(cert, kind, value);
	}
	return found;
}
