/* SPDX-License-Identifier: MIT */
#include "client/session/chain_file.h"
#include "client/session/session.h"
#include "tls/identity.h"

int step_chain(struct session *s, struct outcome *oc)
{
	const struct tls_pem_file f = chain_file_of(s->options->chain);
	const char *key_file = s->options->identity.key_file;

	s->chain_name = f.path;
	s->chain = chain_file_read(&f, oc);
	if (!s->chain)
		return -1;
	return key_file ? tls_identity_check_key(key_file, &f, s->chain, oc) : 0;
}
