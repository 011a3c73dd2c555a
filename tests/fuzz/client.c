/* SPDX-License-Identifier: MIT */
#include "fuzz/client.h"

#include "client/judge/staple.h"
#include "client/session/context.h"
#include "client/step/verify.h"
#include "fuzz/service.h"
#include "fuzz/target.h"

SSL_CTX *fuzz_client_context(void)
{
	static const struct client_context_judge judges = { verify_callback, staple_callback };
	static const struct tls_trust trust = { .ca_file = "ca.pem" };
	static const struct tls_policy_choice policy;
	static const struct tls_identity nobody;
	static SSL_CTX *ctx;
	struct outcome oc = OUTCOME_NONE;

	if (!ctx) {
		fuzz_enter_folder();
		ctx = client_context_new(&trust, &policy, &nobody, &judges, &oc);
		fuzz_leave_folder();
		fuzz_expect(ctx != NULL);
	}
	return ctx;
}
