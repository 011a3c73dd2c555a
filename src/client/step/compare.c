/* SPDX-License-Identifier: MIT */
/* What the client saw of the connection itself, for --compare. */
#include <string.h>

#include "client/judge/compare.h"
#include "client/session/session.h"
#include "net/sock.h"
#include "tls/facts.h"

static int see(const struct session *s, struct sighting *out, struct outcome *oc)
{
	char text[ADDR_TEXT_MAX], binding[TLSFACTS_BINDING_MAX];
	struct addr local;

	if (sock_local(s->fd, &local, oc) != 0)
		return -1;
	memset(out, 0, sizeof *out);
	sighting_set(out, SIGHTING_PEER, addr_format(&local, text));
	sighting_set(out, SIGHTING_SERVER_NAME, s->sni);
	sighting_set(out, SIGHTING_PROTOCOL, s->facts.protocol);
	sighting_set(out, SIGHTING_CIPHER, s->facts.cipher);
	sighting_set(out, SIGHTING_GROUP, s->facts.group);
	sighting_set(out, SIGHTING_RESUMED, s->facts.resumed ? "yes" : "no");
	sighting_set(out, SIGHTING_CERTIFICATE, s->verdict.chain[0].sha256);
	sighting_set(out, SIGHTING_BINDING, tlsfacts_binding(s->tls, binding) ? binding : NULL);
	return 0;
}

int step_compare(struct session *s, struct outcome *oc)
{
	if (!s->options->compare)
		return 0;
	if (see(s, &s->seen, oc) != 0)
		return -1;
	s->compared = true;
	return compare_sightings(&s->seen, &s->reported, s->remark, oc);
}
