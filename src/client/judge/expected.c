/* SPDX-License-Identifier: MIT */
#include "client/judge/expected.h"

#include <string.h>

#include "base/time.h"

bool expected_differs(const struct expected *e, const struct verdict *v)
{
	return e->file && v->ran && strcmp(e->cert.sha256, v->chain[0].sha256) != 0;
}

int expected_explain(const struct expected *e, const struct verdict *v, struct outcome *oc)
{
	const struct cert_info *served = &v->chain[0];
	char ours[TIME_TEXT_MAX], theirs[TIME_TEXT_MAX];
	bool kin = strcmp(served->sans, e->cert.sans) == 0 &&
	    strcmp(served->subject, e->cert.subject) == 0;

	time_text(e->cert.not_before, ours);
	time_text(served->not_before, theirs);
	if (kin && served->not_before < e->cert.not_before) {
		outcome_set(oc, OC_CERT_NOT_EXPECTED,
		    "renewed, but the old one is still served: it is of %s, the one in %s of %s",
		    theirs, e->file, ours);
		outcome_advise(oc,
		    "let the server reload: systemctl reload SERVICE, or kill -HUP PID");
	} else if (kin && served->not_before > e->cert.not_before) {
		outcome_set(oc, OC_CERT_NOT_EXPECTED,
		    "the server has a newer one: it is of %s, the one in %s of %s", theirs, e->file,
		    ours);
		outcome_advise(oc, "is %s the present file?", e->file);
	} else {
		outcome_set(oc, OC_CERT_NOT_EXPECTED,
		    "the server shows another certificate than %s: for %s, issued by \"%s\"",
		    e->file, served->sans[0] ? served->sans : served->label,
		    served->issuer);
		outcome_advise(oc,
		    "is it the right server, and does it serve this file? A middlebox "
		    "that ends TLS shows its own");
	}
	if (v->error != 0)
		findings_append(&v->findings, 0, oc);
	return -1;
}
