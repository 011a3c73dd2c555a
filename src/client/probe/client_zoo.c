/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "client/judge/client_auth.h"
#include "client/output/client_zoo_table.h"
#include "client/probe/client_list.h"
#include "client/probe/runner.h"
#include "tls/context.h"

struct client_zoo {
	struct runner runner;
	struct client_list list; /* the good client is the first */
	struct client_options options[CLIENT_LIST_MAX];
	SSL_CTX *contexts[CLIENT_LIST_MAX];
	struct client_auth_trial trials[CLIENT_LIST_MAX];
	struct client_zoo_table_row rows[CLIENT_LIST_MAX];
	size_t first;         /* of this pass */
	unsigned reference;   /* see client_auth_look */
	struct outcome good;  /* the good client's */
	struct addr peer;     /* where the good client got to; length 0: nowhere */
	bool through_proxy;
};

/* ---- what is tried ---------------------------------------------------------------------------- */

static int prepare(struct client_zoo *z, const struct probe_setup *setup, struct outcome *oc)
{
	for (size_t i = 0; i < z->list.count; i++) {
		const struct client_list_row *row = &z->list.rows[i];
		struct client_options *o = &z->options[i];

		*o = *setup->options;
		o->identity.chain_file = row->chain_file;
		o->identity.key_file = row->key_file;
		o->identity.unjudged_name = row->name;
		z->trials[i] =
		    (struct client_auth_trial){ .name = row->name, .should = row->should };
		z->rows[i].trial = &z->trials[i];
		z->rows[i].wrong = row->wrong;
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

/* ---- trying it -------------------------------------------------------------------------------- */

static void choose_client(void *mode, struct runner_probe *p)
{
	const struct client_zoo *z = mode;

	p->options = z->options[z->first + p->number];
	p->ctx = z->contexts[z->first + p->number];
}

static void record(void *mode, struct runner_probe *p)
{
	struct client_zoo *z = mode;
	const struct session *s = &p->session;
	size_t at = z->first + p->number;
	const struct client_auth_evidence evidence = {
		.code = p->oc.code,
		.offers = s->options->identity.chain_file != NULL,
		.requested = s->request.received,
		.sent = s->request.sent,
		.heard = s->phases.us[PHASE_FIRST_BYTE] != PHASE_UNKNOWN,
		.greeting = s->service->talk == TALK_HELLO,
		.unproven = s->unproven,
		.http_status = s->http_status,
	};

	z->trials[at].did = client_auth_look(&evidence, z->reference);
	client_zoo_table_by(s, &p->oc, z->trials[at].did, z->rows[at].by);
	if (at > 0)
		return;
	z->good = p->oc;
	z->peer = s->peer;
	z->through_proxy = s->through_proxy;
	if (z->trials[0].did == CLIENT_AUTH_LET_IN)
		z->reference = s->http_status;
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

/* ---- the end ---------------------------------------------------------------------------------- */

static void print(const struct client_zoo *z, const struct client_auth_verdict *v)
{
	const struct client_options *o = &z->options[0];
	char at[ADDR_TEXT_MAX];

	printf("%s %s %s %s\n\n", o->host, o->port, z->through_proxy ? "through the proxy" : "at",
	    addr_format(&z->peer, at));
	client_zoo_table_print(stdout, z->rows, z->list.count, v);
}

static void conclude(const struct client_zoo *z, struct outcome *oc)
{
	struct client_auth_verdict v;

	client_auth_judge(z->trials, z->list.count, &v);
	print(z, &v);
	switch (v.code) {
	case OC_CLIENT_AUTH_OPEN:
		if (v.fits[CLIENT_AUTH_FITS_NO_REQUEST])
			outcome_set(oc, v.code, "the server asks for no client certificate");
		else
			outcome_set(oc, v.code, "the server let in %u of %u bad clients", v.open,
			    v.bad);
		break;
	case OC_CLIENT_CERT_REFUSED:
		*oc = z->good;
		if (oc->code != v.code)
			outcome_set(oc, v.code, "the server refused the good client");
		break;
	case OC_CLIENT_AUTH_UNKNOWN:
		outcome_set(oc, v.code, "of %u of %u bad clients it is not proven that the server "
		    "refused them", v.unknown, v.bad);
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
	if (z->trials[0].did == CLIENT_AUTH_NO_CONNECTION) {
		*oc = z->good;
		return;
	}
	pin(z);
	*oc = OUTCOME_NONE;
	if (z->trials[0].did != CLIENT_AUTH_NOT_ASKED &&
	    run_pass(z, setup, 1, z->list.count - 1, oc) != 0)
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
