/* SPDX-License-Identifier: MIT */
#include "server/options_check.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/listen/overlap.h"
#include "tls/context.h"

/* Uses the credentials of systemd if either file exists. Reading them reports errors. */
static bool find_credentials(struct server_options *o)
{
	/* systemd.exec(5), LoadCredential=. The text must outlive the options. */
	static char chain[PATH_MAX], key[PATH_MAX];
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	if (!folder || !folder[0] ||
	    snprintf(key, sizeof key, "%s/key.pem", folder) >= (int)sizeof key ||
	    snprintf(chain, sizeof chain, "%s/chain.pem", folder) >= (int)sizeof chain ||
	    (access(chain, F_OK) != 0 && access(key, F_OK) != 0))
		return false;
	o->service.identities[0] = (struct tls_identity){ .chain_file = chain, .key_file = key };
	return true;
}

static void choose_usual_files(struct server_options *o)
{
	static const struct tls_identity usual = {
		.chain_file = HELLO_SYSCONFDIR "/chain.pem",
		.key_file = HELLO_SYSCONFDIR "/key.pem",
	};

	o->service.credentials = find_credentials(o);
	o->service.usual_files = !o->service.credentials;
	if (o->service.usual_files)
		o->service.identities[0] = usual;
	o->service.identity_count = 1;
}

int server_optcheck(struct server_options *o, struct outcome *oc)
{
	o->service.dtls = listener_count(&o->listen, ENDPOINT_DTLS) > 0;
	o->service.quic = listener_count(&o->listen, ENDPOINT_QUIC) > 0;
	if (tls_context_check_policy(&o->service.tls.policy, oc) != 0 ||
	    (o->service.dtls &&
		tls_context_check_dtls_policy(&o->service.tls.policy, oc) != 0))
		return -1;
	if (o->service.quic && !tls_policy_allows(&o->service.tls.policy, TLS_POLICY_TLS13)) {
		outcome_set(oc, OC_USAGE, "QUIC needs TLS 1.3, which --tls-max 1.2 excludes");
		outcome_advise(oc, "use --tls-max 1.3, or no --listen quic:ADDR:PORT");
		return -1;
	}
	for (size_t i = 0; i < o->service.identity_count; i++) {
		if (!o->service.identities[i].key_file)
			return outcome_set(oc, OC_USAGE,
			    "--cert and --key belong together: --cert %s has no --key after it",
			    o->service.identities[i].chain_file);
	}
	if (!o->service.greeting_file &&
	    strlen(o->service.greeting) >= service_greeting_max(&o->service))
		return outcome_set(oc, OC_USAGE, "--greeting is longer than %zu bytes",
		    service_greeting_max(&o->service));
	if (overlap_check(&o->listen, o->metrics.wanted ? &o->metrics.endpoint : NULL, oc) != 0)
		return -1;
	if (o->service.identity_count == 0)
		choose_usual_files(o);
	if (client_auth_settle(&o->service.clients, oc) != 0)
		return -1;
	if (o->client_cert && o->service.clients.mode == CLIENT_AUTH_NONE)
		return outcome_set(oc, OC_USAGE,
		    "--client-cert needs --client-ca, and not --client-auth none, which admits "
		    "every client");
	if (o->service.clients.mode != CLIENT_AUTH_NONE && o->service.tls.tickets > 0)
		return outcome_set(oc, OC_USAGE,
		    "--tickets and --client-ca exclude each other: a client that resumes could "
		    "not be verified again");
	return 0;
}
