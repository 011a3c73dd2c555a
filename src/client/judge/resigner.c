/* SPDX-License-Identifier: MIT */
#include "client/judge/resigner.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/objects.h>
#include <openssl/x509.h>

/*
 * Words of the names that the products' documentation shows for their built-in CAs, without regard
 * to case. A company that gives such a product a CA of its own is not recognized. No part may occur
 * in the name of a public CA: "Symantec" alone would.
 */
static const struct {
	const char *part, *product;
} table[] = {
	/* services and gateways */
	{ "zscaler", "Zscaler" },
	{ "goskope.com", "Netskope" },
	{ "netskope", "Netskope" },
	{ "palo alto networks", "Palo Alto Networks" },
	{ "fortinet", "FortiGate" },
	{ "fortigate", "FortiGate" },
	{ "cisco umbrella", "Cisco Umbrella" },
	{ "cisco secure access", "Cisco Secure Access" },
	{ "sophos", "Sophos" },
	{ "blue coat", "Blue Coat ProxySG" },
	{ "bluecoat", "Blue Coat ProxySG" },
	{ "proxysg", "Blue Coat ProxySG" },
	{ "check point", "Check Point" },
	{ "mcafee web gateway", "McAfee Web Gateway" },
	{ "forcepoint", "Forcepoint" },
	{ "websense", "Forcepoint" },
	{ "fireware https proxy", "WatchGuard" },
	{ "watchguard", "WatchGuard" },
	{ "sonicwall", "SonicWall" },
	{ "cloudflare for teams", "Cloudflare Gateway" },
	{ "gateway ca - cloudflare managed", "Cloudflare Gateway" },
	{ "cato networks", "Cato Networks" },
	{ "squid", "Squid" },
	/* virus scanners: before the parts that they share */
	{ "kaspersky", "Kaspersky" },
	{ "eset ssl filter", "ESET" },
	{ "eset, spol", "ESET" },
	{ "norton web/mail shield", "Norton" },
	{ "avg web/mail shield", "AVG" },
	{ "web/mail shield", "Avast" },
	{ "bitdefender", "Bitdefender" },
	/* tools of developers */
	{ "mitmproxy", "mitmproxy" },
	{ "charles proxy", "Charles" },
	{ "fiddler", "Fiddler" },
	{ "portswigger", "Burp Suite" },
	{ "owasp zed attack proxy", "ZAP" },
	{ "http toolkit", "HTTP Toolkit" },
};

enum { VALUE_MAX = 256 };

static bool is_letter(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Not within a longer word: "Squidex" is another company, but "FiddlerRoot" is two words. */
static bool is_word(const char *text, const char *at, size_t len)
{
	return !(at > text && is_letter(at[-1]) && is_letter(at[0])) &&
	    !(is_letter(at[len]) && !isupper((unsigned char)at[len]) &&
		!isdigit((unsigned char)at[len]));
}

static const char *product_of(const ASN1_STRING *value)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, value);
	char text[VALUE_MAX];

	if (len < 0)
		return NULL;
	snprintf(text, sizeof text, "%.*s", len, (const char *)utf8);
	OPENSSL_free(utf8);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		size_t part_len = strlen(table[i].part);

		for (const char *at = text; strlen(at) >= part_len; at++) {
			if (strncasecmp(at, table[i].part, part_len) == 0 &&
			    is_word(text, at, part_len))
				return table[i].product;
		}
	}
	return NULL;
}

const char *resigner_of_name(const X509_NAME *issuer)
{
	static const int kinds[] = { NID_commonName, NID_organizationName,
		NID_organizationalUnitName };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		int at = -1;

		while ((at = X509_NAME_get_index_by_NID(issuer, kinds[i], at)) >= 0) {
			const char *product = product_of(
			    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(issuer, at)));

			if (product)
				return product;
		}
	}
	return NULL;
}

/* A file may have thousands. */
enum { LOOKED_AT_MAX = 16 };

const char *resigner_of_chain(const STACK_OF(X509) * chain, char name[CERT_INFO_NAME_MAX])
{
	for (int i = 0; i < sk_X509_num(chain) && i < LOOKED_AT_MAX; i++) {
		const X509_NAME *issuer = X509_get_issuer_name(sk_X509_value(chain, i));
		const char *product = resigner_of_name(issuer);

		if (!product)
			continue;
		cert_info_name(issuer, name);
		return product;
	}
	return NULL;
}

void resigner_append(const STACK_OF(X509) * chain, struct outcome *oc)
{
	char name[CERT_INFO_NAME_MAX];
	const char *product = resigner_of_chain(chain, name);

	if (!product)
		return;
	outcome_append(oc,
	    "; the issuer \"%s\" suggests %s, which re-signs certificates to inspect TLS", name,
	    product);
	outcome_advise_instead(oc,
	    "connect from a network or a machine without it; if you accept its inspection, use "
	    "--cacert FILE with its root");
}
