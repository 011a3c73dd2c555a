/* SPDX-License-Identifier: MIT */
#include "client/output/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/judge/resigner.h"
#include "client/output/json.h"
#include "client/output/metrics_file.h"
#include "client/output/nagios.h"
#include "client/output/output_file.h"
#include "client/output/report.h"
#include "client/output/terminal.h"
#include "client/output/trace_table.h"
#include "client/session/chain_file.h"

/* Keeps a failure in oc, unless oc already has one: then it is only printed. */
static void keep_first(const struct client_options *o, const struct outcome *failed,
    struct outcome *oc)
{
	if (failed->code == OC_OK)
		return;
	if (oc->code == OC_OK)
		*oc = *failed;
	else if (!o->quiet)
		outcome_print(stderr, "hello-client", failed);
}

void result_metrics(const struct client_options *o, const struct probe_facts all[], size_t count,
    struct outcome *oc)
{
	struct outcome failed = OUTCOME_NONE;

	if (o->prometheus && metrics_file_write(o->prometheus, all, count, &failed) != 0)
		keep_first(o, &failed, oc);
}

/* World-readable: certificates are public. */
enum { CHAIN_MODE = 0644 };

/* Writes nothing without certificates; oc already has the reason. */
static void save_chain(const struct client_options *o, const struct session *s, struct outcome *oc)
{
	struct outcome failed = OUTCOME_NONE;
	size_t len;
	char *text;

	if (!o->save_chain || !s || chain_file_count(s->verdict.received) == 0)
		return;
	text = chain_file_text(s->verdict.received, &len, &failed);
	if (text)
		output_file_write(o->save_chain, text, len, CHAIN_MODE, &failed);
	free(text);
	keep_first(o, &failed, oc);
}

/* The outcome stays, so oc only gets a failure if it has none. */
static void save_issuer(const struct client_options *o, const struct session *s,
    struct outcome *oc)
{
	struct outcome failed = OUTCOME_NONE;
	size_t len;
	char *text;

	if (!s || !s->issuer)
		return;
	text = chain_file_text(s->issuer, &len, &failed);
	if (text)
		output_file_write(o->fetch_issuer, text, len, CHAIN_MODE, &failed);
	free(text);
	if (failed.code != OC_OK)
		outcome_advise_instead(oc, "--fetch-issuer FILE with a FILE that can be written");
	keep_first(o, &failed, oc);
}

bool result_is_file(const struct client_options *o)
{
	return (o->prometheus && strcmp(o->prometheus, "-") == 0) ||
	    (o->save_chain && strcmp(o->save_chain, "-") == 0);
}

void result_note_expected(const struct client_options *o, const struct outcome *oc)
{
	if (oc->code == OC_OK && oc->detail[0] && !o->quiet)
		terminal_note("note: %s", oc->detail);
}

/* Only for a root that was added: a public CA may have any name that fits. */
static void note_local_root(const struct session *s)
{
	char name[CERT_INFO_NAME_MAX];
	struct cert_info root;
	const char *product;

	if (!s->local_root[0])
		return;
	cert_info_get(verdict_certificate(&s->verdict, verdict_count(&s->verdict) - 1), &root);
	terminal_note("note: the chain ends in \"%s\", a root that was added to this system: %s",
	    root.label, s->local_root);
	product = resigner_of_chain(s->verdict.certs, name);
	if (product)
		terminal_note("note: the issuer \"%s\" suggests %s, which re-signs certificates to "
			      "inspect TLS",
		    name, product);
}

/* Other servers may be stricter than this one. */
static void note_own_certificate(const struct client_options *o, const struct session *s)
{
	char line[OWN_CERTIFICATE_LINE_MAX];

	if (!o->quiet && s->own.sent && s->own.faults)
		terminal_note("note: %s; this server accepted it, but others may reject it",
		    own_certificate_line(&s->own, line));
}

/* Standard output and the notes, for people and for programs. */
static void print(const struct client_options *o, const struct session *s, bool greeted,
    const struct outcome *oc)
{
	if (o->json)
		json_print_probe(stdout, s, oc, 0);
	else if (s && s->trace)
		trace_table_print(stdout, o->host, o->port, s->trace);
	else if (greeted && oc->code == OC_OK && !result_is_file(o))
		report_greeting(s);
	result_note_expected(o, oc);
	if (greeted)
		note_own_certificate(o, s);
	if (oc->code != OC_OK || o->quiet)
		return;
	if (s->remark[0])
		terminal_note("note: %s", s->remark);
	note_local_root(s);
}

int result_probe(const struct client_options *o, struct session *s, struct outcome *oc)
{
	bool greeted = oc->code == OC_OK;
	struct probe_facts f;

	if (s)
		session_expect(s, oc);
	probe_facts_get(&f, o, s, oc);
	/* A usage error is not a result of the target. */
	if (oc->code != OC_USAGE)
		result_metrics(o, &f, 1, oc);
	save_chain(o, s, oc);
	save_issuer(o, s, oc);
	probe_facts_get(&f, o, s, oc);
	if (!o->nagios.on) {
		print(o, s, greeted, oc);
		return outcome_status(oc->code);
	}
	if (nagios_check(&f, &o->nagios, oc) != 0)
		probe_facts_get(&f, o, s, oc);
	return nagios_print(stdout, &f, &o->nagios);
}
