/* SPDX-License-Identifier: MIT */
#include "zoo/options.h"

#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "base/options_help.h"
#include "tls/context.h"

static int set_misbehave(void *misbehave, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	unsigned at;

	(void)row;
	if (options_choice("--misbehave", value, misbehave_kinds, &at, oc) != 0)
		return -1;
	*(enum misbehave *)misbehave = (enum misbehave)(at + 1);
	return 0;
}

static const char how_to_start[] =
    "create a zoo with hello-certs zoo DIR, then run hello-zoo DIR";

static int set_folder(void *to, const char *value, struct outcome *oc)
{
	struct zoo_options *o = to;

	/* Usually a script passed a variable that was not set. */
	if (!value[0]) {
		outcome_set(oc, OC_USAGE, "DIR is empty");
		outcome_advise(oc, "%s", how_to_start);
		return -1;
	}
	if (o->folder)
		return outcome_set(oc, OC_USAGE, "only one DIR is allowed: unexpected \"%s\"",
		    value);
	o->folder = value;
	return 0;
}

static const struct options_about about = {
	.program = "hello-zoo",
	.rows = zoo_option_rows,
	.usage =
	    "usage: hello-zoo [options] DIR\n"
	    "       hello-zoo [options] --misbehave KIND [DIR]\n"
	    "Be a bad TLS server, to test clients. \"hello-certs zoo DIR\" makes DIR. A client\n"
	    "that requests NAME.zoo.test gets the certificate NAME in DIR.\n",
	.notes =
	    "Parentheses show the default. A time T is 500ms, 5s or 2m; a plain number is\n"
	    "seconds.\n",
	.describe_library = tls_context_library,
	.describe_key_schedule = tls_context_key_schedule,
};

#define OPTIONS_STRUCT struct zoo_options

const struct option_row zoo_option_rows[] = {
	HEADING("What to serve"),
	CALL("misbehave", "KIND", misbehave, set_misbehave, "misbehave in one way",
	    .choices = misbehave_kinds),
	CALL("cert", "FILE", server.service, service_take_cert,
	    "certificate chain, PEM, leaf first, instead of DIR; repeatable"),
	CALL("key", "FILE", server.service, service_take_cert_file,
	    "private key of the preceding --cert, PEM", .number = SERVICE_FILE_KEY),
	TEXT("greeting", "TEXT", server.service.greeting, "text of the greeting; not with DIR",
	    .text = "Hello world", .flags = OPTION_MAY_BE_EMPTY),

	HEADING("Where to listen"),
	CALL("listen", "PLACE", server.listen, listener_take_endpoint,
	    "listen on ADDR:PORT, unix:PATH, dtls:ADDR:PORT or quic:ADDR:PORT; repeatable",
	    .letter = 'l', .text = "127.0.0.1:8443"),
	FLAG("expose", expose, "allow addresses that other machines can reach"),

	HEADING("Timeouts"),
	DURATION("handshake-timeout", server.conn.ms[CONN_PHASE_HANDSHAKE], 10000,
	    "time for the TLS handshake"),
	DURATION("request-timeout", server.conn.ms[CONN_PHASE_REQUEST], 10000,
	    "time for an HTTP request; also the delay of slow-greeting"),
	DURATION("greeting-timeout", server.conn.ms[CONN_PHASE_GREETING], 10000,
	    "time to send the greeting"),
	DURATION("linger-timeout", server.conn.ms[CONN_PHASE_LINGER], 5000,
	    "time for the peer to close"),
	DURATION("drain-timeout", server.process.drain_ms, 30000,
	    "time for open connections after SIGTERM"),

	HEADING("Privileges and log"),
	TEXT("user", "NAME", server.confine.user,
	    "name or number of the worker's user if root starts the server (hello-tls)"),
	CHOICE("log-format", "FORMAT", server.log_format, LOG_TEXT, log_formats, "log format"),
	CHOICE("log-level", "LEVEL", server.log_level, LEVEL_INFO, log_levels, "log level"),

	HEADING("Other actions"),
	HELP_AND_VERSION(&about),
	{ .name = NULL },
};

static bool is_here(const struct endpoint *endpoint)
{
	return endpoint->kind == ENDPOINT_UNIX ||
	    ((endpoint->kind == ENDPOINT_INET || endpoint_is_datagram(endpoint)) &&
		addr_is_loopback(&endpoint->at));
}

static int check_kinds(const struct listen_options *o, struct outcome *oc)
{
	for (size_t i = 0; i < o->count; i++) {
		if (o->endpoint[i].kind != ENDPOINT_SYSTEMD)
			continue;
		outcome_set(oc, OC_USAGE,
		    "--listen systemd is for hello-server: hello-zoo opens its own sockets");
		outcome_advise(oc, "use --listen 127.0.0.1:8443");
		return -1;
	}
	return 0;
}

/* A bad server must not be reachable from other machines by accident. */
static int check_endpoints(const struct listen_options *o, struct outcome *oc)
{
	for (size_t i = 0; i < o->count; i++) {
		if (is_here(&o->endpoint[i]))
			continue;
		outcome_set(oc, OC_USAGE,
		    "this server is bad on purpose, and one --listen is not on loopback");
		outcome_advise(oc, "use --listen 127.0.0.1:8443, or --expose if this is intended");
		return -1;
	}
	return 0;
}

static int check(struct zoo_options *o, const struct options_given *given, struct outcome *oc)
{
	if (!o->folder && o->misbehave == MISBEHAVE_NONE) {
		outcome_set(oc, OC_USAGE, "missing DIR or --misbehave KIND");
		outcome_advise(oc, "%s", how_to_start);
		return -1;
	}
	if (o->folder &&
	    (o->server.service.identity_count > 0 ||
		options_have(zoo_option_rows, given, "greeting")))
		return outcome_set(oc, OC_USAGE,
		    "%s has its own certificates and greeting: --cert and --greeting are not "
		    "allowed",
		    o->folder);
	if (o->misbehave != MISBEHAVE_NONE && listener_count_datagrams(&o->server.listen) > 0)
		return outcome_set(oc, OC_USAGE,
		    "--misbehave and --listen %s:ADDR:PORT exclude each other",
		    listener_count(&o->server.listen, ENDPOINT_DTLS) > 0 ? "dtls" : "quic");
	if (check_kinds(&o->server.listen, oc) != 0)
		return -1;
	return o->expose ? 0 : check_endpoints(&o->server.listen, oc);
}

int zoo_options_parse(struct zoo_options *o, int argc, char *argv[], struct outcome *oc)
{
	struct options_given given = { { 0 } };
	const struct options_line line = { zoo_option_rows, o, &given, set_folder, false };
	struct listen_options *listen = &o->server.listen;
	int ret;

	memset(o, 0, sizeof *o);
	options_set_defaults(server_option_rows, &o->server);
	options_set_defaults(zoo_option_rows, o);
	o->server.process.workers = 1;
	ret = options_parse(&line, argc, argv, NULL, oc);
	if (ret == 0)
		ret = options_check(zoo_option_rows, &given, oc);
	if (ret == 0)
		ret = check(o, &given, oc);
	if (ret != 0)
		return ret;
	o->server.conn.states = misbehave_states(o->misbehave);
	if (listen->count > 0)
		return 0;
	listen->count = 1;
	return endpoint_parse("--listen", "127.0.0.1:8443", &listen->endpoint[0], oc);
}
