/* SPDX-License-Identifier: MIT */
#include "server/conn/conn_record.h"

#include <stdlib.h>
#include <string.h>

#include "tls/facts.h"

void conn_record_init(struct conn_record *r, const struct addr *peer)
{
	memset(r, 0, sizeof *r);
	r->peer = *peer;
	r->sent_alert = OUTCOME_NO_ALERT;
	r->alpn = "";
	r->facts = (struct tls_conn_facts){ "", "", "", false };
}

int conn_record_ask(struct conn_record *r, struct outcome *oc)
{
	r->client = calloc(1, sizeof *r->client);
	return r->client ? 0 : outcome_set(oc, OC_INTERNAL, "out of memory for a client");
}

void conn_record_spot_check(struct outcome *oc, bool silent, bool unasked)
{
	enum outcome_layer layer = outcome_layer(oc->code);
	const char *what = NULL;

	if (!outcome_is(oc->code, OUTCOME_PEER_LEFT))
		return;
	if (silent && layer == LAYER_HANDSHAKE)
		what = "the client closed the connection without sending a byte";
	else if (unasked && layer == LAYER_GREETING)
		what = "the client closed the connection after the handshake without a request";
	if (!what)
		return;
	*oc = OUTCOME_NONE;
	outcome_set(oc, OC_HEALTH_CHECK, "%s", what);
}

/* On the heap, because most connections never fail, and an outcome takes a kilobyte. */
void conn_record_fail(struct conn_record *r, const char *stage, const struct outcome *oc)
{
	struct outcome judged = OUTCOME_NONE;

	if (r->code != OC_OK || oc->code == OC_OK)
		return;
	/*
	 * The library only knows that the client certificate was rejected; client_auth
	 * knows why.
	 */
	if (oc->code == OC_CERT_INVALID && r->client) {
		client_auth_explain(r->client, &judged);
		oc = &judged;
	}
	r->code = oc->code;
	r->stage = stage;
	r->failure = malloc(sizeof *r->failure);
	if (r->failure)
		*r->failure = *oc;
}

/* Composed only after a failure, because the text takes far longer than reading the numbers. */
static char *dup_offers(const struct tls_conn *tls)
{
	char text[OFFERS_TEXT_MAX];

	return tls_facts_offers(tls, text)[0] ? strdup(text) : NULL;
}

void conn_record_add_tls(struct conn_record *r, const struct tls_conn *tls)
{
	r->received += tls_conn_received(tls);
	r->sent = tls_conn_sent(tls);
	r->sent_alert = tls_conn_sent_alert(tls);
	r->sni = tls_conn_dup_sni(tls);
	if (r->code != OC_OK && !r->facts.protocol[0])
		r->offers = dup_offers(tls);
}

void conn_record_free(struct conn_record *r)
{
	free(r->sni);
	free(r->offers);
	free(r->failure);
	free(r->client);
	r->sni = NULL;
	r->offers = NULL;
	r->client = NULL;
	r->failure = NULL;
}
