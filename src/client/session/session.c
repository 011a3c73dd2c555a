/* SPDX-License-Identifier: MIT */
#include "client/session/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/judge/certificate_request_cause.h"
#include "client/judge/expected_outcome.h"
#include "client/session/chain_file.h"
#include "net/sock.h"
#include "tls/closing.h"
#include "tls/trust.h"

/*
 * Copy a name as a certificate has it: a host name without its final dot (RFC 6066 section 3), and
 * an IPv6 literal without its scope, which is local to this machine (RFC 4007 section 11.2).
 */
static void copy_name(char to[ADDR_HOST_MAX], const char *name)
{
	size_t len = addr_is_literal(name) ? strcspn(name, "%") : strlen(name);

	if (len > 1 && name[len - 1] == '.')
		len--;
	snprintf(to, ADDR_HOST_MAX, "%.*s", (int)len, name);
}

static void set_names(struct session *s)
{
	const struct client_options *o = s->options;
	const char *asked = o->servername ? o->servername : o->host;

	if (o->verify_name && spiffe_id_is_uri(o->verify_name)) {
		snprintf(s->verify_name, sizeof s->verify_name, "%s", o->verify_name);
		s->verdict.uri = o->verify_name;
		copy_name(s->http_host, asked);
	} else {
		copy_name(s->verify_name, o->verify_name ? o->verify_name : asked);
		copy_name(s->http_host, s->verify_name);
	}
	/* SNI carries DNS names only: RFC 6066 section 3. */
	if (o->no_sni || o->chain || addr_is_literal(asked))
		return;
	copy_name(s->sni, asked);
	copy_name(s->http_host, asked);
}

static void add_store(struct session *s, const char *what, const char *value)
{
	size_t len = strlen(s->store);

	if (value)
		snprintf(s->store + len, sizeof s->store - len, "%s%s", what, value);
}

static void describe_store(struct session *s)
{
	const struct tls_trust *trust = &s->options->trust;
	const char *file = tls_trust_file_variable();

	if (trust->ca_file || trust->ca_dir) {
		add_store(s, "--cacert ", trust->ca_file);
		add_store(s, trust->ca_file ? " and --capath " : "--capath ", trust->ca_dir);
		return;
	}
	add_store(s, "the system's store", "");
	add_store(s, " with SSL_CERT_FILE=", file);
	add_store(s, file ? " and SSL_CERT_DIR=" : " with SSL_CERT_DIR=",
	    tls_trust_dir_variable());
}

void session_init(struct session *s, const struct client_options *o, SSL_CTX *ctx)
{
	memset(s, 0, sizeof *s);
	s->options = o;
	s->ctx = ctx;
	s->fd = -1;
	s->service = o->service.service ? o->service.service : service_hello;
	s->deadline_ms = clock_ms() + o->max_ms;
	route_follow(&o->route, o->host, o->port, &s->target);
	s->through_proxy =
	    o->proxy.kind != PROXY_NONE && !proxy_is_bypassed(&o->proxy, s->target.host);
	s->dial = s->through_proxy ? o->proxy.at : s->target;
	phases_begin(&s->phases);
	set_names(s);
	describe_store(s);
}

/* Only the service of a port knows what starts TLS there, and what the server waits for. */
static bool fails_as_another(const struct service_row *usual, enum outcome_code code)
{
	switch (code) {
	case OC_NOT_TLS:
	case OC_HANDSHAKE_TIMEOUT:
	case OC_HANDSHAKE_RESET:
	case OC_HANDSHAKE_CLOSED:
		return usual->before != NULL;
	case OC_GREETING_TIMEOUT:
	case OC_GREETING_EMPTY:
		return true;
	default:
		return false;
	}
}

static void advise_usual(const struct session *s, struct outcome *oc)
{
	const struct client_options *o = s->options;
	const struct service_row *usual = service_of_port(o->port);
	char url[SERVICE_URL_MAX];

	if (s->service != service_hello || !usual || usual == service_hello ||
	    !fails_as_another(usual, oc->code))
		return;
	outcome_advise_instead(oc,
	    "port %s is usually %s, which needs its scheme: hello-client %s", o->port, usual->name,
	    service_url(usual->name, o->host, o->port, url));
}

/* Append the peer: a name may have several addresses, and --connect-to may have set another. */
static void append_peer(const struct session *s, struct outcome *oc)
{
	char peer[ADDR_TEXT_MAX];

	if (s->options->chain) {
		if (outcome_layer(oc->code) == LAYER_VERIFY)
			outcome_append(oc, " (%s)", s->chain_name);
		return;
	}
	advise_usual(s, oc);
	own_certificate_explain(&s->own, oc);
	certificate_request_cause_explain(&s->request, oc);
	if (s->fd >= 0)
		outcome_append(oc, s->through_proxy ? " (through the proxy %s)" : " (%s)",
		    addr_format(&s->peer, peer));
	else if (s->through_proxy)
		outcome_append(oc, "; this is the proxy");
	else if (!s->options->proxy.environment && proxy_variable())
		outcome_append(oc, "; %s is set, but only --proxy env uses it", proxy_variable());
}

void session_abort(struct session *s)
{
	uint64_t drained = 0;

	if (!s->tls)
		return;
	(void)tls_closing_send(s->tls, TLS_CLOSING_FAILED, NULL);
	/* Unread input would turn the close into a reset, which may discard sent data. */
	sock_finish(s->fd);
	sock_drain(s->fd, false, &drained);
}

int session_run(struct session *s, const struct step steps[], session_watch *watch,
    struct outcome *oc)
{
	int ret = 0;

	for (const struct step *step = steps; ret == 0 && step->name; step++) {
		uint64_t began_us = clock_us();

		ret = step->run(s, oc);
		if (ret != 0) {
			session_abort(s);
			append_peer(s, oc);
		}
		if (watch)
			watch(s, step, clock_us() - began_us, ret == 0 ? NULL : oc);
	}
	phases_end(&s->phases);
	return ret;
}

void session_expect(struct session *s, struct outcome *oc)
{
	if (!s->options->expect_outcome)
		return;
	s->came = *oc;
	expected_outcome_judge(s->options->expect_outcome, oc);
}

uint64_t session_deadline(const struct session *s, unsigned ms)
{
	uint64_t own = clock_ms() + ms;

	return own < s->deadline_ms ? own : s->deadline_ms;
}

const char *session_asked_name(const struct session *s)
{
	return s->options->servername ? s->options->servername : s->options->host;
}

enum service_talk session_talk(const struct session *s)
{
	if (s->service->transport == OVER_QUIC && strcmp(s->alpn, SESSION_HELLO_PROTOCOL) != 0)
		return TALK_NOTHING;
	if (s->silent)
		return TALK_NOTHING;
	if (s->options->client_zoo && s->service->admission)
		return TALK_DIALOGUE;
	return s->service->talk;
}

const char *session_deadline_option(const struct session *s, uint64_t deadline_ms, const char *own)
{
	return deadline_ms == s->deadline_ms ? "--max-time" : own;
}

void session_free(struct session *s)
{
	tls_conn_free(s->tls);
	s->tls = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	free(s->greeting);
	s->greeting = NULL;
	s->greeting_len = 0;
	resumption_free(&s->earned);
	verdict_free(&s->verdict);
	chain_file_free(s->issuer);
	s->issuer = NULL;
	chain_file_free(s->chain);
	s->chain = NULL;
}
