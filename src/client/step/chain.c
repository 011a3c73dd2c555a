/* SPDX-License-Identifier: MIT */
#include "client/session/chain_file.h"
#include "client/session/identity_file.h"
#include "client/session/session.h"

int step_chain(struct session *s, struct outcome *oc)
{
	const struct tls_pem_file f = chain_file_of(s->options->chain);

	s->chain_name = f.path;
	s->chain = identity_file_read_chain(&f, &s->options->identity, oc);
	return s->chain ? 0 : -1;
}
