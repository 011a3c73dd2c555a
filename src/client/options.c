/* SPDX-License-Identifier: MIT */
#include "client/options.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "client/show/explain.h"
#include "client/cert/moment.h"
#include "client/mode/parallel.h"
#include "client/cert/pin.h"
#include "common/hostname.h"
#include "common/optparse.h"

enum {
	OPT_CACERT,
	OPT_CAPATH,
	OPT_CRLFILE,
	OPT_PINNEDPUBKEY,
	OPT_EXPECT_CERT,
	OPT_VERIFY_TIME,
	OPT_NO_X509_STRICT,
	OPT_CERT,
	OPT_KEY,
	OPT_SERVERNAME,
	OPT_NO_SNI,
	OPT_VERIFY_NAME,
	OPT_TLS_MIN,
	OPT_TLS_MAX,
	OPT_GROUPS,
	OPT_ALPN,
	OPT_CONNECT_TO,
	OPT_RESOLVE,
	OPT_PROXY,
	OPT_IPV4,
	OPT_IPV6,
	OPT_HAPROXY_PROTOCOL,
	OPT_CONNECT_TIMEOUT,
	OPT_HANDSHAKE_TIMEOUT,
	OPT_READ_TIMEOUT,
	OPT_MAX_TIME,
	OPT_EXPECT,
	OPT_COMPARE,
	OPT_COUNT,
	OPT_INTERVAL,
	OPT_PARALLEL,
	OPT_RESUME,
	OPT_TARGETS,
	OPT_ALL_ADDRESSES,
	OPT_PATH_TEST,
	OPT_JSON,
	OPT_NAGIOS,
	OPT_WARNING,
	OPT_CRITICAL,
	OPT_PROMETHEUS,
	OPT_VERBOSE,
	OPT_QUIET,
	OPT_EXPLAIN,
	OPT_HELP,
	OPT_VERSION
};

static const struct optparse_option options[] = {
	[OPT_CACERT] = { 0, "cacert", "FILE", "trust these roots, not the system's" },
	[OPT_CAPATH] = { 0, "capath", "DIR", "the same, a hashed folder" },
	[OPT_CRLFILE] = { 0, "crlfile", "FILE", "CRLs, one for each CA of the chain" },
	[OPT_PINNEDPUBKEY] = { 0, "pinnedpubkey", "PIN", "the server's key must be sha256//B64" },
	[OPT_EXPECT_CERT] = { 0, "expect-cert", "FILE",
	    "fail unless it serves the certificate in FILE" },
	[OPT_VERIFY_TIME] = { 0, "verify-time", "TIME", "verify as if it were TIME" },
	[OPT_NO_X509_STRICT] = { 0, "no-x509-strict", NULL, "forgive certificates small sins" },
	[OPT_CERT] = { 0, "cert", "FILE", "our certificate chain, for a server that asks for it" },
	[OPT_KEY] = { 0, "key", "FILE", "its private key, PEM" },
	[OPT_SERVERNAME] = { 0, "servername", "NAME", "ask for NAME and verify it (HOST)" },
	[OPT_NO_SNI] = { 0, "no-sni", NULL, "ask for no name" },
	[OPT_VERIFY_NAME] = { 0, "verify-name", "NAME", "verify NAME, whatever is asked for" },
	[OPT_TLS_MIN] = { 0, "tls-min", "VERSION", "1.2 or 1.3, and not below it (1.2)" },
	[OPT_TLS_MAX] = { 0, "tls-max", "VERSION", "1.2 or 1.3, and not above it (1.3)" },
	[OPT_GROUPS] = { 0, "groups", "LIST", "key exchange groups, such as X25519:P-256" },
	[OPT_ALPN] = { 0, "alpn", "NAME[,NAME]", "offer protocols; with http/1.1, GET / it" },
	[OPT_CONNECT_TO] = { 0, "connect-to", "HOST[:PORT]", "go there, verify the same" },
	[OPT_RESOLVE] = { 0, "resolve", "HOST:PORT:ADDR", "take ADDR as the address of HOST" },
	[OPT_PROXY] = { 'x', "proxy", "URL", "go through an HTTP or SOCKS5 proxy, or env" },
	[OPT_IPV4] = { '4', "ipv4", NULL, "IPv4 addresses only" },
	[OPT_IPV6] = { '6', "ipv6", NULL, "IPv6 addresses only" },
	[OPT_HAPROXY_PROTOCOL] = { 0, "haproxy-protocol", "VERSION",
	    "send a PROXY header, v1 or v2" },
	[OPT_CONNECT_TIMEOUT] = { 0, "connect-timeout", "T", "to resolve and connect (5s)" },
	[OPT_HANDSHAKE_TIMEOUT] = { 0, "handshake-timeout", "T", "for the TLS handshake (5s)" },
	[OPT_READ_TIMEOUT] = { 0, "read-timeout", "T", "for the whole greeting (5s)" },
	[OPT_MAX_TIME] = { 0, "max-time", "T", "for everything (15s)" },
	[OPT_EXPECT] = { 0, "expect", "TEXT", "fail unless the greeting is TEXT" },
	[OPT_COMPARE] = { 0, "compare", NULL, "did both ends see the same connection?" },
	[OPT_COUNT] = { 'c', "count", "N", "probe N times, then show statistics" },
	[OPT_INTERVAL] = { 'i', "interval", "T", "begin a probe every T (1s), until Ctrl-C" },
	[OPT_PARALLEL] = { 0, "parallel", "N", "at most N probes at a time (32)" },
	[OPT_RESUME] = { 0, "resume", NULL, "connect twice, then with the session of the first" },
	[OPT_TARGETS] = { 0, "targets", "FILE",
	    "probe the HOST PORT of each line; - is standard input" },
	[OPT_ALL_ADDRESSES] = { 0, "all-addresses", NULL, "probe every address of HOST" },
	[OPT_PATH_TEST] = { 0, "path-test", NULL, "is a middlebox in the way? Try variants" },
	[OPT_JSON] = { 0, "json", NULL, "print what was found as JSON, not the greeting" },
	[OPT_NAGIOS] = { 0, "nagios", NULL, "be a plugin: one line, status 0, 1, 2 or 3" },
	[OPT_WARNING] = { 'w', "warning", "DAYS", "warn when less are left of the chain (14)" },
	[OPT_CRITICAL] = { 0, "critical", "DAYS", "less than these are critical (7)" },
	[OPT_PROMETHEUS] = { 0, "prometheus", "FILE", "write metrics there, for node_exporter" },
	[OPT_VERBOSE] = { 'v', "verbose", NULL, "tell each step on standard error" },
	[OPT_QUIET] = { 'q', "quiet", NULL, "say nothing on standard error" },
	[OPT_EXPLAIN] = { 0, "explain", "REASON", "tell more of CERT_EXPIRED or 52, and leave" },
	[OPT_HELP] = { 'h', "help", NULL, "show this" },
	[OPT_VERSION] = { 'V', "version", NULL, "show versions" },
	{ 0, NULL, NULL, NULL },
};

static const struct optparse_group groups[] = {
	{ OPT_CACERT, "Whom to trust" },
	{ OPT_CERT, "Who we are" },
	{ OPT_SERVERNAME, "What to ask for" },
	{ OPT_CONNECT_TO, "Which way to go" },
	{ OPT_CONNECT_TIMEOUT, "How long to wait" },
	{ OPT_EXPECT, "What else must be so" },
	{ OPT_COUNT, "Ask more than once" },
	{ OPT_JSON, "What to print" },
	{ 0, NULL },
};

static void set_defaults(struct client_options *o)
{
	memset(o, 0, sizeof *o);
	o->family = AF_UNSPEC;
	o->connect_ms = 5000;
	o->handshake_ms = 5000;
	o->read_ms = 5000;
	o->max_ms = 15000;
	o->series.interval_ms = 1000;
	o->nagios.warning_days = 14;
	o->nagios.critical_days = 7;
}

static void print_help(void)
{
	printf("usage: hello-client [options] HOST [PORT]\n"
	       "       hello-client [options] HOST:PORT | [IPV6]:PORT\n"
	       "Verify a TLS server and print its greeting. The port is 8443 unless given.\n\n");
	optparse_print_help(options, groups);
	printf("\nA time T is 500ms, 5s or 2m; a bare number is seconds. "
	       "The exit status tells\nwhat failed: see hello-client(1).\n");
}

static void print_version(void)
{
	printf("hello-client %s\n%s\n", PACKAGE_VERSION, tlsctx_library());
}

static int set_family(struct client_options *o, int family, struct outcome *oc)
{
	if (o->family != AF_UNSPEC && o->family != family)
		return outcome_set(oc, OC_USAGE, "-4 and -6 exclude each other");
	o->family = family;
	return 0;
}

static int set_name(const char **name, const char *option, const char *value, struct outcome *oc)
{
	if (hostname_check(option, value, oc) != 0)
		return -1;
	*name = value;
	return 0;
}

static int set_days(struct client_nagios *n, unsigned *days, const char *option, const char *value,
    struct outcome *oc)
{
	n->limited = true;
	return optparse_uint(option, value, 0, 36500, days, oc);
}

static int set_announcement(struct client_options *o, const char *value, struct outcome *oc)
{
	static const char *const names[] = { [PROXYPROTO_V1] = "v1", [PROXYPROTO_V2] = "v2" };
	unsigned at;

	if (optparse_choice("--haproxy-protocol", value, names, 2, &at, oc) != 0)
		return -1;
	o->announce = true;
	o->announce_version = (enum proxyproto_version)at;
	return 0;
}

static int apply(struct client_options *o, int option, const char *value, struct outcome *oc)
{
	/* Nearly always a variable that was not set in a script. */
	if (value && !value[0])
		return outcome_set(oc, OC_USAGE, "the value of --%s is empty",
		    options[option].name);
	switch (option) {
	case OPT_CACERT:
		o->trust.ca_file = value;
		return 0;
	case OPT_CAPATH:
		o->trust.ca_dir = value;
		return 0;
	case OPT_CRLFILE:
		o->trust.crl_file = value;
		return 0;
	case OPT_PINNEDPUBKEY:
		o->pins = value;
		return pin_check_list(value, oc);
	case OPT_CERT:
		o->identity.chain_file = value;
		return 0;
	case OPT_KEY:
		o->identity.key_file = value;
		return 0;
	case OPT_SERVERNAME:
		return set_name(&o->servername, "--servername", value, oc);
	case OPT_NO_SNI:
		o->no_sni = true;
		return 0;
	case OPT_VERIFY_NAME:
		return set_name(&o->verify_name, "--verify-name", value, oc);
	case OPT_CONNECT_TO:
		return route_add_detour(&o->route, value, oc);
	case OPT_RESOLVE:
		return route_add_answer(&o->route, value, oc);
	case OPT_PROXY:
		return proxy_parse(&o->proxy, value, oc);
	case OPT_IPV4:
		return set_family(o, AF_INET, oc);
	case OPT_IPV6:
		return set_family(o, AF_INET6, oc);
	case OPT_HAPROXY_PROTOCOL:
		return set_announcement(o, value, oc);
	case OPT_CONNECT_TIMEOUT:
		return optparse_duration("--connect-timeout", value, &o->connect_ms, oc);
	case OPT_HANDSHAKE_TIMEOUT:
		return optparse_duration("--handshake-timeout", value, &o->handshake_ms, oc);
	case OPT_READ_TIMEOUT:
		return optparse_duration("--read-timeout", value, &o->read_ms, oc);
	case OPT_MAX_TIME:
		return optparse_duration("--max-time", value, &o->max_ms, oc);
	case OPT_TLS_MIN:
		return tlspolicy_parse_version("--tls-min", value, &o->policy.min, oc);
	case OPT_TLS_MAX:
		return tlspolicy_parse_version("--tls-max", value, &o->policy.max, oc);
	case OPT_GROUPS:
		o->policy.groups = value;
		return 0;
	case OPT_ALPN:
		o->alpn = value;
		return 0;
	case OPT_COMPARE:
		o->compare = true;
		return 0;
	case OPT_EXPECT:
		o->expect = value;
		return 0;
	case OPT_COUNT:
		o->series.on = true;
		return optparse_uint("--count", value, 1, UINT_MAX, &o->series.count, oc);
	case OPT_INTERVAL:
		o->series.on = true;
		return optparse_duration("--interval", value, &o->series.interval_ms, oc);
	case OPT_PARALLEL:
		return optparse_uint("--parallel", value, 1, PARALLEL_WIDTH_MAX,
		    &o->series.parallel, oc);
	case OPT_RESUME:
		o->resume = true;
		return 0;
	case OPT_TARGETS:
		o->targets = value;
		return 0;
	case OPT_ALL_ADDRESSES:
		o->all_addresses = true;
		return 0;
	case OPT_PATH_TEST:
		o->path_test = true;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_NAGIOS:
		o->nagios.on = true;
		return 0;
	case OPT_WARNING:
		return set_days(&o->nagios, &o->nagios.warning_days, "--warning", value, oc);
	case OPT_CRITICAL:
		return set_days(&o->nagios, &o->nagios.critical_days, "--critical", value, oc);
	case OPT_PROMETHEUS:
		o->prometheus = value;
		return 0;
	case OPT_EXPECT_CERT:
		/* Read when all options are known: optcheck. */
		o->expected = (struct expected){ .file = value };
		return 0;
	case OPT_NO_X509_STRICT:
		o->trust.no_x509_strict = true;
		return 0;
	case OPT_VERIFY_TIME:
		return moment_parse("--verify-time", value, &o->trust.verify_time, oc);
	case OPT_EXPLAIN:
		return explain_reason(value, oc) == 0 ? 1 : -1;
	case OPT_VERBOSE:
		o->verbose = true;
		return 0;
	case OPT_QUIET:
		o->quiet = true;
		return 0;
	case OPT_HELP:
		print_help();
		return 1;
	default:
		print_version();
		return 1;
	}
}

static int set_port(struct client_options *o, const char *value, struct outcome *oc)
{
	unsigned port;

	if (optparse_uint("PORT", value, 1, 65535, &port, oc) != 0)
		return -1;
	snprintf(o->port, sizeof o->port, "%u", port);
	return 0;
}

/* As a browser shows it; a resolver would only say that there is no such name. */
static int refuse_url(const char *url, struct outcome *oc)
{
	const char *scheme = strstr(url, "://");
	const char *host = scheme ? scheme + 3 : url;

	outcome_set(oc, OC_USAGE, "HOST is a name or an address, not \"%s\"", url);
	outcome_advise(oc, "hello-client %.*s", (int)strcspn(host, "/ "), host);
	return -1;
}

static int set_target(struct client_options *o, const char *host, const char *port,
    struct outcome *oc)
{
	char host_port[ADDR_PORT_MAX] = "";

	if (host && strpbrk(host, "/ "))
		return refuse_url(host, oc);
	if (host && addr_split(host, o->host, host_port, oc) != 0)
		return -1;
	if (!o->host[0]) {
		outcome_set(oc, OC_USAGE, "which HOST?");
		outcome_advise(oc, "hello-client localhost 8443; --help lists the options");
		return -1;
	}
	if (hostname_check("HOST", o->host, oc) != 0)
		return -1;
	if (host_port[0] && port)
		return outcome_set(oc, OC_USAGE, "two ports are given, %s and %s: which of them?",
		    host_port, port);
	if (host_port[0])
		port = host_port;
	return set_port(o, port ? port : "8443", oc);
}

/* A program that reads our output wants to be told of a wrong option in its own language, too. */
static void find_output(struct client_options *o, int argc, char *argv[])
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		o->json |= strcmp(argv[i], "--json") == 0;
		o->nagios.on |= strcmp(argv[i], "--nagios") == 0;
	}
}

/* What a line of --targets may say: all else belongs to the context, or is said once for all. */
static bool is_of_a_target(int option)
{
	switch (option) {
	case OPT_SERVERNAME:
	case OPT_NO_SNI:
	case OPT_VERIFY_NAME:
	case OPT_CONNECT_TO:
	case OPT_RESOLVE:
	case OPT_IPV4:
	case OPT_IPV6:
	case OPT_CONNECT_TIMEOUT:
	case OPT_HANDSHAKE_TIMEOUT:
	case OPT_READ_TIMEOUT:
	case OPT_MAX_TIME:
	case OPT_EXPECT:
	case OPT_EXPECT_CERT:
		return true;
	default:
		return false;
	}
}

/* What curl calls so, everybody tries once. */
static int explain_unknown(const char *word, struct outcome *oc)
{
	if (strcmp(word, "-k") == 0 || strcmp(word, "--insecure") == 0)
		outcome_advise(oc,
		    "nothing goes on with a bad certificate; --cacert FILE says whom to trust, "
		    "-v shows what came");
	return -1;
}

static int read_words(struct client_options *o, int argc, char *argv[], bool in_list,
    struct outcome *oc)
{
	struct optparse p = { .argc = argc, .argv = argv, .options = options };
	const char *host = NULL, *port = NULL, *value;
	int option, ret;

	while ((option = optparse_next(&p, &value, oc)) != OPTPARSE_END) {
		if (option == OPTPARSE_BAD)
			return explain_unknown(argv[p.at], oc);
		if (option == OPTPARSE_OPERAND && host && port)
			return outcome_set(oc, OC_USAGE, "HOST and PORT are given; what is \"%s\"?",
			    value);
		if (option == OPTPARSE_OPERAND) {
			*(host ? &port : &host) = value;
			continue;
		}
		if (in_list && !is_of_a_target(option))
			return outcome_set(oc, OC_USAGE,
			    "--%s is for all targets, not for one of them", options[option].name);
		ret = apply(o, option, value, oc);
		if (ret != 0)
			return ret;
	}
	if (o->targets && !in_list && !host)
		return 0;
	if (o->targets && !in_list)
		return outcome_set(oc, OC_USAGE, "--targets has the hosts; what is \"%s\"?", host);
	return set_target(o, host, port, oc);
}

int client_options_parse(struct client_options *o, int argc, char *argv[], struct outcome *oc)
{
	set_defaults(o);
	find_output(o, argc, argv);
	return read_words(o, argc, argv, false, oc);
}

int client_options_parse_target(struct client_options *o, const struct client_options *base,
    int argc, char *argv[], struct outcome *oc)
{
	*o = *base;
	return read_words(o, argc, argv, true, oc);
}
