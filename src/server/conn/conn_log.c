/* SPDX-License-Identifier: MIT */
#include "server/conn/conn_log.h"

#include "base/log.h"
#include "tls/policy.h"

static void put_negotiated(struct log_line *line, const struct conn_record *r)
{
	if (r->sni)
		log_text(line, "sni", r->sni);
	if (r->alpn[0])
		log_text(line, "alpn", r->alpn);
	if (!r->facts.protocol[0])
		return;
	log_text(line, "protocol", r->facts.protocol);
	log_text(line, "cipher", r->facts.cipher);
	log_text(line, "group", r->facts.group);
	log_text(line, "post_quantum", tls_policy_is_post_quantum(r->facts.group) ? "yes" : "no");
	log_text(line, "resumed", r->facts.resumed ? "yes" : "no");
}

static void put_client(struct log_line *line, const struct client_auth_peer *client)
{
	if (!client)
		return;
	log_text(line, "client", client->sent ? client->subject : "none");
	if (client->names[0])
		log_text(line, "client_names", client->names);
}

/* The alert is the peer's if the peer gave up, and ours if we did. */
static void put_failure(struct log_line *line, const struct conn_record *r)
{
	if (!r->failure)
		return;
	log_text(line, "stage", r->stage);
	if (r->failure->alert != OUTCOME_NO_ALERT) {
		log_number(line, "alert", (uint64_t)r->failure->alert);
		log_text(line, "alert_from", "peer");
	} else if (r->sent_alert != OUTCOME_NO_ALERT) {
		log_number(line, "alert", (uint64_t)r->sent_alert);
		log_text(line, "alert_from", "us");
	}
	log_text(line, "detail", r->failure->detail);
}

static enum log_level level_of(enum outcome_code code)
{
	if (outcome_is(code, OUTCOME_ROUTINE))
		return LEVEL_DEBUG;
	return outcome_is(code, OUTCOME_OWN_FAULT) ? LEVEL_ERROR : LEVEL_INFO;
}

void conn_log_write(const struct conn_record *r)
{
	enum log_level level = level_of(r->code);
	struct log_line line;
	char text[ADDR_TEXT_MAX];

	if (!log_wants(level))
		return;
	log_begin(&line, level);
	log_text(&line, "peer", addr_format(&r->peer, text));
	if (r->via)
		log_text(&line, "via", addr_format(r->via, text));
	log_text(&line, "outcome", outcome_name(r->code));
	put_negotiated(&line, r);
	if (r->facts.protocol[0])
		put_client(&line, r->client);
	put_failure(&line, r);
	log_number(&line, "received", r->received);
	log_number(&line, "sent", r->sent);
	if (r->via || r->phase_ms[CONN_PHASE_PROXY] > 0)
		log_number(&line, "proxy_ms", r->phase_ms[CONN_PHASE_PROXY]);
	log_number(&line, "handshake_ms", r->phase_ms[CONN_PHASE_HANDSHAKE]);
	if (r->alpn[0])
		log_number(&line, "request_ms", r->phase_ms[CONN_PHASE_REQUEST]);
	log_number(&line, "greeting_ms", r->phase_ms[CONN_PHASE_GREETING]);
	log_number(&line, "linger_ms", r->phase_ms[CONN_PHASE_LINGER]);
	/* The longest field is the last one, because a field that does not fit is cut. */
	if (r->offers)
		log_text(&line, "offers", r->offers);
	log_end(&line);
}
