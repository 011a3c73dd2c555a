/* SPDX-License-Identifier: MIT */
/* What the client itself observed of the connection, for --compare. */
#include <string.h>

#include "client/judge/compare.h"
#include "client/session/session.h"
#include "net/sock.h"
#include "tls/facts.h"

static int observe(const struct session *s, struct conn_report *out, struct outcome *oc)
{
	char text[ADDR_TEXT_MAX], binding[TLS_FACTS_BINDING_MAX];
	struct addr local;

	if (sock_local(s->fd, &local, oc) != 0)
		return -1;
	memset(out, 0, sizeof *out);
	conn_report_set(out, CONN_REPORT_PEER, addr_format(&local, text));
	conn_report_set(out, CONN_REPORT_SERVER_NAME, s->sni);
	conn_report_set(out, CONN_REPORT_PROTOCOL, s->facts.protocol);
	conn_report_set(out, CONN_REPORT_CIPHER, s->facts.cipher);
	conn_report_set(out, CONN_REPORT_GROUP, s->facts.group);
	conn_report_set(out, CONN_REPORT_RESUMED, s->facts.resumed ? "yes" : "no");
	conn_report_set(out, CONN_REPORT_CERTIFICATE, s->verdict.chain[0].sha256);
	conn_report_set(out, CONN_REPORT_BINDING,
	    tls_facts_binding(s->tls, binding) ? binding : NULL);
	return 0;
}

int step_compare(struct session *s, struct outcome *oc)
{
	if (!s->options->compare)
		return 0;
	if (observe(s, &s->seen, oc) != 0)
		return -1;
	s->compared = true;
	return compare_reports(&s->seen, &s->reported, s->remark, oc);
}
