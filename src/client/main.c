/* SPDX-License-Identifier: MIT */
/*
 * The client's half of the tutorial: socket, connect, read, print, close,
 * with a TLS handshake and the verification of the server in between.
 */
#include <stddef.h>
#include <stdio.h>

#include "client/output/keylog.h"
#include "client/options/options_check.h"
#include "client/options/options.h"
#include "client/output/result.h"
#include "client/probe/addresses.h"
#include "client/probe/path_test.h"
#include "client/probe/series.h"
#include "client/output/report.h"
#include "client/output/terminal.h"
#include "client/probe/resume.h"
#include "client/session/session.h"
#include "client/judge/staple.h"
#include "client/probe/targets.h"
#include "client/step/verify.h"
#include "base/clock.h"
#include "base/input_file.h"
#include "base/outcome.h"
#include "base/streams.h"
#include "tls/context.h"
#include "client/session/context.h"

static const struct step steps[] = {
	{ "resolve", step_resolve },     /* getaddrinfo                       */
	{ "connect", step_connect },     /* socket, connect                   */
	{ "proxy", step_proxy },         /* CONNECT or SOCKS5, if asked for   */
	{ "announce", step_announce },   /* a PROXY header, if asked for      */
	{ "handshake", step_handshake }, /* SSL_connect                       */
	{ "verify", step_verify },       /* chain, name, dates, purpose       */
	{ "greet", step_greet },         /* SSL_read until close_notify       */
	{ "compare", step_compare },     /* with --compare                    */
	{ "close", step_close },         /* SSL_shutdown, close               */
	{ NULL, NULL },
};

static const struct client_context_judge judge = { verify_callback, staple_callback };

static SSL_CTX *make_context(const struct client_options *o, struct outcome *oc)
{
	SSL_CTX *ctx = client_context_new(&o->trust, &o->policy, &o->identity, &judge, oc);

	if (ctx && (!o->alpn || client_context_offer(ctx, o->alpn, oc) == 0) &&
	    (o->hello.padding == 0 || client_context_pad(ctx, o->hello.padding, oc) == 0) &&
	    keylog_start(ctx, oc) == 0)
		return ctx;
	tls_context_free(ctx);
	return NULL;
}

static int probe_once(const struct client_options *o, SSL_CTX *ctx, struct outcome *oc)
{
	struct session s;
	int status;

	session_init(&s, o, ctx);
	session_run(&s, steps, o->verbose ? report_step : NULL, oc);
	status = result_probe(o, &s, oc);
	session_free(&s);
	return status;
}

/* Returns the exit status. */
static int run(const struct client_options *o, struct outcome *oc)
{
	SSL_CTX *ctx = make_context(o, oc);
	int status;

	/* Whoever finds the secrets can read what we read, so nobody is left to wonder. */
	if (ctx && keylog_file())
		terminal_note("SSLKEYLOGFILE is set: the keys of this go to %s", keylog_file());
	if (!ctx)
		status = result_probe(o, NULL, oc);
	else if (o->targets)
		status = targets_run(o, ctx, steps, oc);
	else if (o->all_addresses)
		status = addresses_run(o, ctx, steps, oc);
	else if (o->path_test)
		status = path_test_run(o, ctx, make_context, steps, oc);
	else if (o->series.on)
		status = series_run(o, ctx, steps, oc);
	else if (o->resume)
		status = resume_run(o, ctx, steps, oc);
	else
		status = probe_once(o, ctx, oc);
	tls_context_free(ctx);
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
