/* SPDX-License-Identifier: MIT */
#include "client/output/probe_facts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

enum { DAY = 86400 };

static void get_certificates(struct probe_facts *f, const struct verdict *v)
{
	for (int i = 0; i < v->chain_len; i++) {
		const struct probe_lifetime life = { v->chain[i].not_before,
			v->chain[i].not_after };

		if (i == 0)
			f->leaf = f->first = life;
		else if (life.end < f->first.end)
			f->first = life;
	}
	if (v->chain_len > 0) {
		f->at = v->at;
		snprintf(f->sha256, sizeof f->sha256, "%s", v->chain[0].sha256);
	}
}

static void get_post_quantum(struct probe_facts *f, const struct session *s)
{
	struct post_quantum pq;

	post_quantum_judge(&s->facts, &s->verdict, &pq);
	f->key_exchange = pq.key_exchange;
	f->certificate = pq.certificate;
}

void probe_facts_get(struct probe_facts *f, const struct client_options *o, const struct session *s,
    const struct outcome *oc)
{
	struct phases none;

	phases_begin(&none);
	memset(f, 0, sizeof *f);
	f->host = o->host;
	f->port = o->port;
	f->name = o->verify_name ? o->verify_name : o->servername;
	f->service = o->service.service;
	f->greets = s && session_talk(s) == TALK_HELLO;
	f->file = s ? s->chain_name : NULL;
	f->expects = s && s->options->expect_outcome;
	f->code = oc->code;
	f->came = f->expects ? s->came.code : oc->code;
	text_clean(oc->detail, f->detail, sizeof f->detail);
	f->at = time(NULL);
	memcpy(f->us, s ? s->phases.us : none.us, sizeof f->us);
	if (!s)
		return;
	get_certificates(f, &s->verdict);
	get_post_quantum(f, s);
}

double probe_facts_share(const struct probe_facts *f)
{
	int64_t life = f->first.end - f->first.begin;

	if (f->first.end == 0)
		return -INFINITY;
	return life > 0 ? (double)(f->first.end - f->at) / (double)life : 0;
}

int64_t probe_facts_days(const struct probe_facts *f, int64_t end)
{
	int64_t left = end - f->at;

	/* Round down, so that the day after the end is not day 0. */
	return left >= 0 ? left / DAY : -((-left + DAY - 1) / DAY);
}
