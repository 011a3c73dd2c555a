/* SPDX-License-Identifier: MIT */
#include "client/output/stats.h"

#include <inttypes.h>

/* A smaller delay does not count: a thread needs time to wake up. */
enum { LATE_US = 5000 };

void stats_add(struct stats *t, enum outcome_code code, const struct phases *p, bool resumed,
    uint64_t late_us)
{
	enum stats_kind kind = resumed ? STATS_RESUMED : STATS_FULL;
	struct histogram *times = t->times[kind];

	t->sent++;
	t->by_code[code]++;
	if (late_us > LATE_US)
		t->late++;
	if (late_us > t->late_max_us)
		t->late_max_us = late_us;
	if (p->us[PHASE_HANDSHAKE] != PHASE_UNKNOWN)
		t->handshakes[kind]++;
	for (int i = 0; i < PHASE_TOTAL; i++) {
		if (p->us[i] != PHASE_UNKNOWN)
			histogram_add(&times[i], (uint64_t)p->us[i]);
	}
	if (code == OC_OK)
		histogram_add(&times[PHASE_TOTAL], (uint64_t)p->us[PHASE_TOTAL] + late_us);
}

static bool is_worse(const struct stats *t, enum outcome_code a, enum outcome_code b)
{
	if (t->by_code[a] != t->by_code[b])
		return t->by_code[a] > t->by_code[b];
	return outcome_status(a) < outcome_status(b);
}

unsigned stats_failures(const struct stats *t, enum outcome_code codes[OUTCOME_COUNT])
{
	unsigned n = 0;

	for (int code = OC_OK + 1; code < OUTCOME_COUNT; code++) {
		unsigned at = n;

		if (t->by_code[code] == 0)
			continue;
		for (; at > 0 && is_worse(t, (enum outcome_code)code, codes[at - 1]); at--)
			codes[at] = codes[at - 1];
		codes[at] = (enum outcome_code)code;
		n++;
	}
	return n;
}

enum outcome_code stats_verdict(const struct stats *t)
{
	enum outcome_code codes[OUTCOME_COUNT];

	return stats_failures(t, codes) > 0 ? codes[0] : OC_OK;
}

void stats_judge(const struct stats *t, const char *what, struct outcome *oc)
{
	enum outcome_code code = stats_verdict(t);
	uint64_t failed = t->sent - t->by_code[OC_OK];

	if (code == OC_OK)
		return;
	outcome_set(oc, code, "%" PRIu64 " of %" PRIu64 " %s failed", failed, t->sent, what);
	if (t->by_code[code] < failed)
		outcome_append(oc, ", %" PRIu64 " of them like this", t->by_code[code]);
}
