/* SPDX-License-Identifier: MIT */
#include "server/counters.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/exposition.h"
#include "support/check_main.h"

static struct counters *fresh(int *fd)
{
	struct outcome oc = OUTCOME_NONE;
	struct counters *c = counters_new(fd, &oc);

	ck_assert_msg(c != NULL, "%s", oc.detail);
	return c;
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
		.phase_ms = { [PHASE_HANDSHAKE] = ms, [PHASE_LINGER] = 3 },
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
	int fd;
	struct counters *c = fresh(&fd);
	const struct conn_record good = record(OC_OK, "TLSv1.3", false, 7);
	const struct conn_record resumed = record(OC_OK, "TLSv1.2", true, 40000);
	const struct conn_record bad = record(OC_NOT_TLS, "", false, 1);

	counters_add(c, &good);
	counters_add(c, &resumed);
	counters_add(c, &bad);
	ck_assert_uint_eq(c->outcome[OC_OK], 2);
	ck_assert_uint_eq(c->outcome[OC_NOT_TLS], 1);
	ck_assert_uint_eq(counters_failed(c), 1);
	ck_assert_uint_eq(c->handshakes[COUNTERS_TLS13][false], 1);
	ck_assert_uint_eq(c->handshakes[COUNTERS_TLS12][true], 1);
	ck_assert_uint_eq(c->received, 300);
	ck_assert_uint_eq(c->sent, 3000);
	ck_assert_uint_eq(c->phase[PHASE_HANDSHAKE].bucket[3], 1);
	ck_assert_uint_eq(c->phase[PHASE_HANDSHAKE].bucket[COUNTERS_BUCKETS - 1], 1);
	ck_assert_uint_eq(c->phase[PHASE_HANDSHAKE].sum_ms, 40007);
	ck_assert_uint_eq(c->phase[PHASE_LINGER].sum_ms, 6);
}
END_TEST

/* Who comes without a balancer has no such phase. */
START_TEST(test_the_balancers_phase)
{
	int fd;
	struct counters *c = fresh(&fd);
	struct conn_record r = record(OC_OK, "TLSv1.3", false, 7);

	counters_add(c, &r);
	ck_assert_uint_eq(c->phase[PHASE_PROXY].bucket[0], 0);
	r.via = &r.peer;
	counters_add(c, &r);
	ck_assert_uint_eq(c->phase[PHASE_PROXY].bucket[0], 1);
}
END_TEST

START_TEST(test_they_survive_who_counted)
{
	int fd, status;
	struct counters *c = fresh(&fd);
	struct counters_seat *seat = counters_take_seat(c);
	const struct conn_record good = record(OC_OK, "TLSv1.3", false, 1);
	pid_t pid = fork();

	if (pid == 0) {
		seat->open = 5;
		seat->handshakes = 2;
		counters_add(c, &good);
		raise(SIGKILL);
	}
	seat->pid = pid;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_uint_eq(c->outcome[OC_OK], 1);
	ck_assert_uint_eq(counters_open(c), 5);
	ck_assert_uint_eq(counters_handshaking(c), 2);
	/* And the gauges of the dead go with them. */
	counters_leave_seat(c, pid);
	ck_assert_uint_eq(counters_open(c), 0);
	ck_assert_uint_eq(counters_handshaking(c), 0);
	ck_assert_ptr_eq(counters_take_seat(c), seat);
}
END_TEST

START_TEST(test_seats_are_counted)
{
	int fd;
	struct counters *c = fresh(&fd);

	for (int i = 0; i < COUNTERS_SEATS; i++) {
		struct counters_seat *seat = counters_take_seat(c);

		ck_assert_ptr_nonnull(seat);
		seat->pid = 1000 + i;
		seat->open = 1;
	}
	ck_assert_ptr_null(counters_take_seat(c));
	ck_assert_uint_eq(counters_open(c), COUNTERS_SEATS);
	counters_leave_seat(c, 1003);
	ck_assert_ptr_eq(counters_take_seat(c), &c->seat[3]);
}
END_TEST

START_TEST(test_a_reader_cannot_write)
{
	struct outcome oc = OUTCOME_NONE;
	int fd;
	struct counters *c = fresh(&fd);
	const struct counters *seen = counters_map(fd, &oc);

	ck_assert_ptr_nonnull(seen);
	c->reloads = 7;
	ck_assert_uint_eq(seen->reloads, 7);
	ck_assert(mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	ck_assert_int_eq(write(fd, "x", 1), -1);
	ck_assert_int_eq(ftruncate(fd, 0), -1);
}
END_TEST

START_TEST(test_what_is_served)
{
	struct counters_certificate item[COUNTERS_CERTIFICATES + 1] = {
		{ "a.test", "01ab", 1000, 900 }, { "b \"quoted\\ test", "", -5, 0 },
	};
	struct counters_certificates served;
	int fd;
	struct counters *c = fresh(&fd);
	char *text;

	counters_get_served(&c->served, &served);
	ck_assert_uint_eq(served.count, 0);
	counters_serve(&c->served, item, 2);
	counters_get_served(&c->served, &served);
	ck_assert_uint_eq(served.count, 2);
	ck_assert_str_eq(served.item[0].subject, "a.test");
	text = exposed(c);
	expect_line(text, "hello_certificate_not_after_timestamp_seconds"
			  "{subject=\"a.test\",sha256=\"01ab\"} 1000");
	expect_line(text, "hello_staple_next_update_timestamp_seconds"
			  "{subject=\"a.test\",sha256=\"01ab\"} 900");
	expect_line(text, "hello_certificate_not_after_timestamp_seconds"
			  "{subject=\"b \\\"quoted\\\\ test\",sha256=\"\"} -5");
	free(text);
	counters_serve(&c->served, item, COUNTERS_CERTIFICATES + 1);
	counters_get_served(&c->served, &served);
	ck_assert_uint_eq(served.count, COUNTERS_CERTIFICATES);
}
END_TEST

START_TEST(test_the_text)
{
	int fd;
	struct counters *c = fresh(&fd);
	const struct conn_record good = record(OC_OK, "TLSv1.3", false, 7);
	const struct conn_record slow = record(OC_OK, "TLSv1.3", false, 300);
	char *text;

	counters_add(c, &good);
	counters_add(c, &slow);
	c->limit[LIMITS_PER_CLIENT] = 4;
	c->reloads_failed = 2;
	snprintf(c->sandbox, sizeof c->sandbox, "none");
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

CHECK_MAIN("counters", test_a_connection_is_counted_once_everywhere,
    test_the_balancers_phase, test_they_survive_who_counted, test_seats_are_counted,
    test_a_reader_cannot_write, test_what_is_served, test_the_text)
