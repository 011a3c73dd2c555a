/* SPDX-License-Identifier: MIT */
#include "client/options/options_check.h"

#include <string.h>

#include "base/outcome.h"
#include "client/output/keylog.h"
#include "client/output/output_file.h"
#include "client/session/hello_variant.h"
#include "tls/cert_info.h"
#include "tls/context.h"
#include "tls/identity.h"
#include "tls/policy.h"
#include "tls/quic.h"

/* nagios_check checks what depends on the certificate. */
static int check_limits(const struct client_nagios *n, struct outcome *oc)
{
	const char *warning = n->warning.said, *critical = n->critical.said;

	if (!lifetime_limit_is_less(&n->warning, &n->critical))
		return 0;
	if (warning) {
		outcome_set(oc, OC_USAGE, "--warning %s is less than --critical %s", warning,
		    critical);
		outcome_advise(oc, "--warning %s --critical %s", critical, warning);
	} else {
		outcome_set(oc, OC_USAGE,
		    "the default of --warning, 14 days or a third, is less than --critical %s",
		    critical);
		outcome_advise(oc, "add --warning with at least %s", critical);
	}
	return -1;
}

/* The option that only TLS 1.3 can meet, or NULL. */
static const char *needs_tls13(const struct client_options *o)
{
	if (!tls_policy_allows(&o->policy, TLS_POLICY_TLS12))
		return "tls-min 1.3";
	return o->expect_pq ? "expect-pq" : NULL;
}

/* With --targets each line names its service. */
static int check_version(const struct client_options *o, struct outcome *oc)
{
	const struct service_row *service = o->service.service;

	if (!service || !service_uses_tds(service) || !needs_tls13(o))
		return 0;
	outcome_set(oc, OC_USAGE,
	    "--%s and the service %s exclude each other: it uses TLS 1.2 at most", needs_tls13(o),
	    service->name);
	outcome_advise(oc,
	    "omit --%s; if the server uses strict encryption, use --alpn tds/8.0 tls://%s:%s",
	    needs_tls13(o), o->host, o->port);
	return -1;
}

/* The option that only TCP has, or NULL. */
static const char *needs_tcp(const struct client_options *o)
{
	if (o->proxy.kind != PROXY_NONE && !proxy_is_bypassed(&o->proxy, o->host))
		return "proxy";
	if (o->announce)
		return "haproxy-protocol";
	if (hello_variant_needs_tcp((enum hello_variant)o->hello_variant))
		return "hello";
	return o->trace ? "trace" : NULL;
}

/* Other values of --hello do not need TCP, so the message names the one that does. */
static int exclude_udp(const struct client_options *o, const char *option, struct outcome *oc)
{
	const bool hello = strcmp(option, "hello") == 0;

	return outcome_set(oc, OC_USAGE,
	    "--%s%s%s works only over TCP, and the service %s uses UDP", option, hello ? " " : "",
	    hello ? hello_variant_names[o->hello_variant] : "", o->service.service->name);
}

/* The option that only TCP and QUIC have, or NULL. */
static const char *needs_another(const struct client_options *o)
{
	if (o->hello_variant != HELLO_PLAIN)
		return "hello";
	return o->path_test ? "path-test" : NULL;
}

static int check_quic(const struct client_options *o, struct outcome *oc)
{
	if (tls_policy_allows(&o->policy, TLS_POLICY_TLS13))
		return 0;
	outcome_set(oc, OC_USAGE,
	    "--tls-max 1.2 and the service %s exclude each other: QUIC needs TLS 1.3",
	    o->service.service->name);
	outcome_advise(oc, "omit --tls-max");
	return -1;
}

static int check_dtls(const struct client_options *o, struct outcome *oc)
{
	if (needs_another(o))
		return outcome_set(oc, OC_USAGE, "--%s does not work with the service %s",
		    needs_another(o), o->service.service->name);
	if (!needs_tls13(o))
		return 0;
	outcome_set(oc, OC_USAGE,
	    "--%s and the service %s exclude each other: the client speaks only DTLS 1.2, "
	    "which follows the options of TLS 1.2",
	    needs_tls13(o), o->service.service->name);
	outcome_advise(oc, "omit --%s", needs_tls13(o));
	return -1;
}

/* With --targets each line names its service. */
static int check_transport(const struct client_options *o, struct outcome *oc)
{
	const struct service_row *service = o->service.service;

	if (!service || service->transport == OVER_TCP)
		return 0;
	if (service->transport == OVER_QUIC && !tls_quic_is_built()) {
		outcome_set(oc, OC_USAGE, "this hello-client was built without QUIC (it uses %s)",
		    tls_context_library());
		outcome_advise(oc, "build it with OpenSSL 3.5 or later");
		return -1;
	}
	if (needs_tcp(o))
		return exclude_udp(o, needs_tcp(o), oc);
	return service->transport == OVER_QUIC ? check_quic(o, oc) : check_dtls(o, oc);
}

/* A line of --targets without a file of its own already has the certificate. */
static int load_expected(struct expected *e, struct outcome *oc)
{
	X509 *cert;

	if (!e->file || e->cert.sha256[0])
		return 0;
	cert = tls_identity_read_certificate(e->file, oc);
	if (!cert)
		return -1;
	cert_info_get(cert, &e->cert);
	tls_identity_free_certificate(cert);
	return 0;
}

static bool is_stdout(const char *file)
{
	return file && strcmp(file, "-") == 0;
}

/* Only one of them can use standard output; the greeting is then not printed. */
static int check_stdout(const struct client_options *o, struct outcome *oc)
{
	const char *other = o->json ? "json" : o->nagios.on ? "nagios" : NULL, *first = NULL;
	const struct {
		const char *file, *option, *both;
	} all[] = {
		{ o->prometheus, "prometheus", "prometheus -" },
		{ o->save_chain, "save-chain", "save-chain -" },
		{ o->fetch_issuer, "fetch-issuer", "fetch-issuer -" },
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (!is_stdout(all[i].file))
			continue;
		if (first)
			other = all[i].both;
		else
			first = all[i].option;
	}
	if (!first || !other)
		return 0;
	return outcome_set(oc, OC_USAGE, "--%s - and --%s exclude each other: both write to "
	    "standard output", first, other);
}

/* The one that is written last would replace the other. */
static int check_files(const struct client_options *o, struct outcome *oc)
{
	const struct {
		const char *file, *option;
	} all[] = {
		{ o->save_chain, "--save-chain " },
		{ o->fetch_issuer, "--fetch-issuer " },
		{ o->prometheus, "--prometheus " },
		{ o->chain ? NULL : keylog_file(), "SSLKEYLOGFILE=" },
	};
	const size_t count = sizeof all / sizeof all[0];

	for (size_t i = 0; i < count; i++) {
		for (size_t j = i + 1; j < count; j++) {
			if (!all[i].file || !all[j].file ||
			    !output_file_is_same(all[i].file, all[j].file))
				continue;
			outcome_set(oc, OC_USAGE, "%s%s and %s%s are the same file", all[i].option,
			    all[i].file, all[j].option, all[j].file);
			outcome_advise(oc, "use two files");
			return -1;
		}
	}
	return 0;
}

int client_options_check(struct client_options *o, struct outcome *oc)
{
	if (options_check(client_option_rows, &o->given, oc) != 0 ||
	    check_limits(&o->nagios, oc) != 0)
		return -1;
	/* "--proxy env" may have found none. */
	if (o->all_addresses && o->proxy.kind != PROXY_NONE)
		return outcome_set(oc, OC_USAGE,
		    "--all-addresses and --proxy exclude each other: the proxy resolves the name");
	if (check_stdout(o, oc) != 0 || check_files(o, oc) != 0 || check_version(o, oc) != 0 ||
	    check_transport(o, oc) != 0)
		return -1;
	if (load_expected(&o->expected, oc) != 0 || hello_variant_choose(o, oc) != 0)
		return -1;
	if (!o->no_sni || !o->servername)
		return 0;
	outcome_set(oc, OC_USAGE, "--no-sni and --servername exclude each other");
	outcome_advise(oc, "--no-sni --verify-name %s", o->servername);
	return -1;
}
