/* SPDX-License-Identifier: MIT */
#include "client/session/phases.h"

#include "base/clock.h"

static const struct {
	const char *label, *key;
} names[PHASE_COUNT] = {
	[PHASE_RESOLVE] = { "resolve", "resolve" },
	[PHASE_CONNECT] = { "connect", "connect" },
	[PHASE_PROXY] = { "proxy", "proxy" },
	[PHASE_STARTTLS] = { "starttls", "starttls" },
	[PHASE_HANDSHAKE] = { "handshake", "handshake" },
	[PHASE_FIRST_BYTE] = { "first byte", "first_byte" },
	[PHASE_CLOSE] = { "close", "close" },
	[PHASE_TOTAL] = { "total", "total" },
};

void phases_begin(struct phases *p)
{
	for (int i = 0; i < PHASE_COUNT; i++)
		p->us[i] = PHASE_UNKNOWN;
	p->began_us = p->mark_us = clock_us();
}

void phases_mark(struct phases *p, enum phase phase)
{
	uint64_t now = clock_us();

	p->us[phase] = (int64_t)(now - p->mark_us);
	p->mark_us = now;
}

void phases_end(struct phases *p)
{
	p->us[PHASE_TOTAL] = (int64_t)(clock_us() - p->began_us);
}

const char *phase_label(enum phase phase)
{
	return names[phase].label;
}

const char *phase_key(enum phase phase)
{
	return names[phase].key;
}
