/* SPDX-License-Identifier: MIT */
#include "client/judge/expected.h"

#include <stdbool.h>
#include <string.h>

#include "base/time.h"
#include "tls/cert_id.h"

int expected_check_pins(const char *what, const char *list, struct outcome *oc)
{
	for (;;) {
		size_t len = strcspn(list, ";");

		if (!cert_id_is_pin(list, len)) {
			outcome_set(oc, OC_USAGE,
			    "invalid %s \"%.*s\": expected sha256// and 44 characters of base64",
			    what, (int)len, list);
			outcome_advise(oc,
			    "hello-client --json HOST PORT | jq -r '.certificates[0].spki' shows "
			    "the pin of a server");
			return -1;
		}
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

int expected_judge_key(const struct expected *e, const struct verdict *v, struct outcome *oc)
{
	/* A key has only one pin, because base64 has only one form; "" is in every list. */
	if (!e->pins || (v->leaf.pin[0] && strstr(e->pins, v->leaf.pin)))
		return 0;
	outcome_set(oc, OC_CERT_PIN_MISMATCH,
	    "the key of \"%s\" is %s, which does not match --pinnedpubkey",
	    v->chain[0].label, v->leaf.pin);
	outcome_advise(oc,
	    "was the key changed on purpose? Then use --pinnedpubkey '%s'; if not, something on "
	    "the path may have another certificate for this name",
	    v->leaf.pin);
	return -1;
}

static int explain_difference(const struct expected *e, const struct verdict *v, struct outcome *oc)
{
	const struct cert_info *served = &v->chain[0];
	const char *has = v->file ? "the chain has" : "the server sends";
	char ours[TIME_TEXT_MAX], theirs[TIME_TEXT_MAX];
	bool same_name = strcmp(served->sans, e->cert.sans) == 0 &&
	    strcmp(served->subject, e->cert.subject) == 0;

	time_text(e->cert.not_before, ours);
	time_text(served->not_before, theirs);
	if (same_name && served->not_before < e->cert.not_before) {
		outcome_set(oc, OC_CERT_NOT_EXPECTED,
		    "the certificate was renewed, but %s the old one, valid from %s; the one in %s "
		    "is valid from %s",
		    v->file ? "the chain has" : "the server still sends", theirs, e->file, ours);
		outcome_advise(oc, "%s",
		    v->file ? "judge the current chain"
			    : "reload the server: systemctl reload SERVICE, or kill -HUP PID");
	} else if (same_name && served->not_before > e->cert.not_before) {
		outcome_set(oc, OC_CERT_NOT_EXPECTED,
		    "%s a newer certificate, valid from %s; the one in %s is valid from %s", has,
		    theirs, e->file, ours);
		outcome_advise(oc, "is %s the current file?", e->file);
	} else {
		outcome_set(oc, OC_CERT_NOT_EXPECTED,
		    "%s the certificate in %s, but %sone for %s, issued by \"%s\"",
		    v->file ? "the chain does not begin with" : "the server does not send",
		    e->file, v->file ? "with " : "",
		    served->sans[0] ? served->sans : served->label, served->issuer);
		outcome_advise(oc, "%s",
		    v->file ? "is it the right chain?"
			    : "is it the right server, and does it use this file? A middlebox "
			      "that terminates TLS sends its own certificate");
	}
	if (v->error != 0)
		findings_append(&v->findings, 0, oc);
	return -1;
}

int expected_judge_certificate(const struct expected *e, const struct verdict *v,
    struct outcome *oc)
{
	if (!e->file || !v->ran || strcmp(e->cert.sha256, v->chain[0].sha256) == 0)
		return 0;
	return explain_difference(e, v, oc);
}
