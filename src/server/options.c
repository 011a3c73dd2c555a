/* SPDX-License-Identifier: MIT */
#include "server/options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "base/options_help.h"
#include "base/text.h"
#include "tls/context.h"

/* ---- values --------------------------------------------------------------------------- */

OPTION_TAKE(set_client_auth, struct client_auth, client_auth_set_mode)
OPTION_TAKE(set_crl_stale, struct client_auth, client_auth_set_stale)
OPTION_TAKE(trust_balancer, struct access, access_trust_balancer)
OPTION_TAKE(allow_address, struct access, access_allow)
OPTION_TAKE(deny_address, struct access, access_deny)

/* The row's number is the kind of name. */
static int allow_client(void *list, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	return client_allow_add(list, (enum client_allow_kind)row->number, value, oc);
}

static int set_metrics(void *to, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	struct metrics_options *o = to;

	(void)row;
	o->wanted = true;
	if (endpoint_parse("--metrics", value, &o->endpoint, oc) != 0)
		return -1;
	if (!endpoint_is_datagram(&o->endpoint))
		return 0;
	outcome_set(oc, OC_USAGE, "--metrics %s: metrics are served over TCP", value);
	outcome_advise(oc, "use --metrics 127.0.0.1:9443");
	return -1;
}

static int check_node(const char *name, const char *value, struct outcome *oc)
{
	if (text_is_clean(value, strlen(value)))
		return 0;
	return outcome_set(oc, OC_USAGE, "invalid %s \"%s\": expected printable text in UTF-8",
	    name, value);
}

static int set_port(void *to, const char *value, struct outcome *oc)
{
	struct listen_options *o = &((struct server_options *)to)->listen;
	struct addr checked;

	if (o->port_given)
		return outcome_set(oc, OC_USAGE, "only one PORT is allowed: unexpected \"%s\"",
		    value);
	if (strlen(value) >= sizeof o->port)
		return outcome_set(oc, OC_USAGE, "invalid port \"%s\": expected 0 to 65535", value);
	if (addr_parse("::", value, &checked, oc) != 0)
		return -1;
	memcpy(o->port, value, strlen(value) + 1);
	o->port_given = true;
	return 0;
}

/* ---- options -------------------------------------------------------------------------- */

static const char *const sandbox_modes[] = {
	[SANDBOX_AUTO] = "auto",
	[SANDBOX_REQUIRE] = "require",
	[SANDBOX_OFF] = "off",
	NULL,
};

static const struct options_about about = {
	.program = "hello-server",
	.rows = server_option_rows,
	.usage =
	    "usage: hello-server [options] [PORT]\n"
	    "Say hello over TLS. Listens on port 8443 of all addresses by default.\n",
	.notes =
	    "Parentheses show the default. A time T is 500ms, 5s or 2m; a plain number is\n"
	    "seconds. SIGHUP reloads files, SIGTERM drains and exits, SIGINT exits at once.\n",
	.describe_library = tls_context_library,
	.describe_key_schedule = tls_context_key_schedule,
};

#define OPTIONS_STRUCT struct server_options

const struct option_row server_option_rows[] = {
	HEADING("Listeners and certificates"),
	CALL("listen", "PLACE", listen, listener_take_endpoint,
	    "listen on ADDR:PORT, unix:PATH, systemd[:NAME], dtls:ADDR:PORT or quic:ADDR:PORT; "
	    "repeatable",
	    .letter = 'l'),
	CALL("cert", "FILE", service, service_take_cert,
	    "certificate chain, PEM, leaf first; repeatable"),
	CALL("key", "FILE", service, service_take_cert_file,
	    "private key of the preceding --cert, PEM", .number = SERVICE_FILE_KEY),
	CALL("ocsp", "FILE", service, service_take_cert_file,
	    "OCSP response to staple to the preceding --cert, DER",
	    .number = SERVICE_FILE_OCSP),
	FLAG("strict-sni", service.strict_sni, "reject server names that no certificate covers"),

	HEADING("Client certificates"),
	TEXT("client-ca", "FILE", service.clients.ca_file,
	    "PEM file of CAs; request client certificates that they issued"),
	CALL("client-auth", "MODE", service.clients, set_client_auth, "client certificates",
	    .choices = client_auth_modes, .text = "require"),
	CALL("allow-cn", "NAME", service.clients.allow, allow_client,
	    "admit only certificates with this common name; repeatable", .number = CLIENT_ALLOW_CN),
	CALL("allow-dns", "NAME", service.clients.allow, allow_client,
	    "admit only certificates with this DNS name; repeatable", .number = CLIENT_ALLOW_DNS),
	CALL("allow-uri", "URI", service.clients.allow, allow_client,
	    "admit only certificates with this URI; repeatable", .number = CLIENT_ALLOW_URI),
	CALL("allow-spki", "HASH", service.clients.allow, allow_client,
	    "admit only certificates with this public key, such as sha256//BASE64; repeatable",
	    .number = CLIENT_ALLOW_SPKI),
	TEXT("crlfile", "FILE", service.clients.crl_file,
	    "PEM file of revocation lists, one for each CA of a client's chain"),
	CALL("crl-stale", "MODE", service.clients, set_crl_stale,
	    "clients of a CA whose revocation list is stale", .choices = client_auth_stale_modes,
	    .text = "refuse", .needs = "crlfile"),

	HEADING("Greeting"),
	TEXT("greeting", "TEXT", service.greeting, "text of the greeting", .text = "Hello world",
	    .flags = OPTION_MAY_BE_EMPTY),
	TEXT("greeting-file", "FILE", service.greeting_file, "greet with the contents of FILE"),
	FLAG("report", service.report, "append a report of the connection"),
	TEXT("node", "NAME", service.node, "node name in the report (host name)",
	    .check = check_node),

	HEADING("Limits"),
	UINT("workers", "N", process.workers, 0, 1, WORKERS_MAX, "worker processes",
	    .text = "one per CPU"),
	UINT("max-connections", "N", limits.connections, 0, 1, 10000000,
	    "open connections in the whole server", .text = "10000"),
	UINT("max-handshakes", "N", limits.handshakes, 1000, 1, 1000000,
	    "handshakes in progress per worker"),
	UINT("max-per-client", "N", limits.per_client, 0, 1, 1000000,
	    "open connections per client address and worker", .text = "unlimited"),

	HEADING("Client addresses"),
	CALL("proxy-protocol-from", "CIDR", listen.access, trust_balancer,
	    "require a PROXY protocol header from these addresses, or from \"unix\" sockets; "
	    "repeatable"),
	CALL("allow", "CIDR", listen.access, allow_address,
	    "admit only clients from these addresses; repeatable"),
	CALL("deny", "CIDR", listen.access, deny_address,
	    "reject clients from these addresses; repeatable"),

	HEADING("TLS policy"),
	UINT("tickets", "N", service.tls.tickets, 0, 0, 16,
	    "TLS 1.3 session tickets per handshake"),
	TEXT("ticket-keys", "FILE", service.ticket_keys_file,
	    "ticket keys, 80 bytes each (generated at start)"),
	CALL("tls-min", "VERSION", service.tls.policy.min, tls_policy_take_version,
	    "minimum TLS version", .choices = tls_policy_versions, .text = "1.2"),
	CALL("tls-max", "VERSION", service.tls.policy.max, tls_policy_take_version,
	    "maximum TLS version", .choices = tls_policy_versions, .text = "1.3"),
	TEXT("groups", "LIST", service.tls.policy.groups,
	    "key exchange groups, such as X25519:P-256"),
	TEXT("ciphers", "LIST", service.tls.policy.ciphers,
	    "TLS 1.2 ciphers, by their OpenSSL names"),
	TEXT("ciphersuites", "LIST", service.tls.policy.ciphersuites, "TLS 1.3 cipher suites"),

	HEADING("Timeouts"),
	DURATION("proxy-timeout", conn.ms[CONN_PHASE_PROXY], 5000,
	    "time for the PROXY protocol header"),
	DURATION("handshake-timeout", conn.ms[CONN_PHASE_HANDSHAKE], 10000,
	    "time for the TLS handshake"),
	DURATION("request-timeout", conn.ms[CONN_PHASE_REQUEST], 10000,
	    "time for an HTTP request"),
	DURATION("greeting-timeout", conn.ms[CONN_PHASE_GREETING], 10000,
	    "time to send the greeting"),
	DURATION("linger-timeout", conn.ms[CONN_PHASE_LINGER], 5000,
	    "time for the peer to close"),
	DURATION("drain-delay", process.drain_delay_ms, 0,
	    "keep accepting for this time after SIGTERM, while /healthz answers 503",
	    .text = "none"),
	DURATION("drain-timeout", process.drain_ms, 30000,
	    "time for open connections in a drain"),

	HEADING("Privileges"),
	TEXT("user", "NAME", confine.user,
	    "name or number of the workers' user if root starts the server (hello-tls)"),
	TEXT("group", "NAME", confine.group,
	    "name or number of the workers' group (that user's group)"),
	CHOICE("sandbox", "MODE", confine.sandbox, SANDBOX_AUTO, sandbox_modes,
	    "sandbox for the workers"),

	HEADING("Monitoring"),
	CALL("metrics", "PLACE", metrics, set_metrics, "serve Prometheus metrics on this PLACE"),
	CHOICE("log-format", "FORMAT", log_format, LOG_TEXT, log_formats, "log format"),
	CHOICE("log-level", "LEVEL", log_level, LEVEL_INFO, log_levels, "log level"),

	HEADING("Other actions"),
	FLAG("check", check, "check configuration and files, then exit", .letter = 't'),
	TEXT("client-cert", "FILE", client_cert,
	    "with --check, also test whether a client with this PEM chain would be admitted",
	    .needs = "check"),
	HELP_AND_VERSION(&about),
	{ .name = NULL },
};

/* ---- the command line ----------------------------------------------------------------- */

static unsigned count_cpus(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus < 1 ? 1 : cpus > WORKERS_MAX ? WORKERS_MAX : (unsigned)cpus;
}

unsigned server_options_processes(const struct server_options *o)
{
	return (listener_wants_streams(&o->listen) ? o->process.workers : 0) +
	    (listener_count_datagrams(&o->listen) > 0 ? 1 : 0);
}

int server_options_parse(struct server_options *o, int argc, char *argv[], struct outcome *oc)
{
	struct options_given given = { { 0 } };
	const struct options_line line = { server_option_rows, o, &given, set_port, false };
	int ret;

	memset(o, 0, sizeof *o);
	memcpy(o->listen.port, "8443", sizeof "8443");
	o->conn.states = conn_states;
	options_set_defaults(server_option_rows, o);
	o->process.workers = count_cpus();
	ret = options_parse(&line, argc, argv, NULL, oc);
	if (ret != 0)
		return ret;
	if (o->listen.port_given && o->listen.count > 0)
		return outcome_set(oc, OC_USAGE, "PORT and --listen exclude each other");
	return options_check(server_option_rows, &given, oc);
}
