/* SPDX-License-Identifier: MIT */
#include "server/service/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/lifetime.h"
#include "base/time.h"

/* OpenSSL at its level 2, and most other libraries, reject fewer bits of security. */
enum { SECURITY_BITS_MIN = 112 };

void audit_record(X509 *cert, struct audit_certificate *out)
{
	cert_info_get(cert, &out->info);
	cert_info_judge(cert, &out->fit);
	cert_id_get(cert, &out->id);
	cert_flaw_get(cert, &out->flaw);
	cert_issuer_unknown_critical(cert, out->critical);
}

static void judge_dates(const struct audit *a, const struct audit_certificate *cert, int64_t now)
{
	const struct cert_info *c = &cert->info;
	char text[TIME_PHRASE_MAX];

	if (cert->fit.invalid_dates)
		audit_find(a, AUDIT_ERROR,
		    "\"%s\" has a date that is not in the form of RFC 5280: clients reject it",
		    c->label);
	else if (now < c->not_before)
		audit_find(a, AUDIT_ERROR, "\"%s\" %s: check the clock", c->label,
		    time_phrase_early(c->not_before, now, text));
	else if (now > c->not_after)
		audit_find(a, AUDIT_ERROR, "\"%s\" %s: renew it", c->label,
		    time_phrase_expired(c->not_after, now, text));
	else if (lifetime_is_short(&lifetime_warning, c->not_before, c->not_after, now))
		audit_find(a, AUDIT_WARNING, "\"%s\" %s: renew it", c->label,
		    time_phrase_valid(c->not_after, now, text));
}

static void judge_strength(const struct audit *a, const struct audit_certificate *c)
{
	if (c->fit.key_security_bits < SECURITY_BITS_MIN)
		audit_find(a, AUDIT_ERROR,
		    "\"%s\" has a weak key, of %d bits of security: use at least RSA 2048 or P-256",
		    c->info.label, c->fit.key_security_bits);
	/* Nobody checks the signature of a root: it is trusted by itself. */
	if (!c->info.self_signed && c->fit.signature_security_bits < SECURITY_BITS_MIN)
		audit_find(a, AUDIT_ERROR,
		    "\"%s\" has a weak signature, of %d bits of security: have it issued with "
		    "SHA-256 or better",
		    c->info.label, c->fit.signature_security_bits);
}

/* Returns whether the rest of it can be judged. */
static bool judge_extensions(const struct audit *a, const struct audit_certificate *c)
{
	char text[CERT_FLAW_TEXT_MAX];

	if (c->flaw.kind != CERT_FLAW_NONE)
		audit_find(a, AUDIT_ERROR, "\"%s\" %s: clients reject it", c->info.label,
		    cert_flaw_text(&c->flaw, text));
	if (c->critical[0])
		audit_find(a, AUDIT_ERROR,
		    "\"%s\" has the critical extension %s, which clients do not know: they "
		    "reject it",
		    c->info.label, c->critical);
	return c->flaw.kind == CERT_FLAW_NONE;
}

static void judge_leaf(const struct audit *a, const struct audit_certificate *leaf)
{
	const char *name = leaf->info.label;

	if (!leaf->info.sans[0])
		audit_find(a, AUDIT_ERROR,
		    "\"%s\" has no subjectAltName, the only names that clients check", name);
	if (!leaf->fit.server_auth)
		audit_find(a, AUDIT_ERROR,
		    "\"%s\" is not for servers: its extended key usage lacks serverAuth", name);
	if (!leaf->fit.digital_signature)
		audit_find(a, AUDIT_ERROR,
		    "\"%s\" may not sign a handshake: its key usage lacks "
		    "digitalSignature",
		    name);
	if (leaf->fit.is_ca)
		audit_find(a, AUDIT_WARNING,
		    "\"%s\" is the certificate of a CA: its key should not be on this server",
		    name);
}

/* The index of the first identical certificate, which may be i. */
static size_t find_twin(const struct audit_certificate *chain, size_t i)
{
	size_t first = 0;

	while (first < i &&
	    (!chain[i].info.sha256[0] ||
		strcmp(chain[first].info.sha256, chain[i].info.sha256) != 0))
		first++;
	return first;
}

/* behind has the issuer's name, but is not the issuer. If it is a root, clients have their own. */
static void judge_namesake(const struct audit *a, const struct audit_certificate *c,
    const struct audit_certificate *behind)
{
	const enum audit_level level = behind->info.self_signed ? AUDIT_WARNING : AUDIT_ERROR;

	if (c->link == CERT_ISSUER_NOT_SIGNED)
		audit_find(a, level,
		    "the key of \"%s\" in the chain did not sign \"%s\" before it: check whether "
		    "that CA was recreated under its name",
		    behind->info.label, c->info.label);
	else if (c->link == CERT_ISSUER_UNCHECKED)
		audit_find(a, level,
		    "the signature of \"%s\" cannot be verified with the key of \"%s\" after it",
		    c->info.label, behind->info.label);
	else if (c->link == CERT_ISSUER_KEY_ID || c->link == CERT_ISSUER_SERIAL)
		audit_find(a, level,
		    "the authorityKeyIdentifier of \"%s\" does not match \"%s\" after it, whose "
		    "key signed it: issue \"%s\" again",
		    c->info.label, behind->info.label, c->info.label);
}

/* Two certificates of one CA: it was renewed, or two roots signed it. */
static bool are_of_one_ca(const struct audit_certificate *a, const struct audit_certificate *b)
{
	return a->id.pin[0] && strcmp(a->id.pin, b->id.pin) == 0 &&
	    strcmp(a->info.label, b->info.label) == 0 &&
	    strcmp(a->info.sha256, b->info.sha256) != 0;
}

/* doc/paths.md has what clients do with such chains. */
static void judge_pair(const struct audit *a, const struct audit_certificate *first,
    const struct audit_certificate *second)
{
	if (strcmp(first->info.issuer, second->info.issuer) == 0)
		audit_find(a, AUDIT_WARNING,
		    "\"%s\" is twice in the chain: some clients use only the first one, so send "
		    "only the one that expires later",
		    first->info.label);
	else
		audit_find(a, AUDIT_WARNING,
		    "\"%s\" is twice in the chain, issued by \"%s\" and by \"%s\": Go and "
		    "browsers search for a valid path, but OpenSSL follows only one of them, so "
		    "send only the one whose root all clients trust",
		    first->info.label, first->info.issuer, second->info.issuer);
}

static void judge_pairs(const struct audit *a, const struct audit_certificate *chain, size_t count)
{
	for (size_t i = 2; i < count; i++) {
		for (size_t k = 1; k < i; k++) {
			if (!are_of_one_ca(&chain[k], &chain[i]))
				continue;
			judge_pair(a, &chain[k], &chain[i]);
			break;
		}
	}
}

/* Each certificate should be issued by the next one: some clients do not sort the chain. */
static void judge_order(const struct audit *a, const struct audit_certificate *chain, size_t count)
{
	for (size_t i = 0; i + 1 < count; i++) {
		if (chain[i].issuer == i + 1 || find_twin(chain, i) != i ||
		    find_twin(chain, i + 1) != i + 1 || are_of_one_ca(&chain[i], &chain[i + 1]))
			continue;
		if (chain[i].issuer != i)
			audit_find(a, AUDIT_WARNING,
			    "the chain is out of order: \"%s\" should come after \"%s\", which "
			    "it issued",
			    chain[chain[i].issuer].info.label, chain[i].info.label);
		else if (chain[i].link == CERT_ISSUER_STRANGER)
			audit_find(a, AUDIT_WARNING,
			    "\"%s\" in the chain did not issue \"%s\" before it",
			    chain[i + 1].info.label, chain[i].info.label);
		else
			judge_namesake(a, &chain[i], &chain[i + 1]);
	}
}

static void judge_end(const struct audit *a, const struct audit_certificate *chain, size_t count)
{
	const struct audit_certificate *last = &chain[count - 1];

	if (count > 1 && last->info.self_signed)
		audit_find(a, AUDIT_WARNING,
		    "the root \"%s\" is in the chain: clients that trust it already have it, so "
		    "remove it",
		    last->info.label);
	else if (count == 1 && last->info.self_signed)
		audit_find(a, AUDIT_WARNING,
		    "\"%s\" is self-signed: only clients that trust this very certificate accept "
		    "it",
		    last->info.label);
	else if (count == 1 && !last->issuer_known)
		audit_find(a, AUDIT_WARNING,
		    "the chain may be incomplete: \"%s\" is alone in it, and its issuer \"%s\" "
		    "is not a root of this system",
		    last->info.label, last->info.issuer);
}

void audit_dates(const struct audit_certificate *chain, size_t count, int64_t now,
    audit_report *report, void *arg)
{
	const struct audit a = { report, arg };

	for (size_t i = 0; i < count; i++)
		judge_dates(&a, &chain[i], now);
}

static void keep_error(void *arg, enum audit_level level, const char *text)
{
	if (level == AUDIT_ERROR)
		snprintf(arg, AUDIT_TEXT_MAX, "%s", text);
}

bool audit_is_outdated(const struct audit_certificate *c, int64_t now, char text[AUDIT_TEXT_MAX])
{
	text[0] = '\0';
	audit_dates(c, 1, now, keep_error, text);
	return text[0] != '\0';
}

void audit_names(const struct audit_names *names, audit_report *report, void *arg)
{
	const struct audit a = { report, arg };

	if (names->hidden == 1)
		audit_find(&a, AUDIT_WARNING,
		    "\"%s\" is also in %s, with the same type of key: that certificate is served",
		    names->first_hidden, names->hidden_by);
	else if (names->hidden > 1)
		audit_find(&a, AUDIT_WARNING,
		    "\"%s\" and %zu more names are also in %s or others, with the same type of "
		    "key: those are served",
		    names->first_hidden, names->hidden - 1, names->hidden_by);
}

void audit_other_path(const struct other_path_facts *path, audit_report *report, void *arg)
{
	const struct audit a = { report, arg };
	char remedy[2 * CERT_INFO_NAME_MAX] = "";

	if (!path->root[0])
		return;
	if (path->superfluous == 1)
		snprintf(remedy, sizeof remedy, ": remove \"%s\" from the chain", path->first);
	else if (path->superfluous > 1)
		snprintf(remedy, sizeof remedy,
		    ": remove \"%s\" and %d more, which that path does not need, from the chain",
		    path->first, path->superfluous - 1);
	audit_find(&a, AUDIT_WARNING,
	    "with the roots of this system, clients that do not search for a path, such as "
	    "OpenSSL, reject the chain; those that search, as Go and browsers do, accept it "
	    "with the root \"%s\"%s",
	    path->root, remedy);
}

void audit_staple(const struct staple_facts *staple, const struct cert_info *leaf, int64_t now,
    audit_report *report, void *arg)
{
	const struct audit a = { report, arg };
	int64_t left = staple->next_update - now;
	char text[TIME_PHRASE_MAX];

	if (staple->status == STAPLE_NONE && leaf->must_staple)
		audit_find(&a, AUDIT_ERROR,
		    "\"%s\" requires a stapled response (RFC 7633), and there is no --ocsp: "
		    "clients reject it",
		    leaf->label);
	else if (staple->status == STAPLE_GOOD &&
	    left < (staple->next_update - staple->this_update) / 3)
		audit_find(&a, AUDIT_WARNING,
		    "the OCSP response for \"%s\" %s: get a new one", leaf->label,
		    time_phrase_valid(staple->next_update, now, text));
}

void audit_chain(const struct audit_certificate *chain, size_t count, int64_t now,
    audit_report *report, void *arg)
{
	const struct audit a = { report, arg };

	if (count == 0)
		return;
	audit_dates(chain, count, now, report, arg);
	for (size_t i = 0; i < count; i++) {
		size_t twin = find_twin(chain, i);

		judge_strength(&a, &chain[i]);
		if (twin != i)
			audit_find(&a, AUDIT_WARNING,
			    "certificates %zu and %zu of the chain are both \"%s\": remove one",
			    twin + 1, i + 1, chain[i].info.label);
		else if (judge_extensions(&a, &chain[i]) && i > 0 && !chain[i].fit.is_ca)
			audit_find(&a, AUDIT_ERROR, "\"%s\" in the chain is not a CA certificate",
			    chain[i].info.label);
	}
	if (chain[0].flaw.kind == CERT_FLAW_NONE)
		judge_leaf(&a, &chain[0]);
	judge_order(&a, chain, count);
	judge_pairs(&a, chain, count);
	judge_end(&a, chain, count);
}

struct softer {
	audit_report *report;
	void *arg;
};

static void report_softer(void *arg, enum audit_level level, const char *text)
{
	const struct softer *s = arg;

	s->report(s->arg, level == AUDIT_ERROR ? AUDIT_WARNING : level, text);
}

/* An expired CA rejects only its own clients; if all CAs have expired, no client can pass. */
static void judge_ca_dates(const struct audit_certificate *ca, size_t count, int64_t now,
    audit_report *report, void *arg)
{
	struct softer softer = { report, arg };
	char ignored[AUDIT_TEXT_MAX];
	size_t over = 0;

	while (over < count && audit_is_outdated(&ca[over], now, ignored))
		over++;
	if (over < count)
		audit_dates(ca, count, now, report_softer, &softer);
	else
		audit_dates(ca, count, now, report, arg);
}

void audit_client_cas(const struct audit_certificate *ca, size_t count, int64_t now,
    audit_report *report, void *arg)
{
	const struct audit a = { report, arg };
	size_t cas = 0, roots = 0;

	judge_ca_dates(ca, count, now, report, arg);
	for (size_t i = 0; i < count; i++) {
		cas += ca[i].fit.is_ca || ca[i].flaw.kind != CERT_FLAW_NONE;
		roots += ca[i].info.self_signed;
		if (judge_extensions(&a, &ca[i]) && !ca[i].fit.is_ca)
			audit_find(&a, AUDIT_WARNING,
			    "\"%s\" is not a CA: it could verify only itself",
			    ca[i].info.label);
	}
	if (cas == 0)
		audit_find(&a, AUDIT_ERROR,
		    "it contains no CA: the file must list the issuers of client certificates, "
		    "not the clients' own certificates");
	else if (roots == 0)
		audit_find(&a, AUDIT_ERROR,
		    "it contains no root, in which a client's chain could end: add it");
}

void audit_balancers(const char *block, audit_report *report, void *arg)
{
	const struct audit a = { report, arg };

	if (block)
		audit_find(&a, AUDIT_WARNING,
		    "%s covers every address, so anybody may claim any client address: list only "
		    "your balancers",
		    block);
}
