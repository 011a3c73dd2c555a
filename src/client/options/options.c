/* SPDX-License-Identifier: MIT */
#include "client/options/options.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/options.h"
#include "base/options_help.h"
#include "client/judge/expected.h"
#include "client/judge/expected_outcome.h"
#include "client/judge/spiffe_id.h"
#include "client/options/verify_time.h"
#include "client/output/explain.h"
#include "client/services/http_status.h"
#include "client/session/hello_variant.h"
#include "net/hostname.h"
#include "tls/context.h"

/* ---- values --------------------------------------------------------------------------- */

OPTION_TAKE(add_detour, struct route, route_add_detour)
OPTION_TAKE(add_answer, struct route, route_add_answer)
OPTION_TAKE(set_proxy, struct proxy, proxy_parse)

/* The row's number is the family. */
static int set_family(void *family, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	(void)value, (void)oc;
	*(int *)family = (int)row->number;
	return 0;
}

/* client_options_check reads the file when all options are known. */
static int set_expected_file(void *expected, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	struct expected *e = expected;

	(void)row, (void)oc;
	e->file = value;
	e->cert.sha256[0] = '\0';
	return 0;
}

static int set_service(void *said, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	const struct service_row *service = service_named("--service", value, oc);

	(void)row;
	if (!service)
		return -1;
	*(const struct service_row **)said = service;
	return 0;
}

static int set_expected_outcome(void *list, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	(void)row;
	*(const char **)list = value;
	return expected_outcome_check(value, oc);
}

static int set_limit(void *limit, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	char option[64];

	snprintf(option, sizeof option, "--%s", row->name);
	return lifetime_limit_parse(option, value, limit, oc);
}

static int set_verify_time(void *time, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	(void)row;
	return verify_time_parse("--verify-time", value, time, oc);
}

static int check_verify_name(const char *what, const char *name, struct outcome *oc)
{
	return spiffe_id_is_uri(name) ? spiffe_id_check(what, name, oc)
				      : hostname_check(what, name, oc);
}

static const char *const announcements[] = {
	[PROXY_PROTOCOL_V1] = "v1",
	[PROXY_PROTOCOL_V2] = "v2",
	NULL,
};

static int set_announcement(void *to, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	struct client_options *o = to;
	unsigned at;

	if (options_choice("--haproxy-protocol", value, row->choices, &at, oc) != 0)
		return -1;
	o->announce = true;
	o->announce_version = (enum proxy_protocol_version)at;
	return 0;
}

static int explain(void *none, const struct option_row *row, const char *value, struct outcome *oc)
{
	(void)none, (void)row;
	return explain_reason(stdout, value, oc) == 0 ? 1 : -1;
}

/* ---- options -------------------------------------------------------------------------- */

static const struct options_about about = {
	.program = "hello-client",
	.rows = client_option_rows,
	.usage =
	    "usage: hello-client [options] HOST [PORT]\n"
	    "       hello-client [options] [SERVICE://]HOST[:PORT][/PATH]\n"
	    "       hello-client [options] --chain FILE [--key FILE] NAME\n"
	    "Verify a TLS server and print its greeting, or the first line of its answer. The\n"
	    "port determines the service; the default is hello, on port 8443.\n",
	.notes =
	    "Parentheses show the default. A time T is 500ms, 5s or 2m; a plain number is\n"
	    "seconds. The exit status names the failure: see hello-client(1).\n",
	.describe_library = tls_context_library,
};

#define OPTIONS_STRUCT struct client_options
#define PER_TARGET .flags = OPTION_PER_TARGET

const struct option_row client_option_rows[] = {
	HEADING("Trust"),
	TEXT("cacert", "FILE", trust.ca_file, "PEM file of roots to trust instead of the system's"),
	TEXT("capath", "DIR", trust.ca_dir, "folder of roots to trust, prepared by openssl rehash"),
	TEXT("crlfile", "FILE", trust.crl_file,
	    "PEM file of revocation lists, one for each CA"),
	TEXT("pinnedpubkey", "PIN", expected.pins,
	    "require this server key, such as sha256//BASE64", .check = expected_check_pins),
	CALL("expect-cert", "FILE", expected, set_expected_file,
	    "require the server to send the certificate in FILE", PER_TARGET),
	CALL("verify-time", "TIME", trust.verify_time, set_verify_time,
	    "verify as of TIME, such as 2026-12-01 or +30d"),
	FLAG("no-x509-strict", trust.no_x509_strict, "skip strict RFC 5280 checks"),

	HEADING("Service"),
	CALL("service", "SERVICE", said, set_service,
	    "service to check, such as https, smtp or tls (chosen by port)", PER_TARGET),
	TEXT("path", "PATH", path_said, "path to request from an https server (/)",
	    .check = service_check_path, PER_TARGET),
	TEXT("expect-status", "LIST", expect_status,
	    "HTTP statuses to accept, such as 200-299,301 (below 500)",
	    .check = http_status_check, PER_TARGET),

	HEADING("Client certificate"),
	TEXT("cert", "FILE", identity.chain_file,
	    "chain to send if requested: PEM, DER, PKCS#12, or a pkcs11: URI"),
	TEXT("key", "FILE", identity.key_file, "its private key, or a pkcs11: URI (in --cert)",
	    .needs = "cert chain"),
	TEXT("passphrase-file", "FILE", identity.passphrase_file,
	    "file with the passphrase of the key or the PIN of the token",
	    .needs = "cert chain client-zoo"),

	HEADING("Certificate files"),
	TEXT("chain", "FILE", chain,
	    "verify the chain in FILE for NAME, offline (\"-\": standard input)",
	    .excludes =
		"service path expect-status cert servername no-sni tls-min tls-max groups ciphers "
		"hello alpn connect-to resolve proxy ipv4 ipv6 haproxy-protocol connect-timeout "
		"handshake-timeout read-timeout expect expect-pq compare count interval resume "
		"targets all-addresses path-test prometheus save-chain fetch-issuer",
	    .why = "no connection is made"),
	TEXT("save-chain", "FILE", save_chain, "write the server's certificates to FILE, in PEM",
	    .excludes = "count interval resume targets all-addresses path-test",
	    .why = "FILE holds the chain of one connection"),
	TEXT("fetch-issuer", "FILE", fetch_issuer,
	    "fetch a missing issuer, and write it to FILE",
	    .excludes = "count interval resume targets all-addresses path-test",
	    .why = "FILE holds the issuer of one connection"),

	HEADING("TLS"),
	TEXT("servername", "NAME", servername, "name to send as SNI and verify (HOST)",
	    .check = hostname_check, PER_TARGET),
	FLAG("no-sni", no_sni, "send no SNI", PER_TARGET),
	TEXT("verify-name", "NAME", verify_name,
	    "name or spiffe://DOMAIN/PATH to verify (the name sent as SNI)",
	    .check = check_verify_name, PER_TARGET),
	CALL("tls-min", "VERSION", policy.min, tls_policy_take_version, "minimum TLS version",
	    .choices = tls_policy_versions, .text = "1.2"),
	CALL("tls-max", "VERSION", policy.max, tls_policy_take_version, "maximum TLS version",
	    .choices = tls_policy_versions, .text = "1.3"),
	TEXT("groups", "LIST", policy.groups, "key exchange groups, such as X25519:P-256"),
	TEXT("ciphers", "LIST", policy.ciphers, "TLS 1.2 ciphers, by their OpenSSL names"),
	CHOICE("hello", "VARIANT", hello_variant, HELLO_PLAIN, hello_variant_names,
	    "form of the ClientHello, such as records",
	    .flags = OPTION_MANY_CHOICES),
	TEXT("alpn", "NAME[,NAME]", alpn, "ALPN protocols to offer, such as http/1.1"),

	HEADING("Route"),
	CALL("connect-to", "ADDRESS[:PORT]", route, add_detour,
	    "connect to ADDRESS, but verify HOST", PER_TARGET),
	CALL("resolve", "HOST:PORT:ADDR", route, add_answer, "use ADDR as the address of HOST",
	    PER_TARGET),
	CALL("proxy", "URL", proxy, set_proxy,
	    "HTTP or SOCKS5 proxy, or \"env\" for the one in the environment", .letter = 'x'),
	CALL("ipv4", NULL, family, set_family, "use IPv4 addresses only", .letter = '4',
	    .number = AF_INET, .excludes = "ipv6", PER_TARGET),
	CALL("ipv6", NULL, family, set_family, "use IPv6 addresses only", .letter = '6',
	    .number = AF_INET6, PER_TARGET),
	ACTION("haproxy-protocol", "VERSION", set_announcement, "send a PROXY protocol header",
	    .choices = announcements),

	HEADING("Timeouts"),
	DURATION("connect-timeout", connect_ms, 5000, "time to resolve and connect, with proxy",
	    PER_TARGET),
	DURATION("handshake-timeout", handshake_ms, 5000, "time for the TLS handshake", PER_TARGET),
	DURATION("read-timeout", read_ms, 5000, "time for the whole greeting or answer",
	    PER_TARGET),
	DURATION("max-time", max_ms, 15000, "time for the whole probe", PER_TARGET),

	HEADING("Additional checks"),
	TEXT("expect", "TEXT", expect, "require this greeting", PER_TARGET),
	CALL("expect-outcome", "NAME[,NAME]", expect_outcome, set_expected_outcome,
	    "succeed only with one of these outcomes, such as CERT_EXPIRED",
	    .choices = expected_outcome_names, .flags = OPTION_PER_TARGET | OPTION_MANY_CHOICES),
	FLAG("expect-pq", expect_pq, "require a post-quantum key exchange", PER_TARGET),
	FLAG("compare", compare, "check that both ends saw the same connection"),

	HEADING("Repeated probes"),
	UINT("count", "N", series.count, 0, 1, UINT_MAX, "probe N times, then print statistics",
	    .letter = 'c', .text = "no limit with --interval"),
	DURATION("interval", series.interval_ms, 1000, "start a probe every T", .letter = 'i'),
	UINT("parallel", "N", series.parallel, 32, 1, CLIENT_PARALLEL_MAX,
	    "maximum number of probes at a time",
	    .needs = "count interval targets all-addresses path-test client-zoo"),
	FLAG("resume", resume, "connect twice, resuming the first session"),
	TEXT("targets", "FILE", targets,
	    "probe each target in FILE; \"-\" is standard input",
	    .excludes = "count interval resume verbose",
	    .why = "each target is probed once, and has a row of a table"),
	FLAG("all-addresses", all_addresses, "probe every address of HOST",
	    .excludes = "targets count interval resume nagios prometheus verbose",
	    .why = "each address is probed once, and has a row of a table"),
	FLAG("path-test", path_test, "find a middlebox by trying variants of the ClientHello",
	    .excludes =
		"no-sni tls-min tls-max groups hello nagios prometheus verbose targets count "
		"interval resume compare expect-outcome expect-pq all-addresses",
	    .why = "it varies the handshake and prints its own table"),
	FLAG("trace", trace, "find the hop at which the ClientHello ends, by its TTL",
	    .excludes =
		"chain save-chain fetch-issuer proxy nagios prometheus targets count interval "
		"resume expect-outcome all-addresses path-test client-zoo",
	    .why = "it traces one direct connection, and prints its own table"),
	TEXT("client-zoo", "DIR", client_zoo,
	    "test mutual TLS with each bad client certificate in DIR",
	    .excludes =
		"cert key chain save-chain fetch-issuer json nagios prometheus verbose targets "
		"count interval resume compare expect-outcome all-addresses path-test",
	    .why = "it varies the client certificate and prints its own table"),

	HEADING("Output"),
	FLAG("json", json, "print the result as JSON instead of the greeting"),
	FLAG("nagios", nagios.on, "run as a monitoring plugin: one line, status 0 to 3",
	    .excludes = "count interval targets json",
	    .why = "a plugin prints one line about one probe"),
	CALL("warning", "LEFT", nagios.warning, set_limit,
	    "warn if the certificate expires within LEFT: days, 36h, or 33% of its lifetime",
	    .letter = 'w', .text = "14 days or a third", .needs = "nagios"),
	CALL("critical", "LEFT", nagios.critical, set_limit,
	    "critical if the certificate expires within LEFT", .text = "7 days or a sixth",
	    .needs = "nagios"),
	TEXT("prometheus", "FILE", prometheus, "write metrics to FILE, for node_exporter",
	    .excludes = "count interval", .why = "the file has one probe of each target"),
	FLAG("verbose", verbose, "print each step on standard error", .letter = 'v',
	    .excludes = "quiet count interval"),
	FLAG("quiet", quiet, "print nothing on standard error", .letter = 'q'),
	ACTION("explain", "REASON", explain,
	    "explain an outcome, by name or exit status, then exit"),
	HELP_AND_VERSION(&about),
	{ .name = NULL },
};

/* ---- operands --------------------------------------------------------------------------- */

static int set_port(struct client_options *o, const char *value, struct outcome *oc)
{
	unsigned port;

	if (options_uint("PORT", value, 1, 65535, &port, oc) != 0)
		return -1;
	snprintf(o->port, sizeof o->port, "%u", port);
	return 0;
}

/* The option that only hello supports, or NULL. */
static const char *needs_hello(const struct client_options *o)
{
	return o->compare ? "compare" : o->expect ? "expect" : NULL;
}

/* With --targets, options of the command line are for the lines that they fit. */
static int check_http(const struct client_options *o, const struct client_options *base,
    struct outcome *oc)
{
	bool path = o->path_said && (!base || o->path_said != base->path_said);
	bool status = o->expect_status && (!base || o->expect_status != base->expect_status);

	if (o->service.service->talk == TALK_HTTP || (!path && !status))
		return 0;
	outcome_set(oc, OC_USAGE, "--%s is for the service https, not for %s",
	    path ? "path" : "expect-status", o->service.service->name);
	outcome_advise(oc, "https://%s, or --service https", o->host);
	return -1;
}

static int choose_service(struct client_options *o, const struct service_target *target,
    const struct client_options *base, struct outcome *oc)
{
	const char *path = target->path[0] ? target->path : o->path_said ? o->path_said : "/";

	if (service_choose(target, o->said, needs_hello(o), o->port, &o->service, oc) != 0 ||
	    check_http(o, base, oc) != 0)
		return -1;
	snprintf(o->path, sizeof o->path, "%s", path);
	return 0;
}

/* base: the common settings, before a line of --targets changes them; or NULL. */
static int set_target(struct client_options *o, const char *host, const char *port,
    const struct client_options *base, struct outcome *oc)
{
	struct service_target target = { .service = NULL };

	if (host && service_target_parse(host, &target, oc) != 0)
		return -1;
	if (!target.host[0]) {
		outcome_set(oc, OC_USAGE, "missing HOST");
		outcome_advise(oc, "hello-client localhost 8443; --help lists the options");
		return -1;
	}
	memcpy(o->host, target.host, sizeof o->host);
	if (hostname_check("HOST", o->host, oc) != 0)
		return -1;
	if (target.port[0] && port)
		return outcome_set(oc, OC_USAGE, "two ports, %s and %s: give only one",
		    target.port, port);
	if (target.port[0])
		port = target.port;
	o->port[0] = '\0';
	if (port && set_port(o, port, oc) != 0)
		return -1;
	return choose_service(o, &target, base, oc);
}

/* --chain takes a name, not a target. */
static int set_name_alone(struct client_options *o, struct outcome *oc)
{
	if (!o->operands[0]) {
		outcome_set(oc, OC_USAGE, "missing NAME: --chain needs the name to verify");
		outcome_advise(oc, "hello-client --chain FILE localhost; --help lists the options");
		return -1;
	}
	if (service_target_name(o->operands[0], o->operands[1], o->host, oc) != 0)
		return -1;
	return hostname_check("NAME", o->host, oc);
}

/* A program that reads the output expects the same format for a usage error. */
static void find_output_format(struct client_options *o, int argc, char *argv[])
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		o->json |= strcmp(argv[i], "--json") == 0;
		o->nagios.on |= strcmp(argv[i], "--nagios") == 0;
	}
}

/* Users try curl's options here as well. */
static void advise_insecure(const char *word, struct outcome *oc)
{
	if (strcmp(word, "-k") == 0 || strcmp(word, "--insecure") == 0)
		outcome_advise_instead(oc,
		    "an invalid certificate always ends the connection; --cacert FILE sets what "
		    "to trust, -v shows what the server sent");
}

static int add_operand(void *to, const char *word, struct outcome *oc)
{
	struct client_options *o = to;

	if (o->operands[1])
		return outcome_set(oc, OC_USAGE, "unexpected \"%s\" after HOST and PORT", word);
	o->operands[o->operands[0] ? 1 : 0] = word;
	return 0;
}

static int parse_words(struct client_options *o, int argc, char *argv[],
    const struct client_options *base, struct outcome *oc)
{
	const struct options_line line = { client_option_rows, o, &o->given, add_operand,
		base != NULL };
	int at = 0, ret;

	o->operands[0] = o->operands[1] = NULL;
	ret = options_parse(&line, argc, argv, &at, oc);
	if (ret < 0)
		advise_insecure(argv[at], oc);
	if (ret != 0)
		return ret;
	o->series.on = options_have(client_option_rows, &o->given, "count interval");
	if (o->targets && !base && !o->operands[0])
		return 0;
	if (o->targets && !base)
		return outcome_set(oc, OC_USAGE, "unexpected \"%s\": --targets names the hosts",
		    o->operands[0]);
	if (o->chain)
		return set_name_alone(o, oc);
	return set_target(o, o->operands[0], o->operands[1], base, oc);
}

int client_options_parse(struct client_options *o, int argc, char *argv[], struct outcome *oc)
{
	memset(o, 0, sizeof *o);
	o->family = AF_UNSPEC;
	options_set_defaults(client_option_rows, o);
	o->nagios.warning = lifetime_warning;
	o->nagios.critical = lifetime_critical;
	find_output_format(o, argc, argv);
	return parse_words(o, argc, argv, NULL, oc);
}

int client_options_parse_target(struct client_options *o, const struct client_options *base,
    int argc, char *argv[], struct outcome *oc)
{
	/* Copies the padding too, because the caller compares the two. */
	memcpy(o, base, sizeof *o);
	return parse_words(o, argc, argv, base, oc);
}
