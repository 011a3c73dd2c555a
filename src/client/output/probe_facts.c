/* SPDX-License-Identifier: MIT */
#include "client/output/probe_facts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

enum { DAY = 86400 };

static void get_dates(struct probe_facts *f, const struct verdict *v)
{
	for (int i = 0; i < v->chain_len; i++) {
		int64_t end = v->chain[i].not_after;

		if (i == 0)
			f->leaf_end = f->chain_end = end;
		else if (end < f->chain_end)
			f->chain_end = end;
	}
	if (v->chain_len > 0)
		f->at = v->at;
}

void probe_facts_get(struct probe_facts *f, const struct client_options *o, const struct session *s,
    const struct outcome *oc)
{
	struct phases none;

	phases_begin(&none);
	memset(f, 0, sizeof *f);
	f->host = o->host;
	f->port = o->port;
	f->service = o->service.service;
	f->file = s ? s->chain_name : NULL;
	f->code = oc->code;
	text_clean(oc->detail, f->detail, sizeof f->detail);
	f->at = time(NULL);
	memcpy(f->us, s ? s->phases.us : none.us, sizeof f->us);
	if (s)
		get_dates(f, &s->verdict);
}

int64_t probe_facts_days(const struct probe_facts *f, int64_t end)
{
	int64_t left = end - f->at;

	/* Round down, so that the day after the end is not day 0. */
	return left >= 0 ? left / DAY : -((-left + DAY - 1) / DAY);
}
