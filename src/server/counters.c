/* SPDX-License-Identifier: MIT */
#include "server/counters.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

const unsigned counters_bucket_ms[COUNTERS_BUCKETS - 1] = {
	1,
	2,
	5,
	10,
	25,
	50,
	100,
	250,
	1000,
	5000,
	30000,
};

/* Nothing is derived from the order of two counters, so none is asked for. */
static void add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

struct counters *counters_new(int *fd, struct outcome *oc)
{
	int file = memfd_create("hello-tls counters", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct counters *c;

	if (file < 0) {
		outcome_set_errno(oc, OC_INTERNAL, "memfd_create");
		return NULL;
	}
	if (ftruncate(file, sizeof *c) != 0 ||
	    fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
		outcome_set_errno(oc, OC_INTERNAL, "memory for the counters");
		close(file);
		return NULL;
	}
	c = mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (c == MAP_FAILED) {
		outcome_set_errno(oc, OC_INTERNAL, "memory for the counters");
		close(file);
		return NULL;
	}
	/* Whoever is given the file can map it to read only; an older kernel knows no such seal. */
	(void)fcntl(file, F_ADD_SEALS, F_SEAL_FUTURE_WRITE);
	(void)fcntl(file, F_ADD_SEALS, F_SEAL_SEAL);
	c->started = time(NULL);
	*fd = file;
	return c;
}

const struct counters *counters_map(int fd, struct outcome *oc)
{
	const struct counters *c = mmap(NULL, sizeof *c, PROT_READ, MAP_SHARED, fd, 0);

	if (c == MAP_FAILED) {
		outcome_set_errno(oc, OC_INTERNAL, "the counters cannot be mapped");
		return NULL;
	}
	return c;
}

struct counters_seat *counters_take_seat(struct counters *c)
{
	for (int i = 0; i < COUNTERS_SEATS; i++) {
		if (c->seat[i].pid == 0)
			return &c->seat[i];
	}
	return NULL;
}

void counters_leave_seat(struct counters *c, pid_t pid)
{
	for (int i = 0; i < COUNTERS_SEATS; i++) {
		if (c->seat[i].pid == pid) {
			c->seat[i].open = c->seat[i].handshakes = 0;
			c->seat[i].pid = 0;
			return;
		}
	}
}

static void add_duration(struct counters_phase *p, unsigned ms)
{
	int i = 0;

	while (i < COUNTERS_BUCKETS - 1 && ms > counters_bucket_ms[i])
		i++;
	add(&p->bucket[i], 1);
	add(&p->sum_ms, ms);
}

void counters_add(struct counters *c, const struct conn_record *r)
{
	add(&c->outcome[r->code], 1);
	add(&c->received, r->received);
	add(&c->sent, r->sent);
	/* Only who has come through a phase tells how long it takes. */
	if (r->via)
		add_duration(&c->phase[PHASE_PROXY], r->phase_ms[PHASE_PROXY]);
	if (!r->facts.protocol[0])
		return;
	add(&c->handshakes[strcmp(r->facts.protocol, "TLSv1.3") == 0
		    ? COUNTERS_TLS13
		    : COUNTERS_TLS12][r->facts.resumed],
	    1);
	add_duration(&c->phase[PHASE_HANDSHAKE], r->phase_ms[PHASE_HANDSHAKE]);
	if (r->code != OC_OK)
		return;
	if (r->alpn[0])
		add_duration(&c->phase[PHASE_REQUEST], r->phase_ms[PHASE_REQUEST]);
	add_duration(&c->phase[PHASE_GREETING], r->phase_ms[PHASE_GREETING]);
	add_duration(&c->phase[PHASE_LINGER], r->phase_ms[PHASE_LINGER]);
}

void counters_serve(struct counters_certificates *list, const struct counters_certificate *item,
    unsigned count)
{
	if (count > COUNTERS_CERTIFICATES)
		count = COUNTERS_CERTIFICATES;
	atomic_fetch_add(&list->turn, 1);
	atomic_thread_fence(memory_order_seq_cst);
	memcpy(list->item, item, count * sizeof *item);
	list->count = count;
	atomic_thread_fence(memory_order_seq_cst);
	atomic_fetch_add(&list->turn, 1);
}

void counters_get_served(const struct counters_certificates *list,
    struct counters_certificates *out)
{
	enum { ATTEMPTS = 1000 };

	/* The writer is done within a microsecond; one that was killed there left the old text. */
	for (int i = 0; i < ATTEMPTS; i++) {
		unsigned before = list->turn;

		memcpy(out, list, sizeof *out);
		atomic_thread_fence(memory_order_seq_cst);
		if (before % 2 == 0 && list->turn == before)
			break;
	}
	if (out->count > COUNTERS_CERTIFICATES)
		out->count = 0;
}

uint64_t counters_open(const struct counters *c)
{
	uint64_t sum = 0;

	for (int i = 0; i < COUNTERS_SEATS; i++)
		sum += c->seat[i].open;
	return sum;
}

uint64_t counters_handshaking(const struct counters *c)
{
	uint64_t sum = 0;

	for (int i = 0; i < COUNTERS_SEATS; i++)
		sum += c->seat[i].handshakes;
	return sum;
}

uint64_t counters_failed(const struct counters *c)
{
	uint64_t sum = 0;

	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (i != OC_OK)
			sum += c->outcome[i];
	}
	return sum;
}
