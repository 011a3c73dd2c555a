/* SPDX-License-Identifier: MIT */
#include "client/judge/trace.h"

#include <stdio.h>

#include "client/output/trace_table.h"
#include "client/output/trace_text.h"
#include "support/check_main.h"

/*
 * A vector has a letter for each TTL from 1; up to three rounds are separated by "/". '-': not
 * tried.
 */
static const char letters[TRACE_ANSWERS] = {
	[TRACE_UNTRIED] = '-',
	[TRACE_SILENT] = '.',
	[TRACE_EXPIRED] = 'e',
	[TRACE_REJECTED] = 'i',
	[TRACE_RESET] = 'r',
	[TRACE_CLOSED] = 'x',
	[TRACE_ALERT] = 'a',
	[TRACE_ANSWERED] = '+',
};

static struct trace trace;
static struct trace_verdict verdict;

static enum trace_answer read_letter(char letter)
{
	for (int i = 0; i < TRACE_ANSWERS; i++) {
		if (letters[i] == letter)
			return (enum trace_answer)i;
	}
	ck_abort_msg("what is '%c'?", letter);
	return TRACE_UNTRIED;
}

/* Returns the number of rounds. */
static unsigned read_vector(const char *vector, bool is_syn)
{
	unsigned hop = 0, round = 0;

	if (!vector[0])
		return 0;
	for (; *vector; vector++) {
		if (*vector == '/') {
			round++;
			hop = 0;
			continue;
		}
		ck_assert(hop < TRACE_HOPS_MAX && round < TRACE_ROUNDS);
		(is_syn ? trace.hops[hop].syn : trace.hops[hop].hello)[round] =
		    read_letter(*vector);
		hop++;
	}
	return round + 1;
}

/* Router n is 10.0.0.n, if it reported a SYN. */
static void set_routers(void)
{
	for (unsigned n = 1; n <= TRACE_HOPS_MAX; n++) {
		char host[16];
		bool mixed;

		snprintf(host, sizeof host, "10.0.0.%u", n);
		if (trace_combine(trace.hops[n - 1].syn, &mixed) == TRACE_EXPIRED)
			ck_assert_int_eq(addr_parse(host, "0", &trace.hops[n - 1].from, NULL), 0);
	}
}

static void read_trace(const char *syn, const char *hello)
{
	memset(&trace, 0, sizeof trace);
	ck_assert_int_eq(addr_parse("192.0.2.7", "443", &trace.to, NULL), 0);
	read_vector(syn, true);
	trace.rounds = read_vector(hello, false);
	trace.hello_bytes = trace.last = trace.rounds > 0 ? 300 : 0;
	trace.connects = trace.rounds > 0;
	set_routers();
}

#define EXPECT(syn, hello, finding, reply, behind, until) \
	do { \
		read_trace(syn, hello); \
		trace_judge(&trace, &verdict); \
		ck_assert_msg(verdict.what == (finding), "%s %s: finding %s", syn, hello, \
		    trace_finding_name(verdict.what)); \
		ck_assert_msg(verdict.answer == (reply), "%s %s: answer %s", syn, hello, \
		    trace_answer_name(verdict.answer)); \
		ck_assert_msg(verdict.after == (behind) && verdict.before == (until), \
		    "%s %s: after %u, before %u", syn, hello, verdict.after, verdict.before); \
	} while (0)

START_TEST(test_the_peer_answers)
{
	EXPECT("eee+", "eee+", TRACE_PASSES, TRACE_ANSWERED, 3, 4);
	ck_assert_uint_eq(verdict.peer, 4);
	EXPECT("+", "+", TRACE_PASSES, TRACE_ANSWERED, 0, 1);
	/* Routers that report nothing, or only once. */
	EXPECT("e.e+", "e.e+", TRACE_PASSES, TRACE_ANSWERED, 3, 4);
	EXPECT("...+", "...+", TRACE_PASSES, TRACE_ANSWERED, 0, 4);
	EXPECT("eee+/e..+/..e+", "e..+/...+/.e..", TRACE_PASSES, TRACE_ANSWERED, 2, 4);
}
END_TEST

/* Boxes at hop 2 of four, behind its TTL check and in front of it. */
START_TEST(test_a_box_is_between_two_hops)
{
	EXPECT("eee+", "eerr", TRACE_BETWEEN, TRACE_RESET, 2, 3);
	EXPECT("eee+", "ee..", TRACE_BETWEEN, TRACE_SILENT, 2, 3);
	EXPECT("eee+", "errr", TRACE_BETWEEN, TRACE_RESET, 1, 2);
	EXPECT("eee+", "e...", TRACE_BETWEEN, TRACE_SILENT, 1, 2);
	EXPECT("eee+", "rrrr", TRACE_BETWEEN, TRACE_RESET, 0, 1);
	EXPECT("eee+", "....", TRACE_BETWEEN, TRACE_SILENT, 0, 1);
	EXPECT("eee+", "eexx", TRACE_BETWEEN, TRACE_CLOSED, 2, 3);
	EXPECT("eee+", "eeaa", TRACE_BETWEEN, TRACE_ALERT, 2, 3);
	EXPECT("eee+", "eeii", TRACE_BETWEEN, TRACE_REJECTED, 2, 3);
	/* Something answers in place of the server. */
	EXPECT("eee+", "ee++", TRACE_BETWEEN, TRACE_ANSWERED, 2, 3);
	/* One try is enough for a report, or for a reset. */
	EXPECT("eee+/eee+/eee+", "e.../.e../....", TRACE_BETWEEN, TRACE_SILENT, 2, 3);
	EXPECT("eee+/eee+/eee+", "ee../eer./ee.r", TRACE_BETWEEN, TRACE_RESET, 2, 3);
}
END_TEST

/* A router that does not report an expired SYN would not report a ClientHello either. */
START_TEST(test_a_silent_router_widens_the_place)
{
	EXPECT("eeee.e+", "ee.....", TRACE_BETWEEN, TRACE_SILENT, 2, 3);
	EXPECT("ee.ee+", "ee....", TRACE_BETWEEN, TRACE_SILENT, 2, 4);
	EXPECT("ee..e+", "ee..rr", TRACE_BETWEEN, TRACE_RESET, 2, 5);
	EXPECT("ee.+", "ee..", TRACE_AT_PEER, TRACE_SILENT, 2, 4);
	EXPECT("...+", "....", TRACE_AT_PEER, TRACE_SILENT, 0, 4);
	/* The ClientHello was not tried at hop 3. */
	EXPECT("eeee+", "ee-..", TRACE_BETWEEN, TRACE_SILENT, 2, 4);
}
END_TEST

START_TEST(test_the_end_may_be_the_peer)
{
	EXPECT("eee+", "eeer", TRACE_AT_PEER, TRACE_RESET, 3, 4);
	EXPECT("eee+", "eee.", TRACE_AT_PEER, TRACE_SILENT, 3, 4);
	EXPECT("eee+", "eeea", TRACE_AT_PEER, TRACE_ALERT, 3, 4);
	EXPECT("+", "r", TRACE_AT_PEER, TRACE_RESET, 0, 1);
	read_trace("eee+", "eee.");
	trace.hops[3].acknowledged = true;
	trace_judge(&trace, &verdict);
	ck_assert_int_eq(verdict.what, TRACE_ARRIVES);
}
END_TEST

START_TEST(test_an_expired_ttl_at_the_peer_is_a_rejection)
{
	EXPECT("eee+", "eeee", TRACE_ICMP, TRACE_REJECTED, 0, 4);
	EXPECT("e.e+", "eeee", TRACE_ICMP, TRACE_REJECTED, 0, 4);
}
END_TEST

START_TEST(test_a_contradiction_proves_nothing)
{
	EXPECT("eee+/eee+", "eerr/eee+", TRACE_UNSTEADY, TRACE_UNTRIED, 0, 3);
	EXPECT("eee+", "eree", TRACE_UNSTEADY, TRACE_UNTRIED, 0, 3);
	EXPECT("eee+/ee+", "eee+/ee+", TRACE_UNSTEADY, TRACE_UNTRIED, 0, 3);
	EXPECT("eee+/eee+", "eee+/eeer", TRACE_UNSTEADY, TRACE_UNTRIED, 0, 4);
}
END_TEST

START_TEST(test_without_a_connection)
{
	EXPECT("", "", TRACE_NOT_SENT, TRACE_UNTRIED, 0, 0);
	EXPECT("......", "", TRACE_NOTHING, TRACE_SILENT, 0, 0);
	EXPECT("ee....", "", TRACE_SYN_LOST, TRACE_SILENT, 2, 0);
	EXPECT("e.e...", "", TRACE_SYN_LOST, TRACE_SILENT, 3, 0);
	EXPECT("eer", "", TRACE_SYN_REFUSED, TRACE_RESET, 2, 3);
	EXPECT("eei", "", TRACE_SYN_REJECTED, TRACE_REJECTED, 2, 3);
	EXPECT("ee.i", "", TRACE_SYN_REJECTED, TRACE_REJECTED, 2, 4);
	read_trace("ee....", "");
	trace.connects = true;
	trace_judge(&trace, &verdict);
	ck_assert_int_eq(verdict.what, TRACE_TOO_FAR);
	EXPECT("eee+", "", TRACE_NOT_TRIED, TRACE_UNTRIED, 0, 0);
	/* The time was over. */
	EXPECT("ee----", "", TRACE_NOT_TRIED, TRACE_SILENT, 2, 0);
	EXPECT("eee+", "eee-", TRACE_NOT_TRIED, TRACE_UNTRIED, 0, 0);
}
END_TEST

START_TEST(test_hops_are_counted)
{
	read_trace("eee+++", "");
	ck_assert_uint_eq(trace_count_hops(&trace), 4);
	read_trace("e.e...", "");
	ck_assert_uint_eq(trace_count_hops(&trace), 3);
	read_trace("eei...", "");
	ck_assert_uint_eq(trace_count_hops(&trace), 3);
	read_trace("", "");
	ck_assert_uint_eq(trace_count_hops(&trace), 0);
}
END_TEST

/* ---- sentences and the drawing ------------------------------------------------------- */

static const char *text(void)
{
	static char buf[TRACE_TEXT_MAX];

	trace_judge(&trace, &verdict);
	return trace_text_write(&trace, &verdict, buf);
}

START_TEST(test_each_finding_has_words)
{
	static const char *const traces[][2] = {
		{ "", "" },
		{ "..", "" },
		{ "ee..", "" },
		{ "eer", "" },
		{ "eei", "" },
		{ "eee+", "" },
		{ "eee+", "eee+" },
		{ "eee+", "eee." },
		{ "eee+", "eerr" },
		{ "eee+", "rrrr" },
		{ "eee+", "eeee" },
		{ "eee+", "eree" },
		{ ".+", ".r" },
	};

	for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
		read_trace(traces[i][0], traces[i][1]);
		ck_assert_msg(strlen(text()) > 40, "no words: %s", text());
		ck_assert_msg(!strpbrk(text(), "{}"), "a brace is left: %s", text());
		ck_assert_msg(text()[strlen(text()) - 1] == '.', "no whole sentence: %s", text());
		ck_assert_uint_gt(strlen(trace_finding_name(verdict.what)), 0);
	}
	read_trace("eee+", "eerr");
	ck_assert_has(text(),
	    "The ClientHello reaches hop 2 (10.0.0.2), and is rejected with a reset before it "
	    "passes hop 3 (10.0.0.3).");
	ck_assert(!strstr(text(), "in place of the server"));
	read_trace("eee+", "eeaa");
	ck_assert_has(text(), "in place of the server");
	read_trace("eee+", "eeer");
	ck_assert_has(text(), "with the TTL of hop 4 (192.0.2.7)");
	read_trace("ee.i", "");
	trace.rejecter = trace.hops[1].from;
	trace.rejection = "administratively prohibited";
	ck_assert_has(text(), "by hop 2 (10.0.0.2): administratively prohibited.");
}
END_TEST

START_TEST(test_facts_are_added)
{
	read_trace("eee+", "eee+");
	ck_assert(!strstr(text(), "comes later"));
	trace.plain = OC_CERT_EXPIRED;
	ck_assert_has(text(), "CERT_EXPIRED comes later in a connection");
	trace.hello_bytes = 1546;
	trace.last = 1448;
	ck_assert_has(text(), "the first segment, 1448 of 1546 bytes");
	trace.first = 1448;
	trace.last = 1546;
	ck_assert_has(text(), "bytes 1449 to 1546 of 1546");
	ck_assert(!strstr(text(), "several paths"));
	trace.hops[1].several = true;
	ck_assert_has(text(), "several paths");
	ck_assert_has(text(), "no time for all three tries");
	trace.rounds = TRACE_ROUNDS;
	ck_assert(!strstr(text(), "no time for all three tries"));
}
END_TEST

static const char *drawing(size_t columns)
{
	static char buf[TRACE_DRAWING_MAX];

	trace_judge(&trace, &verdict);
	return trace_table_draw(&trace, &verdict, columns, buf);
}

START_TEST(test_the_drawing_fits)
{
	read_trace("eee+", "eerr");
	ck_assert_str_eq(drawing(78), "client -- 10.0.0.1 -- 10.0.0.2 -[X]- 10.0.0.3 -- server");
	ck_assert_str_eq(drawing(50), "client -- 1 -- 2 -[X]- 3 -- server");
	ck_assert_str_eq(drawing(30), "client -- ... -- 2 -[X]- 3 -- server");
	read_trace("eeeeeeeeeeeeeeeeeeeeeee+", "eeeeeeeeeeeerrrrrrrrrrrr");
	ck_assert_str_eq(drawing(78), "client -- ... -- 12 -[X]- 13 -- ... -- server");
	read_trace("ee.ee+", "ee....");
	ck_assert_str_eq(drawing(50), "client -- 1 -- 2 -[X]- 4 -- 5 -- server");
	read_trace("e.e+", "e.e+");
	ck_assert_str_eq(drawing(78), "client -- 10.0.0.1 -- ? -- 10.0.0.3 -- server");
	read_trace("eee+", "rrrr");
	ck_assert_str_eq(drawing(40), "client -[X]- 1 -- 2 -- 3 -- server");
	read_trace("eee+", "eeer");
	ck_assert_str_eq(drawing(40), "client -- 1 -- 2 -- 3 -[X]- server");
	read_trace("ee..", "");
	ck_assert_str_eq(drawing(40), "client -- 1 -- 2 -[X]- server");
	read_trace("..", "");
	ck_assert_str_eq(drawing(40), "client -[X]- server");
	read_trace("+", "+");
	ck_assert_str_eq(drawing(40), "client -- server");
}
END_TEST

/* Whatever was seen, there are words for it, and the place is on the path. */
START_TEST(test_any_trace_is_judged)
{
	enum { TIMES = 100000 };
	unsigned seed = 1;

	for (int n = 0; n < TIMES; n++) {
		memset(&trace, 0, sizeof trace);
		for (unsigned i = 0; i < 6; i++) {
			for (int round = 0; round < TRACE_ROUNDS; round++) {
				seed = seed * 1103515245 + 12345;
				trace.hops[i].syn[round] =
				    (enum trace_answer)((seed >> 16) % TRACE_ANSWERS);
				trace.hops[i].hello[round] =
				    (enum trace_answer)((seed >> 20) % TRACE_ANSWERS);
			}
			trace.hops[i].acknowledged = seed >> 30;
		}
		trace.rounds = (seed >> 8) % (TRACE_ROUNDS + 1);
		ck_assert(!strpbrk(text(), "{}"));
		ck_assert_uint_le(verdict.before, 6);
		ck_assert(verdict.before == 0 || verdict.after < verdict.before);
		ck_assert_uint_le(strlen(drawing(20)), TRACE_DRAWING_MAX - 1);
	}
}
END_TEST

CHECK_MAIN("trace", test_the_peer_answers, test_a_box_is_between_two_hops,
    test_a_silent_router_widens_the_place, test_the_end_may_be_the_peer,
    test_an_expired_ttl_at_the_peer_is_a_rejection, test_a_contradiction_proves_nothing,
    test_without_a_connection, test_hops_are_counted, test_each_finding_has_words,
    test_facts_are_added, test_the_drawing_fits, test_any_trace_is_judged)
