/* SPDX-License-Identifier: MIT */
#include "server/metrics/counters.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/metrics/exposition.h"
#include "support/check_main.h"

static struct counters *fresh(void)
{
	static struct counters c;
	struct outcome oc = OUTCOME_NONE;

	ck_assert_msg(counters_make(&c, &oc) == 0, "%s", oc.detail);
	return &c;
}

static struct conn_record record(enum outcome_code code, const char *protocol, bool resumed,
    unsigned ms)
{
	return (struct conn_record){
		.code = code,
		.facts = { protocol, "", "", resumed },
		.received = 100,
		.sent = 1000,
		.alpn = "",
		.phase_ms = { [CONN_PHASE_HANDSHAKE] = ms, [CONN_PHASE_LINGER] = 3 },
	};
}

static char *exposed(const struct counters *c)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(to);
	exposition_write(to, c);
	ck_assert_int_eq(fclose(to), 0);
	return text;
}

static void expect_line(const char *text, const char *line)
{
	char framed[256];

	snprintf(framed, sizeof framed, "\n%s\n", line);
	ck_assert_has(text, framed);
}

START_TEST(test_a_connection_is_counted_once_everywhere)
{
	struct counters *c = fresh();
	const struct conn_record good = record(OC_OK, "TLSv1.3", false, 7);
	const struct conn_record resumed = record(OC_OK, "TLSv1.2", true, 40000);
	const struct conn_record bad = record(OC_NOT_TLS, "", false, 1);

	counters_add(c, &good);
	counters_add(c, &resumed);
	counters_add(c, &bad);
	ck_assert_uint_eq(c->work->outcome[OC_OK], 2);
	ck_assert_uint_eq(c->work->outcome[OC_NOT_TLS], 1);
	ck_assert_uint_eq(counters_failed(c), 1);
	ck_assert_uint_eq(c->work->handshakes[COUNTERS_TLS13][false], 1);
	ck_assert_uint_eq(c->work->handshakes[COUNTERS_TLS12][true], 1);
	ck_assert_uint_eq(c->work->received, 300);
	ck_assert_uint_eq(c->work->sent, 3000);
	ck_assert_uint_eq(c->work->phase[CONN_PHASE_HANDSHAKE].bucket[3], 1);
	ck_assert_uint_eq(c->work->phase[CONN_PHASE_HANDSHAKE].bucket[COUNTERS_BUCKETS - 1], 1);
	ck_assert_uint_eq(c->work->phase[CONN_PHASE_HANDSHAKE].sum_ms, 40007);
	ck_assert_uint_eq(c->work->phase[CONN_PHASE_LINGER].sum_ms, 6);
}
END_TEST

/* A balancer's health checks would make every server look bad. */
START_TEST(test_a_health_check_is_no_failure)
{
	struct counters *c = fresh();
	const struct conn_record check = record(OC_HEALTH_CHECK, "", false, 1);

	counters_add(c, &check);
	ck_assert_uint_eq(c->work->outcome[OC_HEALTH_CHECK], 1);
	ck_assert_uint_eq(counters_failed(c), 0);
}
END_TEST

/* Who comes without a balancer has no such phase. */
START_TEST(test_the_balancers_phase)
{
	struct counters *c = fresh();
	struct conn_record r = record(OC_OK, "TLSv1.3", false, 7);

	counters_add(c, &r);
	ck_assert_uint_eq(c->work->phase[CONN_PHASE_PROXY].bucket[0], 0);
	r.via = &r.peer;
	counters_add(c, &r);
	ck_assert_uint_eq(c->work->phase[CONN_PHASE_PROXY].bucket[0], 1);
}
END_TEST

START_TEST(test_they_survive_who_counted)
{
	int status;
	struct counters *c = fresh();
	struct counters_gauges *gauges = counters_acquire_gauges(c);
	const struct conn_record good = record(OC_OK, "TLSv1.3", false, 1);
	pid_t pid = fork();

	if (pid == 0) {
		gauges->open = 5;
		gauges->handshakes = 2;
		counters_add(c, &good);
		raise(SIGKILL);
	}
	counters_assign_gauges(c, gauges, pid);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_uint_eq(c->work->outcome[OC_OK], 1);
	ck_assert_uint_eq(counters_open(c), 5);
	ck_assert_uint_eq(counters_handshaking(c), 2);
	/* And the gauges of the dead go with them. */
	counters_release_gauges(c, pid);
	ck_assert_uint_eq(counters_open(c), 0);
	ck_assert_uint_eq(counters_handshaking(c), 0);
	ck_assert_ptr_eq(counters_acquire_gauges(c), gauges);
}
END_TEST

START_TEST(test_slots_are_counted)
{
	struct counters *c = fresh();

	for (int i = 0; i < COUNTERS_WORKERS; i++) {
		struct counters_gauges *gauges = counters_acquire_gauges(c);

		ck_assert_ptr_nonnull(gauges);
		counters_assign_gauges(c, gauges, 1000 + i);
		gauges->open = 1;
	}
	ck_assert_ptr_null(counters_acquire_gauges(c));
	ck_assert_uint_eq(counters_open(c), COUNTERS_WORKERS);
	counters_release_gauges(c, 1003);
	ck_assert_ptr_eq(counters_acquire_gauges(c), &c->work->gauges[3]);
}
END_TEST

START_TEST(test_a_reader_cannot_write)
{
	struct outcome oc = OUTCOME_NONE;
	struct counters *c = fresh(), seen;
	const int fds[] = { c->work_fd, c->state_fd };

	ck_assert_int_eq(counters_map(&seen, fds[0], fds[1], &oc), 0);
	c->state->reloads = 7;
	c->work->sent = 8;
	ck_assert_uint_eq(seen.state->reloads, 7);
	ck_assert_uint_eq(seen.work->sent, 8);
	for (int i = 0; i < 2; i++) {
		ck_assert(
		    mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i], 0) == MAP_FAILED);
		ck_assert_int_eq(write(fds[i], "x", 1), -1);
		ck_assert_int_eq(ftruncate(fds[i], 0), -1);
	}
	counters_free(&seen);
}
END_TEST

START_TEST(test_what_is_served)
{
	struct counters_certificate item[COUNTERS_CERTIFICATES + 1] = {
		{ "a.test", "01ab", 1000, 900 },
		{ "b \"quoted\\ test", "", -5, 0 },
	};
	struct counters_certificates served;
	struct counters *c = fresh();
	char *text;

	counters_get_served(&c->state->served, &served);
	ck_assert_uint_eq(served.count, 0);
	counters_serve(&c->state->served, item, 2);
	counters_get_served(&c->state->served, &served);
	ck_assert_uint_eq(served.count, 2);
	ck_assert_str_eq(served.item[0].subject, "a.test");
	text = exposed(c);
	expect_line(text,
	    "hello_certificate_not_after_timestamp_seconds"
	    "{subject=\"a.test\",sha256=\"01ab\"} 1000");
	expect_line(text,
	    "hello_staple_next_update_timestamp_seconds"
	    "{subject=\"a.test\",sha256=\"01ab\"} 900");
	expect_line(text,
	    "hello_certificate_not_after_timestamp_seconds"
	    "{subject=\"b \\\"quoted\\\\ test\",sha256=\"\"} -5");
	free(text);
	counters_serve(&c->state->served, item, COUNTERS_CERTIFICATES + 1);
	counters_get_served(&c->state->served, &served);
	ck_assert_uint_eq(served.count, COUNTERS_CERTIFICATES);
}
END_TEST

START_TEST(test_the_text)
{
	struct counters *c = fresh();
	const struct conn_record good = record(OC_OK, "TLSv1.3", false, 7);
	const struct conn_record slow = record(OC_OK, "TLSv1.3", false, 300);
	char *text;

	counters_add(c, &good);
	counters_add(c, &slow);
	c->work->limit[LIMITS_PER_CLIENT] = 4;
	c->state->reloads_failed = 2;
	snprintf(c->state->sandbox, sizeof c->state->sandbox, "none");
	text = exposed(c);
	expect_line(text, "# TYPE hello_connections_total counter");
	expect_line(text, "hello_connections_total{outcome=\"OK\"} 2");
	expect_line(text, "hello_connections_total{outcome=\"HEALTH_CHECK\"} 0");
	expect_line(text, "hello_handshakes_total{version=\"TLSv1.3\",resumed=\"no\"} 2");
	expect_line(text,
	    "hello_phase_duration_seconds_bucket{phase=\"handshake\",le=\"0.005\"} 0");
	expect_line(text, "hello_phase_duration_seconds_bucket{phase=\"handshake\",le=\"0.01\"} 1");
	expect_line(text, "hello_phase_duration_seconds_bucket{phase=\"handshake\",le=\"1\"} 2");
	expect_line(text, "hello_phase_duration_seconds_bucket{phase=\"handshake\",le=\"+Inf\"} 2");
	expect_line(text, "hello_phase_duration_seconds_sum{phase=\"handshake\"} 0.307");
	expect_line(text, "hello_phase_duration_seconds_count{phase=\"handshake\"} 2");
	expect_line(text, "hello_limit_reached_total{limit=\"max-per-client\"} 4");
	expect_line(text, "hello_reloads_total{result=\"failed\"} 2");
	expect_line(text, "hello_sandbox_info{sandbox=\"none\"} 1");
	ck_assert_has(text, "hello_build_info{version=\"" PACKAGE_VERSION "\",library=\"OpenSSL ");
	/* The client's own findings are not outcomes of a connection here. */
	ck_assert_ptr_null(strstr(text, "CERT_EXPIRED"));
	ck_assert_ptr_null(strstr(text, "GREETING_MISMATCH"));
	free(text);
}
END_TEST

/* The master reads and prints all that a worker could have written, and believes none of it. */
static void survive(const struct counters *c)
{
	struct counters_certificate item = { "a.test", "01ab", 1000, 900 };
	struct counters_gauges *gauges;
	char *text;

	(void)counters_open(c);
	(void)counters_handshaking(c);
	(void)counters_failed(c);
	gauges = counters_acquire_gauges(c);
	ck_assert_ptr_eq(gauges, &c->work->gauges[1]);
	counters_assign_gauges(c, gauges, 4712);
	counters_release_gauges(c, 4712);
	counters_serve(&c->state->served, &item, 1);
	text = exposed(c);
	expect_line(text,
	    "hello_certificate_not_after_timestamp_seconds"
	    "{subject=\"a.test\",sha256=\"01ab\"} 1000");
	expect_line(text, "hello_reloads_total{result=\"ok\"} 7");
	expect_line(text, "hello_sandbox_info{sandbox=\"none\"} 1");
	ck_assert_uint_lt(strlen(text), 65536);
	free(text);
}

START_TEST(test_a_worker_that_was_taken_over)
{
	struct counters *c = fresh();

	counters_assign_gauges(c, counters_acquire_gauges(c), 4711);
	c->state->reloads = 7;
	snprintf(c->state->sandbox, sizeof c->state->sandbox, "none");
	for (int byte = 0; byte <= 0xff; byte++) {
		memset(c->work, byte, sizeof *c->work);
		survive(c);
	}
	srand(1);
	for (int round = 0; round < 50; round++) {
		for (size_t i = 0; i < sizeof *c->work; i++)
			((unsigned char *)c->work)[i] = (unsigned char)rand();
		survive(c);
	}
	/* What it says of itself does not hide what others say. */
	memset(c->work, 0xff, sizeof *c->work);
	c->work->gauges[1].open = 3;
	counters_assign_gauges(c, &c->work->gauges[1], 4712);
	ck_assert_uint_eq(counters_open(c), 3);
}
END_TEST

/* It can read and write its own part, and of the master's it has neither memory nor file. */
START_TEST(test_a_worker_keeps_its_part_alone)
{
	struct counters *c = fresh();
	const char *state = (const char *)c->state;
	const int fds[] = { c->work_fd, c->state_fd };
	unsigned char present;
	void *larger;

	counters_keep_work(c);
	ck_assert_ptr_null(c->state);
	ck_assert_int_eq(mincore((void *)(uintptr_t)state, 1, &present), -1);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(fcntl(fds[i], F_GETFD), -1);
	c->work->sent = 8;
	/* A mapping may grow, but its file ends with the work. */
	larger = mremap(c->work, sizeof *c->work, sizeof *c->work + (1 << 20), MREMAP_MAYMOVE);
	if (larger != MAP_FAILED) {
		int ends[2];

		ck_assert_int_eq(pipe(ends), 0);
		ck_assert_int_eq(write(ends[1], (char *)larger + sizeof *c->work + 8192, 1), -1);
	}
}
END_TEST

CHECK_MAIN("counters", test_a_connection_is_counted_once_everywhere,
    test_a_health_check_is_no_failure, test_the_balancers_phase,
    test_they_survive_who_counted, test_slots_are_counted, test_a_reader_cannot_write,
    test_what_is_served, test_the_text, test_a_worker_that_was_taken_over,
    test_a_worker_keeps_its_part_alone)
