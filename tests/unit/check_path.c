/* SPDX-License-Identifier: MIT */
#include "client/judge/path.h"

#include <string.h>

#include "client/output/path_text.h"
#include "support/check_main.h"
#include "support/path_vectors.h"

START_TEST(test_what_is_answered_is_no_middlebox)
{
	EXPECT("+++++.+++..", OC_OK, FITS_CLEAN);
	EXPECT("++++++.++..", OC_OK, FITS_CLEAN);
	/* Another certificate for another name, or a refusal of it, is an answer. */
	EXPECT("+cc++.+++..", OC_OK, FITS_CLEAN);
	EXPECT("+aa++.+++..", OC_OK, FITS_CLEAN);
	EXPECT("+++++.++p..", OC_OK, FITS_CLEAN);
	EXPECT("+++++a.++..", OC_OK, FITS_CLEAN);
	EXPECT("+++++.+++a.", OC_OK, FITS_CLEAN);
	/* What is wrong with all of them is not about the path. */
	EXPECT("eeeee.eee..", OC_CERT_EXPIRED, FITS_CERTIFICATE);
	EXPECT("ccccc.ccc..", OC_CERT_WRONG_NAME, FITS_CERTIFICATE);
	EXPECT("qqqqq.qqq..", OC_CLIENT_CERT_REQUIRED, FITS_CLEAN);
	/* An IP address is asked for without SNI. */
	EXPECT("+..++.+++..", OC_OK, FITS_CLEAN, FITS_NO_SNI_TRIED);
	/* A variant that this machine could not try says nothing. */
	EXPECT("+++++.++i..", OC_OK, FITS_CLEAN);
}
END_TEST

START_TEST(test_one_version_is_no_middlebox)
{
	EXPECT("++++p.+++..", OC_OK, FITS_ONLY12, FITS_CLEAN);
	EXPECT("++++a.+++..", OC_OK, FITS_ONLY12, FITS_CLEAN);
	EXPECT("+++p+.+++..", OC_OK, FITS_ONLY13, FITS_CLEAN);
}
END_TEST

START_TEST(test_nothing_is_known_without_a_connection)
{
	EXPECT("u..........", OC_CONNECT_TIMEOUT, FITS_UNREACHED);
	EXPECT("d..........", OC_PROXY_DENIED, FITS_UNREACHED);
	EXPECT("ddddd.ddd..", OC_PROXY_DENIED, FITS_UNREACHED);
	EXPECT("t..........", OC_STARTTLS_REFUSED, FITS_NOT_READY);
	EXPECT("ttttt.ttt..", OC_STARTTLS_REFUSED, FITS_NOT_READY);
	EXPECT("bbbbb.bbb..", OC_STARTTLS_FAILED, FITS_ALL_STRANGE, FITS_WHERE);
	EXPECT("+++++.+t+..", OC_STARTTLS_REFUSED, FITS_NO_CONNECTION, FITS_WHERE);
	path_vector_read("i..........");
	path_judge(results, &findings);
	ck_assert_uint_eq(findings.count, 0);
	ck_assert_int_eq(path_judge_verdict(results), OC_INTERNAL);
}
END_TEST

START_TEST(test_the_name_is_disliked)
{
	EXPECT("r++rr.rrr..", OC_HANDSHAKE_RESET, FITS_NAME, FITS_WHERE, FITS_TRY);
	EXPECT("s++sss.ss..", OC_HANDSHAKE_TIMEOUT, FITS_NAME, FITS_WHERE, FITS_TRY);
	/* For no name another certificate comes: that is an answer all the same. */
	EXPECT("rccrr.rrr..", OC_HANDSHAKE_RESET, FITS_NAME, FITS_WHERE, FITS_TRY);
	EXPECT("r+rrr.rrr..", OC_HANDSHAKE_RESET, FITS_ANY_NAME, FITS_WHERE, FITS_TRY);
	EXPECT("rr+rr.rrr..", OC_HANDSHAKE_RESET, FITS_NAME_NOT_NONE, FITS_WHERE);
	/* A refusal is not what saves a name. */
	EXPECT("raarr.rrr..", OC_HANDSHAKE_RESET, FITS_NOTHING_HELPS, FITS_WHERE);
	/* A server that knows other names only refuses by an alert. */
	EXPECT("a++aa.aaa..", OC_HANDSHAKE_ALERT, FITS_NAME, FITS_WHERE, FITS_TRY);
	/* The filter can be got round. */
	EXPECT("r++rr.r+r..", OC_HANDSHAKE_RESET, FITS_NAME, FITS_ONE_PACKET, FITS_WHERE, FITS_TRY);
	EXPECT("r++rr.++r..", OC_HANDSHAKE_RESET, FITS_NAME, FITS_ONE_PACKET, FITS_SHORT,
	    FITS_WHERE, FITS_TRY);
}
END_TEST

START_TEST(test_only_some_names_pass)
{
	EXPECT("+rr++.+++..", OC_HANDSHAKE_RESET, FITS_LIST, FITS_WHERE);
	EXPECT("+x+++.+++..", OC_HANDSHAKE_CLOSED, FITS_NO_NAME, FITS_WHERE);
	EXPECT("++s++.+++..", OC_HANDSHAKE_TIMEOUT, FITS_OTHER_NAME, FITS_WHERE);
	EXPECT("+ar++.+++..", OC_HANDSHAKE_RESET, FITS_OTHER_NAME, FITS_WHERE);
}
END_TEST

START_TEST(test_a_version_is_disliked)
{
	EXPECT("rrr+r.rrr..", OC_HANDSHAKE_RESET, FITS_OFFER13, FITS_WHERE, FITS_TRY);
	EXPECT("sss+ss.ss..", OC_HANDSHAKE_TIMEOUT, FITS_OFFER13, FITS_WHERE, FITS_TRY);
	EXPECT("rrrr+.rrr..", OC_HANDSHAKE_RESET, FITS_OFFER12, FITS_WHERE, FITS_TRY);
	EXPECT("+++r+.+++..", OC_HANDSHAKE_RESET, FITS_12, FITS_WHERE);
	EXPECT("++++x.+++..", OC_HANDSHAKE_CLOSED, FITS_13, FITS_WHERE);
}
END_TEST

START_TEST(test_the_size_is_disliked)
{
	/* The library has no ML-KEM: the plain one is small. */
	EXPECT("+++++.s++..", OC_HANDSHAKE_TIMEOUT, FITS_BIG, FITS_WHERE);
	EXPECT("+++++.a++..", OC_HANDSHAKE_ALERT, FITS_BIG, FITS_WHERE);
	/* It has: all but two are long, and that for 1.2 alone is no second reason. */
	EXPECT("sss+s+.ss..", OC_HANDSHAKE_TIMEOUT, FITS_SIZE, FITS_WHERE, FITS_TRY);
	EXPECT("+++++r.++..", OC_HANDSHAKE_RESET, FITS_CLASSICAL, FITS_WHERE);
}
END_TEST

START_TEST(test_the_segments_are_disliked)
{
	EXPECT("+++++.+r+..", OC_HANDSHAKE_RESET, FITS_SPLIT, FITS_WHERE);
	EXPECT("++++++.n+..", OC_NOT_TLS, FITS_SPLIT, FITS_WHERE);
	EXPECT("+++++.+a+..", OC_HANDSHAKE_ALERT, FITS_SPLIT, FITS_WHERE);
	EXPECT("+++++.ss+..", OC_HANDSHAKE_TIMEOUT, FITS_SEGMENTS, FITS_WHERE);
	EXPECT("rrrrr.r+r..", OC_HANDSHAKE_RESET, FITS_ONE_PACKET, FITS_WHERE, FITS_TRY);
	EXPECT("rrrrr.+rr..", OC_HANDSHAKE_RESET, FITS_SHORT, FITS_WHERE, FITS_TRY);
}
END_TEST

START_TEST(test_the_protocol_is_disliked)
{
	EXPECT("+++++.++r..", OC_HANDSHAKE_RESET, FITS_ALPN, FITS_WHERE);
	EXPECT("+++++.++.x.", OC_HANDSHAKE_CLOSED, FITS_NO_ALPN, FITS_WHERE);
	EXPECT("rrrrr.rr+..", OC_HANDSHAKE_RESET, FITS_ALPN_WANTED, FITS_WHERE, FITS_TRY);
	EXPECT("ppppp.pp.+.", OC_HANDSHAKE_PARAMETERS, FITS_ALPN_DISLIKED, FITS_WHERE);
}
END_TEST

START_TEST(test_the_header)
{
	EXPECT("+++++.+++.x", OC_OK, FITS_HEADER_NEEDED, FITS_CLEAN);
	EXPECT("+++++.+++.n", OC_OK, FITS_HEADER_NEEDED, FITS_CLEAN);
	EXPECT("+++++.+++.+", OC_OK, FITS_HEADER_EITHER, FITS_CLEAN);
	EXPECT("aaaaa.aaa.+", OC_HANDSHAKE_ALERT, FITS_HEADER_DISLIKED, FITS_WHERE);
	/* Not even a connection: that has nothing to do with the header. */
	EXPECT("+++++.+++.u", OC_CONNECT_TIMEOUT, FITS_NO_CONNECTION, FITS_WHERE);
}
END_TEST

START_TEST(test_all_fail_alike)
{
	EXPECT("sssss.sss..", OC_HANDSHAKE_TIMEOUT, FITS_NOTHING_HELPS, FITS_WHERE);
	EXPECT("r..rr.rrr..", OC_HANDSHAKE_RESET, FITS_NOTHING_HELPS, FITS_NO_SNI_TRIED,
	    FITS_WHERE);
	EXPECT("xsrxs.xxx..", OC_HANDSHAKE_CLOSED, FITS_NOTHING_HELPS, FITS_WHERE);
	EXPECT("aaaaa.aaa..", OC_HANDSHAKE_ALERT, FITS_ALL_REFUSED, FITS_WHERE);
	EXPECT("nnnnn.nnn..", OC_NOT_TLS, FITS_ALL_STRANGE, FITS_WHERE);
	EXPECT("fffff.fff..", OC_HANDSHAKE_FAILED, FITS_ALL_STRANGE, FITS_WHERE);
}
END_TEST

/* Each differs from the plain one in one thing, so each is a finding of its own. */
START_TEST(test_several_habits_are_told_one_by_one)
{
	EXPECT("+rr+r.+rs..", OC_HANDSHAKE_RESET, FITS_LIST, FITS_SPLIT, FITS_13, FITS_ALPN,
	    FITS_WHERE);
	EXPECT("s++++.sss..", OC_HANDSHAKE_TIMEOUT, FITS_NAME, FITS_OFFER13, FITS_OFFER12,
	    FITS_WHERE, FITS_TRY);
}
END_TEST

START_TEST(test_what_is_not_steady_proves_nothing)
{
	EXPECT("+++++.+r!+..", OC_HANDSHAKE_RESET, FITS_UNSTEADY);
	ck_assert_int_eq(findings.list[0].variant, PATH_SPLIT);
	EXPECT("s!++ss.sss..", OC_HANDSHAKE_TIMEOUT, FITS_UNSTEADY);
	EXPECT("+++++.+u+..", OC_CONNECT_TIMEOUT, FITS_NO_CONNECTION, FITS_WHERE);
	ck_assert_int_eq(findings.list[0].variant, PATH_SPLIT);
}
END_TEST

START_TEST(test_a_later_end_is_compared)
{
	EXPECT("+++++.g++..", OC_GREETING_RESET, FITS_ENDS_OTHERWISE, FITS_WHERE);
	ck_assert_int_eq(findings.list[0].variant, PATH_BIG);
	EXPECT("+++e+.+++..", OC_CERT_EXPIRED, FITS_ENDS_OTHERWISE, FITS_WHERE);
	EXPECT("eee+e.eee..", OC_CERT_EXPIRED, FITS_ENDS_OTHERWISE, FITS_WHERE);
	/* By HTTP, or for another name, something else may be said. */
	EXPECT("+gg++.++g..", OC_OK, FITS_CLEAN);
}
END_TEST

START_TEST(test_certificates_are_compared)
{
	path_vector_read("+++++.+++..");
	for (int v = 0; v < PATH_VARIANTS; v++)
		results[v].leaf[0] = results[v].ran ? 'a' : '\0';
	results[PATH_NO_SNI].leaf[0] = results[PATH_OTHER_SNI].leaf[0] = 'b';
	results[PATH_SPLIT].leaf[0] = '\0';
	path_judge(results, &findings);
	ck_assert_uint_eq(findings.count, 1);
	results[PATH_TLS12].leaf[0] = 'b';
	path_judge(results, &findings);
	ck_assert_uint_eq(findings.count, 2);
	ck_assert_int_eq(findings.list[0].what, FITS_ANOTHER_CERT);
	ck_assert_int_eq(findings.list[0].variant, PATH_TLS12);
}
END_TEST

/* The most frequent failure, on a tie the smaller status; what may fail does not count. */
START_TEST(test_the_verdict)
{
	static const struct {
		const char *vector;
		enum outcome_code verdict;
	} table[] = {
		{ "+ss++.+rr..", OC_HANDSHAKE_TIMEOUT },
		{ "+sr++.+++..", OC_HANDSHAKE_TIMEOUT },
		{ "+sr++.+r+..", OC_HANDSHAKE_RESET },
		{ "+xr++.+u+..", OC_CONNECT_TIMEOUT },
		{ "+a+++.+++..", OC_OK },
		{ "essss.sss..", OC_CERT_EXPIRED },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		path_vector_read(table[i].vector);
		ck_assert_msg(path_judge_verdict(results) == table[i].verdict, "%s: %s",
		    table[i].vector, outcome_name(path_judge_verdict(results)));
	}
}
END_TEST

/* There is room for what is found, and the plain one decides what kind it is. */
START_TEST(test_any_vector_is_judged)
{
	enum { TIMES = 200000 };
	unsigned seed = 1;

	for (int n = 0; n < TIMES; n++) {
		bool clean = false, where = false;

		memset(results, 0, sizeof results);
		for (int v = 0; v < PATH_VARIANTS; v++) {
			seed = seed * 1103515245 + 12345;
			results[v].ran = v == PATH_PLAIN || (seed >> 16) % 8 != 0;
			results[v].code =
			    path_vector_letters[(seed >> 20) % path_vector_letter_count].code;
			results[v].unsteady = (seed >> 12) % 64 == 0;
			results[v].idle = v == PATH_RETRY && (seed >> 13) % 2 == 0;
		}
		path_judge(results, &findings);
		ck_assert_uint_le(findings.count, sizeof findings.list / sizeof findings.list[0]);
		for (size_t i = 0; i < findings.count; i++) {
			clean |= findings.list[i].what == FITS_CLEAN;
			where |= findings.list[i].what == FITS_WHERE;
			ck_assert(results[findings.list[i].variant].ran);
		}
		ck_assert(!(clean && where));
		ck_assert(!clean || results[PATH_PLAIN].code == OC_OK ||
		    path_judge_answer(results[PATH_PLAIN].code) == PATH_LATER);
		ck_assert(path_judge_verdict(results) == OC_OK || !clean ||
		    path_judge_verdict(results) == results[PATH_PLAIN].code);
	}
}
END_TEST

START_TEST(test_each_finding_has_words)
{
	const struct path_text_names names = { "svc.test", "example.com", true };
	char text[PATH_TEXT_MAX];

	path_vector_read("r++rrr+rr.x +.......");
	results[PATH_BIG].hello = 1452;
	for (int what = 0; what < FITS_COUNT; what++) {
		findings.count = 1;
		findings.list[0].what = (enum path_finding)what;
		findings.list[0].variant = PATH_PLAIN;
		path_text_write(&findings, 0, results, &names, text);
		ck_assert_msg(strlen(text) > 40, "finding %d has no words", what);
		ck_assert_msg(!strpbrk(text, "{}"), "a brace is left: %s", text);
		ck_assert_msg(text[strlen(text) - 1] == '.', "no whole sentence: %s", text);
		ck_assert_ptr_nonnull(path_text_finding((enum path_finding)what));
		for (int other = 0; other < what; other++)
			ck_assert_str_ne(path_text_finding((enum path_finding)what),
			    path_text_finding((enum path_finding)other));
	}
	for (int v = 0; v < PATH_VARIANTS; v++)
		ck_assert_uint_gt(strlen(path_text_label((enum path_variant)v)), 0);
	findings.list[0].what = FITS_NAME;
	path_text_write(&findings, 0, results, &names, text);
	ck_assert_str_eq(text,
	    "A ClientHello for \"svc.test\" is rejected with a reset; for \"example.com\" and "
	    "without SNI it is answered. An SNI filter that blocks this name does this.");
	findings.list[0].what = FITS_SHORT;
	path_text_write(&findings, 0, results, &names, text);
	ck_assert_has(text, "of 1452 bytes is answered; the plain one is rejected with a reset.");
}
END_TEST

/* It traces what fails, and is no advice where it cannot do that. */
START_TEST(test_where_to_trace)
{
	struct path_text_names names = { "svc.test", "example.com", true };
	char text[PATH_TEXT_MAX];

	EXPECT("r++rr.rrr..", OC_HANDSHAKE_RESET, FITS_NAME, FITS_WHERE, FITS_TRY);
	path_text_write(&findings, 1, results, &names, text);
	ck_assert_has(text, "of it. --trace finds the hop at which it ends. Run");
	EXPECT("+++++.+++.. r.......", OC_HANDSHAKE_RESET, FITS_RECORDS, FITS_WHERE);
	path_text_write(&findings, 1, results, &names, text);
	ck_assert_has(text, "of it. --trace --hello records finds the hop at which it ends. Run");
	/* No option sends another name. */
	EXPECT("++r++.+++..", OC_HANDSHAKE_RESET, FITS_OTHER_NAME, FITS_WHERE);
	path_text_write(&findings, 1, results, &names, text);
	ck_assert_has(text, "of it. Run");
	names.traceable = false;
	EXPECT("r++rr.rrr..", OC_HANDSHAKE_RESET, FITS_NAME, FITS_WHERE, FITS_TRY);
	path_text_write(&findings, 1, results, &names, text);
	ck_assert_has(text, "of it. Run");
}
END_TEST

CHECK_MAIN("path", test_what_is_answered_is_no_middlebox, test_one_version_is_no_middlebox,
    test_where_to_trace, test_nothing_is_known_without_a_connection, test_the_name_is_disliked,
    test_only_some_names_pass, test_a_version_is_disliked, test_the_size_is_disliked,
    test_the_segments_are_disliked, test_the_protocol_is_disliked, test_the_header,
    test_all_fail_alike, test_several_habits_are_told_one_by_one,
    test_what_is_not_steady_proves_nothing, test_a_later_end_is_compared,
    test_certificates_are_compared, test_the_verdict, test_any_vector_is_judged,
    test_each_finding_has_words)
