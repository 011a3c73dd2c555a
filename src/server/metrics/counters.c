/* SPDX-License-Identifier: MIT */
#include "server/metrics/counters.h"

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

/* Relaxed, because nothing depends on the order of two counters. */
static void add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* Returns the mapping of an anonymous file, or NULL with OC_INTERNAL. */
static void *make_part(const char *name, size_t size, int *fd, struct outcome *oc)
{
	int file = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *part;

	if (file < 0) {
		outcome_set_errno(oc, OC_INTERNAL, "memfd_create");
		return NULL;
	}
	part = MAP_FAILED;
	if (ftruncate(file, (off_t)size) == 0 &&
	    fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0)
		part = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (part == MAP_FAILED) {
		outcome_set_errno(oc, OC_INTERNAL, "cannot allocate memory for the counters");
		close(file);
		return NULL;
	}
	/* The seal makes new mappings of the file read-only; older kernels do not have it. */
	(void)fcntl(file, F_ADD_SEALS, F_SEAL_FUTURE_WRITE);
	(void)fcntl(file, F_ADD_SEALS, F_SEAL_SEAL);
	*fd = file;
	return part;
}

/* Two files, because mremap(2) could extend a mapping of one part over the whole file. */
int counters_make(struct counters *c, struct outcome *oc)
{
	*c = (struct counters){ .work_fd = -1, .state_fd = -1 };
	c->work = make_part("hello-tls counters", sizeof *c->work, &c->work_fd, oc);
	if (c->work)
		c->state = make_part("hello-tls state", sizeof *c->state, &c->state_fd, oc);
	if (!c->state) {
		counters_free(c);
		return -1;
	}
	c->state->started = time(NULL);
	return 0;
}

static void *map_part(size_t size, int fd, struct outcome *oc)
{
	void *part = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	if (part != MAP_FAILED)
		return part;
	outcome_set_errno(oc, OC_INTERNAL, "cannot map the counters");
	return NULL;
}

int counters_map(struct counters *c, int work_fd, int state_fd, struct outcome *oc)
{
	*c = (struct counters){ .work_fd = -1, .state_fd = -1 };
	c->work = map_part(sizeof *c->work, work_fd, oc);
	if (c->work)
		c->state = map_part(sizeof *c->state, state_fd, oc);
	if (c->state)
		return 0;
	counters_free(c);
	return -1;
}

void counters_keep_work(struct counters *c)
{
	if (c->state)
		munmap(c->state, sizeof *c->state);
	c->state = NULL;
	if (c->work_fd >= 0)
		close(c->work_fd);
	if (c->state_fd >= 0)
		close(c->state_fd);
	c->work_fd = c->state_fd = -1;
}

void counters_free(struct counters *c)
{
	counters_keep_work(c);
	if (c->work)
		munmap(c->work, sizeof *c->work);
	c->work = NULL;
}

struct counters_gauges *counters_acquire_gauges(const struct counters *c)
{
	for (int i = 0; i < COUNTERS_WORKERS; i++) {
		if (c->state->pid[i] == 0)
			return &c->work->gauges[i];
	}
	return NULL;
}

void counters_assign_gauges(const struct counters *c, const struct counters_gauges *gauges,
    pid_t pid)
{
	if (gauges)
		c->state->pid[gauges - c->work->gauges] = pid;
}

void counters_release_gauges(const struct counters *c, pid_t pid)
{
	for (int i = 0; i < COUNTERS_WORKERS; i++) {
		if (c->state->pid[i] == pid) {
			c->work->gauges[i].open = c->work->gauges[i].handshakes = 0;
			c->state->pid[i] = 0;
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

static enum counters_protocol protocol_of(const char *name)
{
	if (strcmp(name, "TLSv1.3") == 0)
		return COUNTERS_TLS13;
	if (strcmp(name, "QUICv1") == 0)
		return COUNTERS_QUIC1;
	return strcmp(name, "TLSv1.2") == 0 ? COUNTERS_TLS12 : COUNTERS_DTLS12;
}

void counters_add(const struct counters *c, const struct conn_record *r)
{
	add(&c->work->outcome[r->code], 1);
	add(&c->work->received, r->received);
	add(&c->work->sent, r->sent);
	/* Only completed phases count, so a histogram shows how long they take. */
	if (r->via)
		add_duration(&c->work->phase[CONN_PHASE_PROXY], r->phase_ms[CONN_PHASE_PROXY]);
	if (!r->facts.protocol[0])
		return;
	add(&c->work->handshakes[protocol_of(r->facts.protocol)][r->facts.resumed], 1);
	add_duration(&c->work->phase[CONN_PHASE_HANDSHAKE], r->phase_ms[CONN_PHASE_HANDSHAKE]);
	if (r->code != OC_OK)
		return;
	if (r->alpn[0])
		add_duration(&c->work->phase[CONN_PHASE_REQUEST], r->phase_ms[CONN_PHASE_REQUEST]);
	add_duration(&c->work->phase[CONN_PHASE_GREETING], r->phase_ms[CONN_PHASE_GREETING]);
	add_duration(&c->work->phase[CONN_PHASE_LINGER], r->phase_ms[CONN_PHASE_LINGER]);
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

	/* A write takes less than a microsecond; a writer killed during it left the old text. */
	for (int i = 0; i < ATTEMPTS; i++) {
		unsigned before = list->turn;

		memcpy(out, list, sizeof *out);
		atomic_thread_fence(memory_order_seq_cst);
		if (before % 2 == 0 && list->turn == before)
			break;
	}
	if (out->count > COUNTERS_CERTIFICATES)
		out->count = 0;
	for (unsigned i = 0; i < out->count; i++) {
		out->item[i].subject[sizeof out->item[i].subject - 1] = '\0';
		out->item[i].sha256[sizeof out->item[i].sha256 - 1] = '\0';
	}
}

/* No worker can have more, so a false number cannot hide those of other workers. */
static uint64_t gauge(uint64_t value)
{
	return value > UINT32_MAX ? 0 : value;
}

uint64_t counters_open(const struct counters *c)
{
	uint64_t sum = 0;

	for (int i = 0; i < COUNTERS_WORKERS; i++)
		sum += c->state->pid[i] ? gauge(c->work->gauges[i].open) : 0;
	return sum;
}

uint64_t counters_handshaking(const struct counters *c)
{
	uint64_t sum = 0;

	for (int i = 0; i < COUNTERS_WORKERS; i++)
		sum += c->state->pid[i] ? gauge(c->work->gauges[i].handshakes) : 0;
	return sum;
}

uint64_t counters_failed(const struct counters *c)
{
	uint64_t sum = 0;

	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (i != OC_OK && !outcome_is((enum outcome_code)i, OUTCOME_ROUTINE))
			sum += c->work->outcome[i];
	}
	return sum;
}
