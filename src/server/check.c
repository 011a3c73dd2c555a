/* SPDX-License-Identifier: MIT */
#include "server/check.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "server/confine/confine.h"
#include "server/conn/limits.h"
#include "server/listen/socket.h"
#include "server/listen/udp_socket.h"
#include "server/listen/unix_socket.h"
#include "server/service/audit.h"
#include "server/service/client_try.h"
#include "server/service/service.h"

/* A path and the text of a finding. */
enum { LINE_BYTES = PATH_MAX + 2 * OUTCOME_TEXT_MAX };

/* The subject of the findings, and the worst level so far. */
struct check_findings {
	const char *about;
	enum audit_level worst;
	enum outcome_code client; /* of --client-cert */
};

static void print_finding(void *arg, enum audit_level level, const char *text)
{
	static const char *const names[] = {
		[AUDIT_NOTE] = "note",
		[AUDIT_WARNING] = "warning",
		[AUDIT_ERROR] = "error",
	};
	char buf[LINE_BYTES];
	struct check_findings *f = arg;
	struct text line;

	text_begin(&line, buf, sizeof buf);
	text_add(&line, f->about);
	text_add(&line, ": ");
	text_add(&line, text);
	printf("%s: %s\n", names[level], buf);
	if (level > f->worst)
		f->worst = level;
}

static void print_advice(const struct outcome *oc)
{
	printf("  try: %s\n", outcome_best_advice(oc));
}

/* Reports a failure that would prevent a start, with the same text. */
static void print_failure(struct check_findings *f, const char *about, const struct outcome *oc)
{
	f->about = about;
	print_finding(f, AUDIT_ERROR, oc->detail);
	print_advice(oc);
}

static void check_identity(struct check_findings *f, const struct identity *id)
{
	struct other_path_facts other;

	if (id->chain_count == 1)
		id->chain[0].issuer_known =
		    tls_trust_knows_issuer(server_context_chain(id->tls, 0));
	audit_chain(id->chain, id->chain_count, time(NULL), print_finding, f);
	tls_trust_other_path(id->tls, &other);
	audit_other_path(&other, print_finding, f);
	audit_names(&id->names, print_finding, f);
	audit_staple(&id->staple, &id->chain[0].info, time(NULL), print_finding, f);
}

static void check_clients(struct check_findings *f, const struct service_options *o,
    const struct client_cas *clients)
{
	f->about = o->clients.ca_file;
	if (clients->ca)
		audit_client_cas(clients->ca, clients->ca_count, time(NULL), print_finding, f);
	f->about = o->clients.crl_file;
	if (clients->crls)
		audit_crls(clients->crls, time(NULL), print_finding, f);
}

/* Whether a client is admitted is not a finding about this server. */
static void check_client(struct check_findings *f, const struct service_options *o,
    const struct service *s, const char *file)
{
	struct check_findings apart = { .about = file };
	struct outcome oc = OUTCOME_NONE;
	struct client_auth_peer peer;

	if (client_try_file(&o->clients, s->tls, file, &peer, &oc) == 0) {
		print_finding(&apart, AUDIT_NOTE,
		    "a client with this certificate would be admitted");
		return;
	}
	if (oc.code != OC_CLIENT_CERT_REFUSED && oc.code != OC_CRL_UNUSABLE) {
		print_failure(f, file, &oc);
		return;
	}
	f->client = oc.code;
	print_finding(&apart, AUDIT_ERROR, oc.detail);
	printf("  a client with this certificate would be rejected: %s\n", outcome_name(oc.code));
	/* The general advice of the outcome is for the client. */
	if (oc.advice[0])
		print_advice(&oc);
}

static void check_service(struct check_findings *f, const struct server_options *all)
{
	const struct service_options *o = &all->service;
	struct outcome oc = OUTCOME_NONE;
	struct service *s = service_load(o, NULL, &oc);

	if (!s) {
		print_failure(f, "service", &oc);
		return;
	}
	for (size_t i = 0; i < s->identity_count; i++) {
		f->about = o->identities[i].chain_file;
		check_identity(f, &s->identities[i]);
	}
	check_clients(f, o, &s->clients);
	if (all->client_cert)
		check_client(f, o, s, all->client_cert);
	service_free(s);
}

static void check_confinement(struct check_findings *f, const struct server_options *o)
{
	struct outcome oc = OUTCOME_NONE, missing = OUTCOME_NONE;
	char sandbox[SANDBOX_TEXT_MAX];
	enum sandbox_mode mode;
	struct privdrop who;
	struct limits limits;

	if (limits_apply(&o->limits, server_options_processes(o), &limits, &oc) != 0)
		print_failure(f, "limits", &oc);
	oc = OUTCOME_NONE;
	if (sandbox_probe(o->confine.sandbox, sandbox, &missing) != 0)
		print_failure(f, "sandbox", &missing);
	/* A missing sandbox was already reported: then rehearse without requiring it. */
	mode = missing.code == OC_OK ? o->confine.sandbox : SANDBOX_AUTO;
	if (privdrop_resolve(o->confine.user, o->confine.group, &who, &oc) != 0 ||
	    confine_rehearse(&who, mode, &oc) != 0)
		print_failure(f, "privileges", &oc);
}

/* An address in use is only a note: this server may be the one that runs there. */
static void print_unusable(struct check_findings *f, const struct outcome *oc)
{
	if (oc->sys_errno == EADDRINUSE) {
		print_finding(f, AUDIT_NOTE, "it is in use, perhaps by this server");
		return;
	}
	print_finding(f, AUDIT_ERROR, oc->detail);
	print_advice(oc);
}

static void check_address(struct check_findings *f, const struct addr *at, bool udp)
{
	struct outcome oc = OUTCOME_NONE;
	char text[ADDR_TEXT_MAX];
	int fd, ret;

	f->about = addr_format(at, text);
	ret = udp ? udp_socket_open(at, &fd, &oc) : socket_listen(at, 1, &fd, &oc);
	if (ret == 0)
		close(fd);
	else
		print_unusable(f, &oc);
}

/* Sockets from a service manager cannot be checked in advance. */
static void check_endpoint(struct check_findings *f, const struct endpoint *endpoint)
{
	struct outcome oc = OUTCOME_NONE;

	if (endpoint->kind == ENDPOINT_INET || endpoint_is_datagram(endpoint)) {
		check_address(f, &endpoint->at, endpoint_is_datagram(endpoint));
	} else if (endpoint->kind == ENDPOINT_UNIX && unix_socket_check(endpoint->text, &oc) != 0) {
		f->about = endpoint->text;
		print_unusable(f, &oc);
	}
}

static void check_endpoints(struct check_findings *f, const struct listen_options *o,
    const struct metrics_options *metrics)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr any;

	if (o->count == 0 && addr_parse("0.0.0.0", o->port, &any, &oc) == 0)
		check_address(f, &any, false);
	for (size_t i = 0; i < o->count; i++)
		check_endpoint(f, &o->endpoint[i]);
	if (metrics->wanted)
		check_endpoint(f, &metrics->endpoint);
}

static void check_access(struct check_findings *f, const struct access *access)
{
	f->about = "--proxy-protocol-from";
	audit_balancers(access_believes_all(access), print_finding, f);
}

enum outcome_code check_run(const struct server_options *o)
{
	static const enum outcome_code codes[] = {
		[AUDIT_NOTE] = OC_OK,
		[AUDIT_WARNING] = OC_WARNINGS,
		[AUDIT_ERROR] = OC_FILE,
	};
	struct check_findings f = { .worst = AUDIT_NOTE, .client = OC_OK };

	check_service(&f, o);
	check_confinement(&f, o);
	check_endpoints(&f, &o->listen, &o->metrics);
	check_access(&f, &o->listen.access);
	return f.worst < AUDIT_ERROR && f.client != OC_OK ? f.client : codes[f.worst];
}
