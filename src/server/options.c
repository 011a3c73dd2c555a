/* SPDX-License-Identifier: MIT */
#include "server/options.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/optparse.h"
#include "common/text.h"

enum {
	OPT_LISTEN,
	OPT_CERT,
	OPT_KEY,
	OPT_OCSP,
	OPT_STRICT_SNI,
	OPT_CLIENT_CA,
	OPT_CLIENT_AUTH,
	OPT_ALLOW_CN,
	OPT_ALLOW_DNS,
	OPT_ALLOW_URI,
	OPT_ALLOW_SPKI,
	OPT_CRLFILE,
	OPT_CRL_STALE,
	OPT_GREETING,
	OPT_GREETING_FILE,
	OPT_REPORT,
	OPT_NODE,
	OPT_WORKERS,
	OPT_MAX_CONNECTIONS,
	OPT_MAX_HANDSHAKES,
	OPT_MAX_PER_CLIENT,
	OPT_PROXY_PROTOCOL_FROM,
	OPT_ALLOW,
	OPT_DENY,
	OPT_TICKETS,
	OPT_TICKET_KEYS,
	OPT_TLS_MIN,
	OPT_TLS_MAX,
	OPT_GROUPS,
	OPT_CIPHERS,
	OPT_CIPHERSUITES,
	OPT_PROXY_TIMEOUT,
	OPT_HANDSHAKE_TIMEOUT,
	OPT_REQUEST_TIMEOUT,
	OPT_GREETING_TIMEOUT,
	OPT_LINGER_TIMEOUT,
	OPT_DRAIN_TIMEOUT,
	OPT_USER,
	OPT_GROUP,
	OPT_SANDBOX,
	OPT_METRICS,
	OPT_LOG_FORMAT,
	OPT_LOG_LEVEL,
	OPT_ZOO,
	OPT_MISBEHAVE,
	OPT_UNSAFE_ZOO,
	OPT_CHECK,
	OPT_HELP,
	OPT_VERSION
};

static const struct optparse_option options[] = {
	[OPT_LISTEN] = { 'l', "listen", "PLACE",
	    "ADDR:PORT, unix:PATH, systemd[:NAME]; repeatable" },
	[OPT_CERT] = { 0, "cert", "FILE", "certificate chain, PEM, leaf first; repeatable" },
	[OPT_KEY] = { 0, "key", "FILE", "its private key, PEM" },
	[OPT_OCSP] = { 0, "ocsp", "FILE", "staple this OCSP response, DER" },
	[OPT_STRICT_SNI] = { 0, "strict-sni", NULL, "refuse names that no certificate is for" },
	[OPT_CLIENT_CA] = { 0, "client-ca", "FILE", "ask clients for a certificate of these CAs" },
	[OPT_CLIENT_AUTH] = { 0, "client-auth", "MODE", "none, optional or require (require)" },
	[OPT_ALLOW_CN] = { 0, "allow-cn", "NAME",
	    "let in this client of them; repeatable, as all" },
	[OPT_ALLOW_DNS] = { 0, "allow-dns", "NAME", "by a DNS name of its certificate" },
	[OPT_ALLOW_URI] = { 0, "allow-uri", "URI", "by a URI of its certificate" },
	[OPT_ALLOW_SPKI] = { 0, "allow-spki", "HASH", "by its public key: sha256//BASE64" },
	[OPT_CRLFILE] = { 0, "crlfile", "FILE", "CRLs, one for each CA of a client's chain" },
	[OPT_CRL_STALE] = { 0, "crl-stale", "MODE",
	    "refuse clients by a stale CRL, or allow them" },
	[OPT_GREETING] = { 0, "greeting", "TEXT", "what is said (Hello world)" },
	[OPT_GREETING_FILE] = { 0, "greeting-file", "FILE", "say what is in FILE" },
	[OPT_REPORT] = { 0, "report", NULL, "then say what was seen of the connection" },
	[OPT_NODE] = { 0, "node", "NAME", "of this machine, in the report (the host name)" },
	[OPT_WORKERS] = { 0, "workers", "N", "worker processes (one per CPU)" },
	[OPT_MAX_CONNECTIONS] = { 0, "max-connections", "N", "open, of the whole server (10000)" },
	[OPT_MAX_HANDSHAKES] = { 0, "max-handshakes", "N", "in flight, per worker (1000)" },
	[OPT_MAX_PER_CLIENT] = { 0, "max-per-client", "N",
	    "open of an address, per worker (no limit)" },
	[OPT_PROXY_PROTOCOL_FROM] = { 0, "proxy-protocol-from", "CIDR",
	    "from there, or \"unix\", a PROXY header must come" },
	[OPT_ALLOW] = { 0, "allow", "CIDR", "let in only these addresses; repeatable" },
	[OPT_DENY] = { 0, "deny", "CIDR", "keep these out; repeatable" },
	[OPT_TICKETS] = { 0, "tickets", "N", "TLS 1.3 session tickets per handshake (0)" },
	[OPT_TICKET_KEYS] = { 0, "ticket-keys", "FILE",
	    "their keys, 80 bytes each (made at start)" },
	[OPT_TLS_MIN] = { 0, "tls-min", "VERSION", "1.2 or 1.3, and not below it (1.2)" },
	[OPT_TLS_MAX] = { 0, "tls-max", "VERSION", "1.2 or 1.3, and not above it (1.3)" },
	[OPT_GROUPS] = { 0, "groups", "LIST", "key exchange groups, such as X25519:P-256" },
	[OPT_CIPHERS] = { 0, "ciphers", "LIST", "of TLS 1.2, by OpenSSL's names" },
	[OPT_CIPHERSUITES] = { 0, "ciphersuites", "LIST", "of TLS 1.3" },
	[OPT_PROXY_TIMEOUT] = { 0, "proxy-timeout", "T", "for the whole PROXY header (5s)" },
	[OPT_HANDSHAKE_TIMEOUT] = { 0, "handshake-timeout", "T", "for the whole handshake (10s)" },
	[OPT_REQUEST_TIMEOUT] = { 0, "request-timeout", "T", "for an HTTP request (10s)" },
	[OPT_GREETING_TIMEOUT] = { 0, "greeting-timeout", "T", "to get the greeting out (10s)" },
	[OPT_LINGER_TIMEOUT] = { 0, "linger-timeout", "T", "for the peer's end (5s)" },
	[OPT_DRAIN_TIMEOUT] = { 0, "drain-timeout", "T", "for open connections at TERM (30s)" },
	[OPT_USER] = { 0, "user", "NAME",
	    "name or number of the workers' user, if root (hello-tls)" },
	[OPT_GROUP] = { 0, "group", "NAME", "name or number of their group (that of the user)" },
	[OPT_SANDBOX] = { 0, "sandbox", "MODE", "auto, require or off (auto)" },
	[OPT_METRICS] = { 0, "metrics", "PLACE", "serve metrics here, for Prometheus" },
	[OPT_LOG_FORMAT] = { 0, "log-format", "FORMAT", "text or json (text)" },
	[OPT_LOG_LEVEL] = { 0, "log-level", "LEVEL", "error, warning, info or debug (info)" },
	[OPT_ZOO] = { 0, "zoo", "DIR", "serve the bad certificates of hello-certs zoo" },
	[OPT_MISBEHAVE] = { 0, "misbehave", "KIND",
	    "in one way; the manual lists them, \"plain\" is one" },
	[OPT_UNSAFE_ZOO] = { 0, "unsafe-zoo", NULL, "not only to this machine" },
	[OPT_CHECK] = { 't', "check", NULL, "load and judge everything, and leave" },
	[OPT_HELP] = { 'h', "help", NULL, "show this" },
	[OPT_VERSION] = { 'V', "version", NULL, "show versions" },
	{ 0, NULL, NULL, NULL },
};

static const struct optparse_group groups[] = {
	{ OPT_LISTEN, "Where to listen, and as whom" },
	{ OPT_CLIENT_CA, "Which clients to let in, by certificate" },
	{ OPT_GREETING, "What to say" },
	{ OPT_WORKERS, "How many at a time" },
	{ OPT_PROXY_PROTOCOL_FROM, "Which addresses to let in" },
	{ OPT_TICKETS, "Which TLS" },
	{ OPT_PROXY_TIMEOUT, "How long to wait" },
	{ OPT_USER, "What a worker can do" },
	{ OPT_METRICS, "What to tell the operator" },
	{ OPT_ZOO, "Bad on purpose, to try clients with" },
	{ OPT_CHECK, "Instead of serving" },
	{ 0, NULL },
};

static void set_defaults(struct server_options *o)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	memset(o, 0, sizeof *o);
	memcpy(o->port, "8443", sizeof "8443");
	o->greeting = "Hello world";
	o->workers = cpus < 1 ? 1 : cpus > SERVER_WORKERS_MAX ? SERVER_WORKERS_MAX : (unsigned)cpus;
	o->max_handshakes = 1000;
	o->proxy_ms = 5000;
	o->handshake_ms = 10000;
	o->request_ms = 10000;
	o->greeting_ms = 10000;
	o->linger_ms = 5000;
	o->drain_ms = 30000;
	o->log_level = LEVEL_INFO;
}

static int add_listen(struct server_options *o, const char *value, struct outcome *oc)
{
	if (o->listen_count == SERVER_LISTEN_MAX)
		return outcome_set(oc, OC_USAGE, "--listen: more than %d addresses",
		    SERVER_LISTEN_MAX);
	if (server_place_parse("--listen", value, &o->listen[o->listen_count], oc) != 0)
		return -1;
	o->listen_count++;
	return 0;
}

/* What belongs to a certificate stands behind its --cert, so each --cert begins a pair. */
static int add_cert(struct server_options *o, const char *value, struct outcome *oc)
{
	if (o->identity_count == SERVER_IDENTITIES_MAX)
		return outcome_set(oc, OC_USAGE, "--cert: more than %d certificates",
		    SERVER_IDENTITIES_MAX);
	o->identities[o->identity_count++].chain_file = value;
	return 0;
}

static struct tlsident *last_cert(struct server_options *o, const char *option, const char *value,
    struct outcome *oc)
{
	if (o->identity_count > 0)
		return &o->identities[o->identity_count - 1];
	outcome_set(oc, OC_USAGE, "--cert and %s belong together: %s %s has no --cert before it",
	    option, option, value);
	return NULL;
}

static int set_once(const char **file, const char *option, const char *value,
    const struct tlsident *of, struct outcome *oc)
{
	if (*file)
		return outcome_set(oc, OC_USAGE, "%s %s: %s has one already, %s", option, value,
		    of->chain_file, *file);
	*file = value;
	return 0;
}

static int set_key(struct server_options *o, const char *value, struct outcome *oc)
{
	struct tlsident *id = last_cert(o, "--key", value, oc);

	return id ? set_once(&id->key_file, "--key", value, id, oc) : -1;
}

static int set_ocsp(struct server_options *o, const char *value, struct outcome *oc)
{
	struct tlsident *id = last_cert(o, "--ocsp", value, oc);

	return id ? set_once(&id->ocsp_file, "--ocsp", value, id, oc) : -1;
}

static int set_level(struct server_options *o, const char *value, struct outcome *oc)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };
	unsigned at;

	if (optparse_choice("--log-level", value, names, 4, &at, oc) != 0)
		return -1;
	o->log_level = (enum log_level)at;
	return 0;
}

static int set_format(struct server_options *o, const char *value, struct outcome *oc)
{
	static const char *const names[] = { [LOG_TEXT] = "text", [LOG_JSON] = "json" };
	unsigned at;

	if (optparse_choice("--log-format", value, names, 2, &at, oc) != 0)
		return -1;
	o->log_format = (enum log_format)at;
	return 0;
}

static int set_sandbox(struct server_options *o, const char *value, struct outcome *oc)
{
	static const char *const names[] = {
		[SANDBOX_AUTO] = "auto",
		[SANDBOX_REQUIRE] = "require",
		[SANDBOX_OFF] = "off",
	};
	unsigned at;

	if (optparse_choice("--sandbox", value, names, 3, &at, oc) != 0)
		return -1;
	o->sandbox = (enum sandbox_mode)at;
	return 0;
}

static int set_port(struct server_options *o, const char *value, struct outcome *oc)
{
	struct addr checked;

	if (strlen(value) >= sizeof o->port)
		return outcome_set(oc, OC_USAGE, "\"%s\" is no port: a number from 0 to 65535",
		    value);
	if (addr_parse("::", value, &checked, oc) != 0)
		return -1;
	memcpy(o->port, value, strlen(value) + 1);
	return 0;
}

static int set_node(struct server_options *o, const char *value, struct outcome *oc)
{
	if (!value[0] || !text_is_clean(value, strlen(value)))
		return outcome_set(oc, OC_USAGE,
		    "--node: invalid name \"%s\": expected printable text in UTF-8", value);
	o->node = value;
	return 0;
}

static void print_help(void)
{
	printf(
	    "usage: hello-server [options] [PORT]\n"
	    "Say hello over TLS. Listens on port 8443 of all addresses unless told otherwise.\n\n");
	optparse_print_help(options, groups);
	printf("\nA time T is 500ms, 5s or 2m; a bare number is seconds. "
	       "TERM drains and leaves,\nHUP loads the files anew, INT leaves at once.\n");
}

static void print_version(void)
{
	printf("hello-server %s\n%s\n", PACKAGE_VERSION, tlsctx_library());
}

static int apply(struct server_options *o, int option, const char *value, struct outcome *oc)
{
	switch (option) {
	case OPT_LISTEN:
		return add_listen(o, value, oc);
	case OPT_CERT:
		return add_cert(o, value, oc);
	case OPT_KEY:
		return set_key(o, value, oc);
	case OPT_OCSP:
		return set_ocsp(o, value, oc);
	case OPT_STRICT_SNI:
		o->strict_sni = true;
		return 0;
	case OPT_CLIENT_CA:
		o->clients.ca_file = value;
		return 0;
	case OPT_CLIENT_AUTH:
		return clientauth_set_mode(&o->clients, value, oc);
	case OPT_ALLOW_CN:
	case OPT_ALLOW_DNS:
	case OPT_ALLOW_URI:
	case OPT_ALLOW_SPKI:
		return allowlist_add(&o->clients.allow,
		    (enum allowlist_kind)(ALLOWLIST_CN + option - OPT_ALLOW_CN), value, oc);
	case OPT_CRLFILE:
		o->clients.crl_file = value;
		return 0;
	case OPT_CRL_STALE:
		return clientauth_set_stale(&o->clients, value, oc);
	case OPT_GREETING:
		o->greeting = value;
		return 0;
	case OPT_GREETING_FILE:
		o->greeting_file = value;
		return 0;
	case OPT_REPORT:
		o->report = true;
		return 0;
	case OPT_NODE:
		return set_node(o, value, oc);
	case OPT_WORKERS:
		return optparse_uint("--workers", value, 1, SERVER_WORKERS_MAX, &o->workers, oc);
	case OPT_MAX_CONNECTIONS:
		return optparse_uint("--max-connections", value, 1, 10000000, &o->max_connections,
		    oc);
	case OPT_MAX_HANDSHAKES:
		return optparse_uint("--max-handshakes", value, 1, 1000000, &o->max_handshakes, oc);
	case OPT_MAX_PER_CLIENT:
		return optparse_uint("--max-per-client", value, 1, 1000000, &o->max_per_client, oc);
	case OPT_PROXY_PROTOCOL_FROM:
		return access_trust_balancer(&o->access, value, oc);
	case OPT_ALLOW:
		return access_allow(&o->access, value, oc);
	case OPT_DENY:
		return access_deny(&o->access, value, oc);
	case OPT_TICKETS:
		return optparse_uint("--tickets", value, 0, 16, &o->tls.tickets, oc);
	case OPT_TICKET_KEYS:
		o->ticket_keys_file = value;
		return 0;
	case OPT_TLS_MIN:
		return tlspolicy_parse_version("--tls-min", value, &o->tls.policy.min, oc);
	case OPT_TLS_MAX:
		return tlspolicy_parse_version("--tls-max", value, &o->tls.policy.max, oc);
	case OPT_CIPHERS:
		o->tls.policy.ciphers = value;
		return 0;
	case OPT_CIPHERSUITES:
		o->tls.policy.ciphersuites = value;
		return 0;
	case OPT_GROUPS:
		o->tls.policy.groups = value;
		return 0;
	case OPT_PROXY_TIMEOUT:
		return optparse_duration("--proxy-timeout", value, &o->proxy_ms, oc);
	case OPT_HANDSHAKE_TIMEOUT:
		return optparse_duration("--handshake-timeout", value, &o->handshake_ms, oc);
	case OPT_REQUEST_TIMEOUT:
		return optparse_duration("--request-timeout", value, &o->request_ms, oc);
	case OPT_GREETING_TIMEOUT:
		return optparse_duration("--greeting-timeout", value, &o->greeting_ms, oc);
	case OPT_LINGER_TIMEOUT:
		return optparse_duration("--linger-timeout", value, &o->linger_ms, oc);
	case OPT_DRAIN_TIMEOUT:
		return optparse_duration("--drain-timeout", value, &o->drain_ms, oc);
	case OPT_USER:
		o->user = value;
		return 0;
	case OPT_GROUP:
		o->group = value;
		return 0;
	case OPT_SANDBOX:
		return set_sandbox(o, value, oc);
	case OPT_METRICS:
		o->metrics_wanted = true;
		return server_place_parse("--metrics", value, &o->metrics, oc);
	case OPT_LOG_FORMAT:
		return set_format(o, value, oc);
	case OPT_LOG_LEVEL:
		return set_level(o, value, oc);
	case OPT_ZOO:
		o->zoo = value;
		return 0;
	case OPT_MISBEHAVE:
		return manners_parse(value, &o->manners, oc);
	case OPT_UNSAFE_ZOO:
		o->unsafe_zoo = true;
		return 0;
	case OPT_CHECK:
		o->check = true;
		return 0;
	case OPT_HELP:
		print_help();
		return 1;
	default:
		print_version();
		return 1;
	}
}

int server_options_parse(struct server_options *o, int argc, char *argv[], struct outcome *oc)
{
	struct optparse p = { .argc = argc, .argv = argv, .options = options };
	bool port_given = false;
	const char *value;

	set_defaults(o);
	for (;;) {
		int option = optparse_next(&p, &value, oc), ret;

		if (option == OPTPARSE_END)
			break;
		if (option == OPTPARSE_BAD)
			return -1;
		if (option != OPTPARSE_OPERAND) {
			ret = apply(o, option, value, oc);
		} else if (port_given) {
			ret = outcome_set(oc, OC_USAGE, "one PORT only; what is \"%s\"?", value);
		} else {
			port_given = true;
			ret = set_port(o, value, oc);
		}
		if (ret != 0)
			return ret;
	}
	if (port_given && o->listen_count > 0)
		return outcome_set(oc, OC_USAGE,
		    "both PORT and --listen are given: which of them?");
	return 0;
}
