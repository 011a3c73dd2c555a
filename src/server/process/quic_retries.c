/* SPDX-License-Identifier: MIT */
#include "server/process/quic_retries.h"

#include <stdint.h>
#include <stdlib.h>

/* A client answers within a round trip; until then, others must not have got this many. */
enum { LATEST = 8192, NOWHERE = UINT16_MAX };

struct retry {
	struct quic_packet_id from, origin;
	uint16_t next; /* with the same place */
};

struct quic_retries {
	struct retry latest[LATEST]; /* the next one replaces the oldest */
	size_t next;
	uint16_t first[LATEST]; /* of a place, the newest */
	struct quic_retries_use *uses;
	/* The length of a token without the identifier in it, which is all that varies. */
	size_t shortest, longest; /* longest 0: none was sent */
};

struct quic_retries *quic_retries_new(void)
{
	struct quic_retries *r = calloc(1, sizeof *r);

	for (size_t i = 0; r && i < LATEST; i++)
		r->first[i] = NOWHERE;
	return r;
}

void quic_retries_free(struct quic_retries *r)
{
	free(r);
}

/* The library chooses it at random. */
static size_t place_of(const struct quic_packet_id *from)
{
	return (from->bytes[0] | (size_t)from->bytes[1] << 8) % LATEST;
}

static void forget(struct quic_retries *r, size_t index)
{
	uint16_t *link;

	if (r->latest[index].from.len == 0)
		return;
	link = &r->first[place_of(&r->latest[index].from)];
	while (*link != index)
		link = &r->latest[*link].next;
	*link = r->latest[index].next;
	r->latest[index].from.len = 0;
}

static void keep(struct quic_retries *r, const struct quic_packet_id *from,
    const struct quic_packet_id *origin)
{
	uint16_t *first = &r->first[place_of(from)];

	forget(r, r->next);
	r->latest[r->next] = (struct retry){ *from, *origin, *first };
	*first = (uint16_t)r->next;
	r->next = (r->next + 1) % LATEST;
}

void quic_retries_add(struct quic_retries *r, const void *retry, size_t retry_len,
    const void *first, size_t first_len)
{
	struct quic_packet_head sent, answered;
	size_t fixed;

	if (!quic_packet_read_head(retry, retry_len, &sent) || sent.from.len < 2 ||
	    !quic_packet_read_head(first, first_len, &answered) ||
	    sent.token < answered.to.len)
		return;
	fixed = sent.token - answered.to.len;
	if (r->longest == 0 || fixed < r->shortest)
		r->shortest = fixed;
	if (fixed > r->longest)
		r->longest = fixed;
	keep(r, &sent.from, &answered.to);
}

static const struct retry *find(const struct quic_retries *r, const struct quic_packet_id *from)
{
	for (uint16_t i = r->first[place_of(from)]; i != NOWHERE; i = r->latest[i].next) {
		if (quic_packet_id_is_same(&r->latest[i].from, from))
			return &r->latest[i];
	}
	return NULL;
}

static bool may_be_retry(const struct quic_retries *r, size_t token)
{
	return r->longest > 0 && token >= r->shortest + QUIC_PACKET_ID_MIN &&
	    token <= r->longest + QUIC_PACKET_ID_MAX;
}

bool quic_retries_permits(const struct quic_retries *r, const struct quic_retries_use *own,
    const void *bytes, size_t len)
{
	struct quic_packet_head head;
	const struct retry *t;

	if (!quic_packet_read_head(bytes, len, &head) || head.to.len < QUIC_PACKET_ID_MIN)
		return false;
	if (own && quic_packet_id_is_same(&own->local, &head.to))
		return true;
	t = find(r, &head.to);
	if (!t)
		return !may_be_retry(r, head.token);
	for (const struct quic_retries_use *u = r->uses; u; u = u->next) {
		if (quic_packet_id_is_same(&u->local, &t->origin) ||
		    quic_packet_id_is_same(&u->origin, &t->origin))
			return false;
	}
	return true;
}

void quic_retries_begin(struct quic_retries *r, struct quic_retries_use *use, const void *bytes,
    size_t len)
{
	struct quic_packet_head head;
	const struct retry *t;

	*use = (struct quic_retries_use){ .next = r->uses, .link = &r->uses };
	if (quic_packet_read_head(bytes, len, &head)) {
		use->local = head.to;
		t = head.to.len < QUIC_PACKET_ID_MIN ? NULL : find(r, &head.to);
		if (t) {
			use->origin = t->origin;
			forget(r, (size_t)(t - r->latest));
		}
	}
	if (r->uses)
		r->uses->link = &use->next;
	r->uses = use;
}

void quic_retries_end(struct quic_retries_use *use)
{
	if (!use->link)
		return;
	*use->link = use->next;
	if (use->next)
		use->next->link = use->link;
	use->link = NULL;
}
