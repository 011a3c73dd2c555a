/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "client/judge/admission.h"
#include "client/output/client_zoo_table.h"
#include "client/probe/client_list.h"
#include "client/probe/runner.h"
#include "tls/context.h"

/* The good client is the first, and once more the last. */
enum { TRIALS_MAX = CLIENT_LIST_MAX + 1 };

struct client_zoo {
	struct runner runner;
	struct client_list list;
	struct client_options options[CLIENT_LIST_MAX];
	SSL_CTX *contexts[CLIENT_LIST_MAX];
	struct admission_trial trials[TRIALS_MAX];
	struct client_zoo_table_row rows[TRIALS_MAX];
	size_t first;         /* of this pass */
	unsigned reference;   /* see admission_look */
	char line[SESSION_GREETING_MAX]; /* of hello: the good one's greeting, see line_of */
	size_t line_len;
	struct outcome good; /* the good client's, the first time */
	struct addr peer;    /* where the good client got to; length 0: nowhere */
	bool through_proxy;
};

/* ---- what is tried ----------------------------------------------------------------------- */

static void prepare_trial(struct client_zoo *z, size_t at, const struct client_list_row *row)
{
	z->trials[at] = (struct admission_trial){ .name = row->name, .should = row->should };
	z->rows[at].trial = &z->trials[at];
	z->rows[at].wrong = row->wrong;
}

static int prepare(struct client_zoo *z, const struct probe_setup *setup, struct outcome *oc)
{
	prepare_trial(z, z->list.count, &z->list.rows[0]);
	for (size_t i = 0; i < z->list.count; i++) {
		const struct client_list_row *row = &z->list.rows[i];
		struct client_options *o = &z->options[i];

		*o = *setup->options;
		o->identity.chain_file = row->chain_file;
		o->identity.key_file = row->key_file;
		o->identity.unjudged_name = row->name;
		prepare_trial(z, i, row);
		z->contexts[i] = setup->make_context(o, oc);
		if (!z->contexts[i])
			return -1;
	}
	return 0;
}

/* Otherwise two clients could reach two servers. */
static void pin(struct client_zoo *z)
{
	for (size_t i = 0; i < z->list.count && z->peer.len > 0; i++)
		route_pin(&z->options[i].route, &z->peer);
}

/* ---- trying it --------------------------------------------------------------------------- */

static void choose_client(void *mode, struct runner_probe *p)
{
	const struct client_zoo *z = mode;
	size_t at = z->first + p->number;

	if (at == z->list.count)
		at = 0;
	p->options = z->options[at];
	p->ctx = z->contexts[at];
}

/*
 * The length of the greeting up to the end of its first line that is not empty: a report may follow
 * it, which is different each time.
 */
static size_t line_of(const struct session *s)
{
	size_t at = 0;

	while (at < s->greeting_len && (s->greeting[at] == '\r' || s->greeting[at] == '\n'))
		at++;
	while (at < s->greeting_len && s->greeting[at] != '\n')
		at++;
	return at;
}

static bool is_other_greeting(const struct client_zoo *z, const struct session *s)
{
	return z->line_len > 0 && s->greeting_len > 0 &&
	    (line_of(s) != z->line_len || memcmp(s->greeting, z->line, z->line_len) != 0);
}

static void explain_denial(struct client_zoo *z, const struct session *s)
{
	char line[1024], said[256];
	struct text t;

	snprintf(line, sizeof line, "%.*s", (int)strcspn(s->greeting, "\n"), s->greeting);
	text_begin(&t, said, sizeof said);
	text_add_item(&t, line, "\"");
	outcome_set(&z->good, OC_CLIENT_AUTH_UNKNOWN, "the service says \"%s\"", said);
}

static void keep_good(struct client_zoo *z, const struct runner_probe *p)
{
	const struct session *s = &p->session;

	z->good = p->oc;
	z->peer = s->peer;
	z->through_proxy = s->through_proxy;
	if (s->denied)
		explain_denial(z, s);
	if (z->trials[0].did != ADMISSION_LET_IN)
		return;
	z->reference = s->http_status;
	if (session_talk(s) != TALK_HELLO)
		return;
	z->line_len = line_of(s);
	memcpy(z->line, s->greeting, z->line_len);
}

static void record(void *mode, struct runner_probe *p)
{
	struct client_zoo *z = mode;
	const struct session *s = &p->session;
	size_t at = z->first + p->number;
	const struct admission_evidence evidence = {
		.code = p->oc.code,
		.offers = s->options->identity.chain_file != NULL,
		.requested = s->request.received,
		.sent = s->request.sent,
		.heard = s->phases.us[PHASE_FIRST_BYTE] != PHASE_UNKNOWN,
		.unproven = s->unproven || is_other_greeting(z, s),
		.denied = s->denied,
		.good_is_in = at > 0 && z->trials[0].did == ADMISSION_LET_IN,
		.http_status = s->http_status,
		.expected = s->options->expect_status != NULL && p->oc.code == OC_OK,
	};

	z->trials[at].did = admission_look(&evidence, z->reference);
	z->trials[at].failed = p->oc.code != OC_OK || s->denied;
	client_zoo_table_by(s, &p->oc, z->trials[at].did, z->rows[at].by);
	if (at == 0)
		keep_good(z, p);
}

static int run_pass(struct client_zoo *z, const struct probe_setup *setup, size_t first,
    size_t count, struct outcome *oc)
{
	const unsigned parallel = setup->options->series.parallel;

	z->first = first;
	z->runner = (struct runner){
		.setup = setup,
		.count = count,
		.width = count < parallel ? (unsigned)count : parallel,
		.mode = z,
		.prepare = choose_client,
		.record = record,
	};
	return runner_run(&z->runner, oc);
}

/* ---- the end ----------------------------------------------------------------------------- */

static void print(const struct client_zoo *z, const struct admission_verdict *v)
{
	const struct client_options *o = &z->options[0];
	char at[ADDR_TEXT_MAX];

	printf("%s %s %s %s\n\n", o->host, o->port, z->through_proxy ? "through the proxy" : "at",
	    addr_format(&z->peer, at));
	client_zoo_table_print(stdout, z->rows, z->list.count, v);
}

static void explain_refused(const struct client_zoo *z, struct outcome *oc)
{
	if (z->trials[0].did == ADMISSION_NOT_SENT)
		outcome_set(oc, OC_CLIENT_CERT_REFUSED,
		    "the server accepts no key of the good client's type");
	else if (z->good.code == OC_CLIENT_CERT_REFUSED)
		*oc = z->good;
	else
		outcome_set(oc, OC_CLIENT_CERT_REFUSED, "the server refused the good client: %s",
		    z->good.detail);
}

/* Its answer comes later, in its own protocol. */
static bool is_silent(const struct client_zoo *z)
{
	const struct service_row *service = z->options[0].service.service;

	return service && service->talk == TALK_NOTHING && !service->admission &&
	    strcmp(service->name, "tls") != 0;
}

static void advise_unknown(const struct client_zoo *z, const struct admission_verdict *v,
    struct outcome *oc)
{
	const struct service_row *service = z->options[0].service.service;

	if (v->fits[ADMISSION_FITS_UNSTEADY] || v->lost > 0)
		outcome_advise(oc,
		    "does the server limit connections? --parallel 1 makes one at a time; are "
		    "there several servers behind this name? --connect-to tests one of them");
	else if (z->good.code == OC_CLIENT_AUTH_UNKNOWN)
		outcome_advise(oc,
		    "the service refuses clients that do not log in: test it with one that does, "
		    "and with the certificates in %.200s",
		    z->options[0].client_zoo);
	else if (v->unknown == 0)
		outcome_advise(oc, "%s", outcome_best_advice(&z->good));
	else if (is_silent(z))
		outcome_advise(oc,
		    "hello-client does not speak this protocol after the handshake: test it with a "
		    "client that does, and with the certificates in %.200s",
		    z->options[0].client_zoo);
	else if (service && service != service_hello && strcmp(service->name, "tls") != 0)
		outcome_advise(oc,
		    "the table on standard output shows for which clients nothing is proven; the "
		    "log of the service may show what it did with them");
}

static void explain_unknown(const struct client_zoo *z, const struct admission_verdict *v,
    struct outcome *oc)
{
	if (v->fits[ADMISSION_FITS_UNSTEADY])
		outcome_set(oc, OC_CLIENT_AUTH_UNKNOWN,
		    "the server treated the good client differently at the end");
	else if (v->unknown == 0)
		outcome_set(oc, OC_CLIENT_AUTH_UNKNOWN,
		    "nothing proves that the server let in the good client: %s", z->good.detail);
	else
		outcome_set(oc, OC_CLIENT_AUTH_UNKNOWN,
		    "nothing proves that the server refused %u of %u bad clients", v->unknown,
		    v->bad);
	advise_unknown(z, v, oc);
}

static void conclude(const struct client_zoo *z, struct outcome *oc)
{
	struct admission_verdict v;

	admission_judge(z->trials, z->list.count + 1, &v);
	print(z, &v);
	switch (v.code) {
	case OC_CLIENT_AUTH_OPEN:
		if (v.fits[ADMISSION_FITS_NO_REQUEST])
			outcome_set(oc, v.code, "the server requests no client certificate");
		else
			outcome_set(oc, v.code, "the server let in %u of %u bad clients", v.open,
			    v.bad);
		break;
	case OC_CLIENT_CERT_REFUSED:
		explain_refused(z, oc);
		break;
	case OC_CLIENT_AUTH_UNKNOWN:
		explain_unknown(z, &v, oc);
		break;
	default:
		break;
	}
}

static void test(struct client_zoo *z, const struct probe_setup *setup, struct outcome *oc)
{
	z->good = OUTCOME_NONE;
	if (client_list_read(&z->list, setup->options->client_zoo, oc) != 0 ||
	    prepare(z, setup, oc) != 0 || run_pass(z, setup, 0, 1, oc) != 0)
		return;
	if (z->trials[0].did == ADMISSION_NO_CONNECTION) {
		*oc = z->good;
		return;
	}
	pin(z);
	*oc = OUTCOME_NONE;
	if (z->trials[0].did != ADMISSION_NOT_ASKED &&
	    (run_pass(z, setup, 1, z->list.count - 1, oc) != 0 ||
		run_pass(z, setup, z->list.count, 1, oc) != 0))
		return;
	*oc = OUTCOME_NONE;
	conclude(z, oc);
}

static bool is_on(const struct client_options *o)
{
	return o->client_zoo != NULL;
}

static int run(const struct probe_setup *setup, struct outcome *oc)
{
	struct client_zoo *z = calloc(1, sizeof *z);

	if (!z) {
		outcome_set(oc, OC_INTERNAL, "out of memory for clients");
		return outcome_status(oc->code);
	}
	test(z, setup, oc);
	for (size_t i = 0; i < z->list.count; i++)
		tls_context_free(z->contexts[i]);
	client_list_free(&z->list);
	free(z);
	return outcome_status(oc->code);
}

const struct mode mode_client_zoo = { is_on, run };
