/* SPDX-License-Identifier: MIT */
#include "client/judge/cert_name.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/x509v3.h>

#include "base/text.h"
#include "client/judge/spiffe_id.h"
#include "net/addr.h"
#include "net/hostname.h"
#include "tls/cert_info.h"

/* ---- SPIFFE IDs -------------------------------------------------------------------- */

/* The URIs of a certificate, as far as a SPIFFE ID is concerned. */
struct uris {
	int count;
	bool equal;               /* one of them is the requested ID */
	bool equal_but_case;      /* the same, if case is ignored */
	char first[SPIFFE_ID_MAX]; /* for advice: without a NUL in it and not cut, or "" */
	char text[CERT_INFO_SANS_MAX];
};

static bool is_equal(const ASN1_STRING *uri, const char *id)
{
	size_t len = (size_t)ASN1_STRING_length(uri);

	return len == strlen(id) && memcmp(ASN1_STRING_get0_data(uri), id, len) == 0;
}

static void add_uri(struct uris *u, struct text *t, const ASN1_STRING *uri, const char *id)
{
	const char *bytes = (const char *)ASN1_STRING_get0_data(uri);
	size_t len = (size_t)ASN1_STRING_length(uri);

	text_add(t, u->count++ > 0 ? ", \"" : "\"");
	text_add_bytes(t, bytes, len, "\",");
	text_add(t, "\"");
	u->equal |= is_equal(uri, id);
	u->equal_but_case |= len == strlen(id) && strncasecmp(bytes, id, len) == 0;
	if (u->count == 1 && len < sizeof u->first && !memchr(bytes, 0, len))
		snprintf(u->first, sizeof u->first, "%.*s", (int)len, bytes);
}

static void get_uris(const X509 *cert, const char *id, struct uris *out)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	struct text t;

	memset(out, 0, sizeof *out);
	text_begin(&t, out->text, sizeof out->text);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_URI)
			add_uri(out, &t, name->d.uniformResourceIdentifier, id);
	}
	GENERAL_NAMES_free(names);
}

/* Why this certificate identifies nobody by a SPIFFE ID (X509-SVID section 5.2); or NULL. */
static const char *signing_fault(X509 *cert)
{
	if (X509_get_extension_flags(cert) & EXFLAG_CA)
		return "it is a CA (CA:TRUE)";
	/* Without a keyUsage all bits are set. */
	if ((X509_get_extension_flags(cert) & EXFLAG_KUSAGE) &&
	    (X509_get_key_usage(cert) & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)))
		return "its key usage allows it to sign certificates or revocation lists";
	return NULL;
}

static bool has_spiffe_id(X509 *cert, const char *id)
{
	struct uris u;

	get_uris(cert, id, &u);
	return u.count == 1 && u.equal && !signing_fault(cert);
}

/* A cut advice would not work. */
enum { ADVISED_MAX = OUTCOME_TEXT_MAX - 80 };

static int explain_spiffe_id(X509 *cert, const char *id, struct outcome *oc)
{
	const char *signs = signing_fault(cert);
	struct uris u;

	get_uris(cert, id, &u);
	if (u.count == 0)
		outcome_set(oc, OC_CERT_WRONG_NAME,
		    "the certificate has no URI in its subjectAltName; you asked for \"%s\"", id);
	else if (u.count > 1)
		outcome_set(oc, OC_CERT_WRONG_NAME,
		    "the certificate has %d URIs, %s, but a SPIFFE ID must be the only one; you "
		    "asked for \"%s\"",
		    u.count, u.text, id);
	else if (!u.equal)
		outcome_set(oc, OC_CERT_WRONG_NAME,
		    "the certificate is for %s; you asked for \"%s\"%s", u.text, id,
		    u.equal_but_case ? ", and only the case differs" : "");
	else if (signs)
		outcome_set(oc, OC_CERT_WRONG_NAME,
		    "the certificate has the URI \"%s\", but %s, so this SPIFFE ID does not "
		    "identify a server",
		    id, signs);
	if (u.count == 1 && !u.equal && !signs && strlen(u.first) + strlen(id) < ADVISED_MAX &&
	    !spiffe_id_fault(u.first))
		outcome_advise(oc, "--verify-name %s, or issue a certificate for %s", u.first, id);
	else
		outcome_advise(oc, "issue a leaf certificate whose only URI is %s", id);
	return -1;
}

/* ---- all names ----------------------------------------------------------------------- */

bool cert_name_matches(X509 *cert, const char *name)
{
	/* As in tls_conn_new_client: SANs only, whole labels only. */
	const unsigned flags =
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;

	if (spiffe_id_is_uri(name))
		return has_spiffe_id(cert, name);
	if (addr_is_literal(name))
		return X509_check_ip_asc(cert, name, flags) == 1;
	return X509_check_host(cert, name, 0, flags, NULL) == 1;
}

/* ---- a near miss -------------------------------------------------------------------- */

/* An entry that almost matches, and the rule that forbids it. */
struct near {
	const char *name; /* the requested name */
	bool address;     /* name is an IP literal */
	char entry[ADDR_HOST_MAX];
	const char *rule; /* NULL: no entry almost matches */
};

/* Is entry the name with a trailing dot? */
static bool is_dotted(const char *entry, const char *name)
{
	size_t len = strlen(name);

	return strncasecmp(entry, name, len) == 0 && strcmp(entry + len, ".") == 0;
}

/* Does name end in parent, the text after the asterisk? */
static bool is_below(const char *name, const char *parent)
{
	size_t len = strlen(name), parent_len = strlen(parent);

	return len > parent_len && strcasecmp(name + len - parent_len, parent) == 0;
}

static const char *wildcard_rule(const char *entry, const char *name)
{
	const char *star = strchr(entry, '*'), *parent = star ? star + 1 : "";

	if (!star || parent[0] == '\0' || strncasecmp(entry, name, (size_t)(star - entry)) != 0)
		return NULL;
	if (strcasecmp(parent + 1, name) == 0)
		return "a wildcard stands for exactly one label, so the name needs one more";
	if (!is_below(name, parent))
		return NULL;
	if (star != entry || parent[0] != '.')
		return "only a whole first label may be a wildcard";
	if (!strchr(parent + 1, '.'))
		return "a wildcard must be followed by two labels";
	if (strcspn(name, ".") < strlen(name) - strlen(parent))
		return "a wildcard stands for one label only";
	return memchr(name, '_', strcspn(name, "."))
	    ? "a wildcard does not stand for a label with an underscore"
	    : NULL;
}

static void compare_entry(void *arg, const char *entry)
{
	struct near *n = arg;
	const char *rule = NULL;

	if (n->rule || strlen(entry) >= sizeof n->entry)
		return;
	/* An address that is listed as an IP address would have matched. */
	if (n->address && strcasecmp(entry, n->name) == 0)
		rule = "as a DNS name, but an IP address must be listed as an IP address";
	else if (!n->address && is_dotted(entry, n->name))
		rule = "with a trailing dot, which no name in a certificate may have";
	else if (!n->address)
		rule = wildcard_rule(entry, n->name);
	if (rule) {
		n->rule = rule;
		snprintf(n->entry, sizeof n->entry, "%s", entry);
	}
}

/* ---- advice ---------------------------------------------------------------------------- */

struct candidate {
	X509 *cert;
	char name[ADDR_HOST_MAX];
};

/* The peer chose this text, and users paste the advice into a shell: accept host names only. */
static void try_name(void *arg, const char *entry)
{
	struct candidate *c = arg;
	size_t len = strlen(entry);
	char name[ADDR_HOST_MAX];

	if (c->name[0] || entry[0] == '-' || len >= sizeof name || hostname_fault(entry))
		return;
	/* A trailing dot is ignored. */
	snprintf(name, sizeof name, "%.*s", (int)(entry[len - 1] == '.' ? len - 1 : len), entry);
	if (cert_name_matches(c->cert, name))
		memcpy(c->name, name, sizeof name);
}

static void advise(X509 *cert, const char *name, struct outcome *oc)
{
	const char *kind = addr_is_literal(name) ? "an IP address" : "a DNS name";
	struct candidate c = { .cert = cert };

	cert_info_each_name(cert, try_name, &c);
	if (c.name[0])
		outcome_advise(oc, "--verify-name %s, or issue a certificate that lists %s", c.name,
		    name);
	else
		outcome_advise(oc, "issue a certificate that lists %s as %s in its subjectAltName",
		    name, kind);
}

/* ---- the failure --------------------------------------------------------------------- */

static void explain_no_names(const X509 *cert, const struct cert_info *leaf, const char *name,
    struct outcome *oc)
{
	char others[CERT_INFO_SANS_MAX];

	cert_info_alternatives(cert, others);
	if (strcasecmp(leaf->subject, name) == 0)
		outcome_set(oc, OC_CERT_WRONG_NAME,
		    "the certificate has \"%s\" only as the CN of its subject, "
		    "which clients no longer use (RFC 9110 section 4.3.4)",
		    name);
	else if (X509_get_ext_by_NID(cert, NID_subject_alt_name, -1) < 0)
		outcome_set(oc, OC_CERT_WRONG_NAME,
		    "the certificate lists no name "
		    "(no subjectAltName); you asked for \"%s\"",
		    name);
	else
		outcome_set(oc, OC_CERT_WRONG_NAME,
		    "the subjectAltName of the certificate lists no DNS name and no IP "
		    "address%s%s; you asked for \"%s\"",
		    others[0] ? ", only " : "", others, name);
}

int cert_name_explain(X509 *cert, const char *name, struct outcome *oc)
{
	struct near near = { .name = name, .address = addr_is_literal(name) };
	char entry[CERT_INFO_NAME_MAX];
	struct cert_info leaf;

	if (spiffe_id_is_uri(name))
		return explain_spiffe_id(cert, name, oc);
	cert_info_get(cert, &leaf);
	cert_info_each_name(cert, compare_entry, &near);
	text_quotable(near.entry, strlen(near.entry), entry, sizeof entry);
	if (!leaf.sans[0])
		explain_no_names(cert, &leaf, name, oc);
	else if (near.rule && strchr(entry, '*'))
		outcome_set(oc, OC_CERT_WRONG_NAME,
		    "the certificate is for \"%s\", which does not cover \"%s\": %s", entry, name,
		    near.rule);
	else if (near.rule)
		outcome_set(oc, OC_CERT_WRONG_NAME, "the certificate lists \"%s\" %s", entry,
		    near.rule);
	else
		outcome_set(oc, OC_CERT_WRONG_NAME,
		    "the certificate is for %s; you asked for \"%s\"", leaf.sans, name);
	advise(cert, name, oc);
	return -1;
}
