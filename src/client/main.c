/* SPDX-License-Identifier: MIT */
/*
 * The client's half of the tutorial: socket, connect, read, print, close,
 * with a TLS handshake and the verification of the server in between.
 */
#include <stddef.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/input_file.h"
#include "base/outcome.h"
#include "base/streams.h"
#include "client/judge/staple.h"
#include "client/options/options.h"
#include "client/options/options_check.h"
#include "client/output/keylog.h"
#include "client/output/result.h"
#include "client/output/terminal.h"
#include "client/probe/modes.h"
#include "client/session/context.h"
#include "client/session/hello_variant.h"
#include "client/session/session.h"
#include "client/step/verify.h"
#include "tls/context.h"

static const struct step steps[] = {
	{ "resolve", step_resolve },     /* getaddrinfo                       */
	{ "connect", step_connect },     /* socket, connect                   */
	{ "proxy", step_proxy },         /* CONNECT or SOCKS5, with --proxy   */
	{ "announce", step_announce },   /* --haproxy-protocol                */
	{ "starttls", step_starttls },   /* if the service begins in clear    */
	{ "handshake", step_handshake }, /* SSL_connect                       */
	{ "verify", step_verify },       /* chain, name, dates, purpose       */
	{ "handshake", step_expect_pq }, /* --expect-pq: its key exchange     */
	{ "greet", step_greet },         /* the greeting, or an answer        */
	{ "compare", step_compare },     /* with --compare                    */
	{ "close", step_close },         /* SSL_shutdown, close               */
	{ NULL, NULL },
};

/* --chain: a file in place of a server. */
static const struct step offline_steps[] = {
	{ "chain", step_chain },  /* certificates, and the key of --key */
	{ "verify", step_judge }, /* chain, name, dates, purpose        */
	{ NULL, NULL },
};

/* The first mode that is on runs. */
static const struct mode *const modes[] = {
	&mode_targets,   /* --targets                                    */
	&mode_addresses, /* --all-addresses                              */
	&mode_path_test, /* --path-test                                  */
	&mode_trace,     /* --trace                                      */
	&mode_client_zoo, /* --client-zoo                                */
	&mode_series,    /* -c, -i                                       */
	&mode_resume,    /* --resume                                     */
	&mode_single,    /* none of these: one probe                     */
};

static const struct client_context_judge judge = { verify_callback, staple_callback };

static SSL_CTX *make_context(const struct client_options *o, struct outcome *oc)
{
	const struct service_row *service = o->service.service;
	SSL_CTX *ctx = client_context_new_over(service ? service->transport : OVER_TCP, &o->trust,
	    &o->policy, &o->identity, &judge, oc);

	if (ctx && (!o->alpn || client_context_offer(ctx, o->alpn, oc) == 0) &&
	    hello_variant_use(ctx, &o->hello, oc) == 0 &&
	    (o->chain || keylog_start(ctx, oc) == 0))
		return ctx;
	tls_context_free(ctx);
	return NULL;
}

/* Returns the exit status. */
static int run(const struct client_options *o, struct outcome *oc)
{
	const struct probe_setup setup = { o, make_context(o, oc), make_context,
		o->chain ? offline_steps : steps };
	const struct mode *const *mode = modes;
	int status;

	if (!setup.ctx)
		return result_probe(o, NULL, oc);
	/* Anybody who reads that file can decrypt these connections. */
	if (keylog_file() && !o->chain)
		terminal_note("SSLKEYLOGFILE is set: the session keys are written to %s",
		    keylog_file());
	while (!(*mode)->is_on(o))
		mode++;
	status = (*mode)->run(&setup, oc);
	tls_context_free(setup.ctx);
	return status;
}

int main(int argc, char *argv[])
{
	struct client_options options;
	struct outcome oc = OUTCOME_NONE;
	int ret, status = 0;

	streams_prepare();
	ret = client_options_parse(&options, argc, argv, &oc);
	if (ret == 0) {
		input_file_read_once(clock_ms() + options.max_ms);
		ret = client_options_check(&options, &oc);
	}
	if (ret == 0)
		status = run(&options, &oc);
	else if (ret < 0)
		status = result_probe(&options, NULL, &oc);
	if (oc.code == OC_OK && (keylog_finish(&oc) != 0 || streams_finish(&oc) != 0))
		status = outcome_status(oc.code);
	if (oc.code == OC_USAGE || (oc.code != OC_OK && !options.quiet && !options.nagios.on))
		outcome_print(stderr, "hello-client", &oc);
	return status;
}
