/* SPDX-License-Identifier: MIT */
#include "client/judge/pin.h"

#include <string.h>

#include "tls/cert_id.h"

int pin_check_list(const char *list, struct outcome *oc)
{
	for (;;) {
		size_t len = strcspn(list, ";");

		if (!cert_id_is_pin(list, len)) {
			outcome_set(oc, OC_USAGE,
			    "--pinnedpubkey: \"%.*s\" is no pin, which is sha256// and 44 "
			    "characters of base64",
			    (int)len, list);
			outcome_advise(oc,
			    "openssl x509 -in CERT.pem -noout -pubkey | "
			    "openssl pkey -pubin -outform DER | "
			    "openssl dgst -sha256 -binary | base64");
			return -1;
		}
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

bool pin_matches(const char *list, const struct verdict *v)
{
	/* The same bytes have one base64 only. */
	return v->chain_len > 0 && v->leaf.pin[0] && strstr(list, v->leaf.pin);
}

int pin_explain(const struct verdict *v, struct outcome *oc)
{
	outcome_set(oc, OC_CERT_PIN_MISMATCH,
	    "the key of \"%s\" is %s, which is not among those of --pinnedpubkey",
	    v->chain[0].label, v->leaf.pin);
	outcome_advise(oc,
	    "was the key changed on purpose? Then --pinnedpubkey '%s'; if not, somebody in "
	    "between may have another certificate for this name",
	    v->leaf.pin);
	return -1;
}
