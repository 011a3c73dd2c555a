/* SPDX-License-Identifier: MIT */
#include "server/process/gauges.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"

_Static_assert((int)COUNTERS_WORKERS >= 3 * ((int)WORKERS_MAX + 1),
    "gauges for each worker of three generations, and the datagram worker, see workers_may_renew");

static void show_crls(struct counters_state *state, const struct service *s)
{
	const struct crl_store_file *crls = s->clients.crls;
	struct counters_certificate items[CRL_STORE_MAX] = { 0 };
	const int64_t now = time(NULL);
	unsigned count = 0;

	for (size_t i = 0; crls && i < crls->count; i++) {
		const struct crl *crl = &crls->item[i].crl;

		/* Other lists decide nothing, and would repeat the same series. */
		if (!crl_store_decides(crls, i, now))
			continue;
		items[count].not_after = crl->next_update;
		memcpy(items[count++].subject, crl->issuer, sizeof items[0].subject);
	}
	counters_serve(&state->crls, items, count);
}

void gauges_show_service(struct counters_state *state, const struct service *s)
{
	struct counters_certificate leaves[IDENTITIES_MAX];
	unsigned count = 0;

	for (; count < s->identity_count; count++) {
		const struct cert_info *info = &s->identities[count].chain[0].info;

		leaves[count].not_after = info->not_after;
		leaves[count].stapled_until = s->identities[count].staple.next_update;
		memcpy(leaves[count].subject, info->subject, sizeof leaves[count].subject);
		memcpy(leaves[count].sha256, info->sha256, sizeof leaves[count].sha256);
	}
	counters_serve(&state->served, leaves, count);
	show_crls(state, s);
	state->ready = true;
}

void gauges_show_confinement(struct counters_state *state, const struct privdrop *who,
    const char *sandbox)
{
	struct log_line line;

	snprintf(state->sandbox, sizeof state->sandbox, "%s", sandbox);
	log_begin(&line, LEVEL_INFO);
	log_field(&line, "msg", "workers are confined");
	log_field(&line, "uid", "%u", (unsigned)who->uid);
	log_field(&line, "gid", "%u", (unsigned)who->gid);
	log_field(&line, "sandbox", "%s", sandbox);
	log_end(&line);
}

void gauges_show_workers(struct counters_state *state, const struct workers_count *count)
{
	state->generation = count->generation;
	state->workers = count->slots;
	state->workers_ready = count->ready;
	state->worker_pause_ms = count->pause_ms;
}

void gauges_log(const struct counters *c, const struct workers_count *count)
{
	struct log_line line;

	log_begin(&line, LEVEL_INFO);
	log_field(&line, "msg", "status");
	log_field(&line, "generation", "%u", count->generation);
	log_field(&line, "workers_ready", "%u", count->ready);
	log_field(&line, "workers_alive", "%u", count->alive);
	log_field(&line, "open", "%llu", (unsigned long long)counters_open(c));
	log_field(&line, "greeted", "%llu", (unsigned long long)c->work->outcome[OC_OK]);
	log_field(&line, "failed", "%llu", (unsigned long long)counters_failed(c));
	log_field(&line, "reloads", "%llu", (unsigned long long)c->state->reloads);
	log_field(&line, "reloads_failed", "%llu", (unsigned long long)c->state->reloads_failed);
	log_field(&line, "restarts", "%llu", (unsigned long long)c->state->restarts);
	log_field(&line, "sandbox", "%.*s", (int)sizeof c->state->sandbox, c->state->sandbox);
	log_end(&line);
}
