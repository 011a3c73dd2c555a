/* SPDX-License-Identifier: MIT */
#include "client/judge/path.h"

#include <string.h>

#include "client/output/path_text.h"
#include "support/check_main.h"
#include "support/path_vectors.h"

/*
 * Records, segments, sizes, and unknown extensions: tests/support/path_vectors.h describes the
 * vectors. The library of a vector with a big one lacks hybrids; the one of a vector with a
 * classical one has them, so its plain ClientHello is long.
 */

START_TEST(test_all_shapes_pass)
{
	EXPECT("+++++.+++.. +++...++", OC_OK, FITS_CLEAN);
	EXPECT("++++++.++.. ++.+++++", OC_OK, FITS_CLEAN);
	/* A server may insist on post-quantum key exchange or signatures. */
	EXPECT("+++++a.++.. ++.a+p++", OC_OK, FITS_CLEAN);
}
END_TEST

START_TEST(test_only_the_first_record_is_read)
{
	EXPECT("+++++.+++.. x++...++", OC_HANDSHAKE_CLOSED, FITS_RECORDS, FITS_WHERE);
	EXPECT("+++++.+++.. a++...++", OC_HANDSHAKE_ALERT, FITS_RECORDS, FITS_WHERE);
	EXPECT("++++++.++.. s+.+++++", OC_HANDSHAKE_TIMEOUT, FITS_RECORDS, FITS_WHERE);
	/* A filter for names that stops there can be got round. */
	EXPECT("r++rr.rrr.. +rr...rr", OC_HANDSHAKE_RESET, FITS_NAME, FITS_ONE_RECORD, FITS_WHERE,
	    FITS_TRY);
	/* What reads one segment reads one record. */
	EXPECT("+++++.+r+.. r++...++", OC_HANDSHAKE_RESET, FITS_SPLIT, FITS_RECORDS, FITS_WHERE);
}
END_TEST

START_TEST(test_only_the_first_segment_is_read)
{
	EXPECT("+++++.rr+.. +rr...++", OC_HANDSHAKE_RESET, FITS_SEGMENTS, FITS_SMALL, FITS_WHERE);
	/* The plain one needs two segments. */
	EXPECT("rrr+r+.rr.. rr.rrrrr", OC_HANDSHAKE_RESET, FITS_FIRST_SEGMENT, FITS_WHERE,
	    FITS_TRY);
	EXPECT("rrr+r+.rr.. rr.r+rrr", OC_HANDSHAKE_RESET, FITS_FIRST_SEGMENT, FITS_WHERE,
	    FITS_TRY);
	/* It needs one, as on a loopback. */
	EXPECT("++++++.r+.. +r.r+++.", OC_HANDSHAKE_RESET, FITS_SPLIT, FITS_SMALL, FITS_WHERE);
	path_vector_read("++++++.r+.. +r.r+++.");
	results[PATH_SMALL].hello = 1510;
	path_judge(results, &findings);
	ck_assert_uint_eq(findings.count, 2);
	ck_assert_int_eq(findings.list[0].what, FITS_SPLIT);
	EXPECT("++++++.++.. ++.r++++", OC_HANDSHAKE_RESET, FITS_SPLIT, FITS_WHERE);
	ck_assert_int_eq(findings.list[0].variant, PATH_CLASSICAL_SPLIT);
	/* Classical key exchange is rejected, in whatever segments. */
	EXPECT("+++++a.++.. ++.r++++", OC_HANDSHAKE_RESET, FITS_SPLIT, FITS_WHERE);
}
END_TEST

START_TEST(test_one_flight_is_limited)
{
	EXPECT("sss+s+.ss.. ss.++sss", OC_HANDSHAKE_TIMEOUT, FITS_FIRST_FLIGHT, FITS_WHERE,
	    FITS_TRY);
	/* Also the second ClientHello fails, or there is none. */
	EXPECT("sss+s+.ss.. ss.+ssss", OC_HANDSHAKE_TIMEOUT, FITS_SIZE, FITS_WHERE, FITS_TRY);
	EXPECT("sss+s+.ss.. ss.+-sss", OC_HANDSHAKE_TIMEOUT, FITS_SIZE, FITS_NO_RETRY, FITS_WHERE,
	    FITS_TRY);
}
END_TEST

START_TEST(test_a_black_hole)
{
	/* The answer is lost: nothing else passes. */
	EXPECT("sssss.sss.. s++...ss", OC_HANDSHAKE_TIMEOUT, FITS_HOLE, FITS_WHERE, FITS_TRY);
	EXPECT("ssssss.ss.. s+.sssss", OC_HANDSHAKE_TIMEOUT, FITS_HOLE, FITS_WHERE, FITS_TRY);
	/* That of TLS 1.2 is shorter, and may pass. */
	EXPECT("sss+s.sss.. s++...ss", OC_HANDSHAKE_TIMEOUT, FITS_HOLE, FITS_WHERE, FITS_TRY);
	path_vector_read("sss+ss.ss.. s+.sssss");
	results[PATH_SMALL].hello = 1510;
	path_judge(results, &findings);
	ck_assert_int_eq(findings.list[0].what, FITS_OFFER13);
	ck_assert_int_eq(findings.list[1].what, FITS_PACKETS);
	/* The ClientHello is lost: short ones pass, too. */
	EXPECT("sss+s+.ss.. s+.++sss", OC_HANDSHAKE_TIMEOUT, FITS_HOLE, FITS_WHERE, FITS_TRY);
	EXPECT("+++++.s++.. +++...++", OC_HANDSHAKE_TIMEOUT, FITS_BIG_HOLE, FITS_WHERE);
	EXPECT("+++++.s++.. ++s...++", OC_HANDSHAKE_TIMEOUT, FITS_BIG, FITS_WHERE);
	/* Another one as long is answered, or the plain one is answered with a reset. */
	EXPECT("s++sss.ss.. s+.sssss", OC_HANDSHAKE_TIMEOUT, FITS_NAME, FITS_PACKETS, FITS_WHERE,
	    FITS_TRY);
	EXPECT("sssss.sss.. +++...ss", OC_HANDSHAKE_TIMEOUT, FITS_PACKETS, FITS_ONE_RECORD,
	    FITS_WHERE, FITS_TRY);
	EXPECT("rrrrr.rrr.. r++...rr", OC_HANDSHAKE_RESET, FITS_PACKETS, FITS_WHERE, FITS_TRY);
	EXPECT("+++++.r++.. +++...++", OC_HANDSHAKE_RESET, FITS_BIG_PACKETS, FITS_WHERE);
}
END_TEST

START_TEST(test_small_segments_fail)
{
	EXPECT("+++++.+++.. +sr...++", OC_HANDSHAKE_TIMEOUT, FITS_SMALL, FITS_WHERE);
	ck_assert_int_eq(findings.list[0].variant, PATH_SMALL);
	EXPECT("+++++.+++.. ++r...++", OC_HANDSHAKE_RESET, FITS_SMALL, FITS_WHERE);
	ck_assert_int_eq(findings.list[0].variant, PATH_BIG_SMALL);
}
END_TEST

START_TEST(test_the_retry)
{
	EXPECT("++++++.++.. ++.+r+++", OC_HANDSHAKE_RESET, FITS_RETRY_FIRST, FITS_WHERE);
	path_vector_read("++++++.++.. ++.+r+++");
	results[PATH_RETRY].second = 1436;
	path_judge(results, &findings);
	ck_assert_int_eq(findings.list[0].what, FITS_RETRY_SECOND);
	/* Nothing was tried, so nothing can differ. */
	EXPECT("++++++.++.. ++.+-+++", OC_OK, FITS_NO_HYBRID, FITS_CLEAN);
	path_vector_read("++++++.++.. ++.+-+++");
	results[PATH_PLAIN].hybrid = true;
	path_judge(results, &findings);
	ck_assert_int_eq(findings.list[0].what, FITS_NO_RETRY);
	EXPECT("rrrrrr.rr.. rr.r-rrr", OC_HANDSHAKE_RESET, FITS_NOTHING_HELPS, FITS_NO_RETRY,
	    FITS_WHERE);
}
END_TEST

START_TEST(test_signatures)
{
	EXPECT("++++++.++.. ++.++r++", OC_HANDSHAKE_RESET, FITS_NO_PQ_SIGNATURES, FITS_WHERE);
	EXPECT("rrrrrr.rr.. rr.rr+rr", OC_HANDSHAKE_RESET, FITS_PQ_SIGNATURES, FITS_WHERE,
	    FITS_TRY);
}
END_TEST

START_TEST(test_unknown_extensions)
{
	/* The long one has such an extension as well. */
	EXPECT("+++++.r++.. ++r...rr", OC_HANDSHAKE_RESET, FITS_GREASE, FITS_WHERE);
	EXPECT("+++++.+++.. +++...r+", OC_HANDSHAKE_RESET, FITS_GREASE, FITS_WHERE);
	EXPECT("+++++.+++.. +++...+r", OC_HANDSHAKE_RESET, FITS_ECH, FITS_WHERE);
	EXPECT("++++++.++.. ++.+++rr", OC_HANDSHAKE_RESET, FITS_GREASE, FITS_WHERE);
	/* It may be too long rather than unwelcome. */
	EXPECT("+++++.r++.. ++r...+r", OC_HANDSHAKE_RESET, FITS_BIG, FITS_WHERE);
}
END_TEST

/* "No variant does better" has to be true. */
START_TEST(test_any_that_passes_is_named)
{
	char vector[] = "rrrrr.rrr.. rrrrrrrr";

	for (int v = PATH_RECORDS; v <= PATH_ECH; v++) {
		memset(vector + 12, 'r', strlen(vector + 12));
		vector[12 + v - PATH_RECORDS] = '+';
		path_vector_read(vector);
		path_judge(results, &findings);
		ck_assert_uint_ge(findings.count, 2);
		ck_assert_int_ne(findings.list[0].what, FITS_NOTHING_HELPS);
	}
	EXPECT("rrrrr.rrr.. rrr...r+", OC_HANDSHAKE_RESET, FITS_OTHER_HELPS, FITS_WHERE, FITS_TRY);
	ck_assert_int_eq(findings.list[0].variant, PATH_ECH);
}
END_TEST

/* FITS_TRY appears if and only if there is an option to name. */
START_TEST(test_remedies_are_options)
{
	const struct path_text_names names = { "svc.test", "example.com", true };
	char text[PATH_TEXT_MAX];

	for (int v = PATH_PLAIN + 1; v <= PATH_ECH; v++) {
		const char *option = path_text_option((enum path_variant)v);
		size_t last;

		path_vector_read("rrrrr.rrr.. rrr...rr");
		results[v] = (struct path_result){ .ran = true, .code = OC_OK };
		path_judge(results, &findings);
		last = findings.count - 1;
		ck_assert_int_eq(findings.list[last].what == FITS_TRY, option != NULL);
		if (!option)
			continue;
		path_text_write(&findings, last, results, &names, text);
		ck_assert_has(text, option);
	}
	EXPECT("rrr+r.r+r.. rrr...rr", OC_HANDSHAKE_RESET, FITS_OFFER13, FITS_ONE_PACKET,
	    FITS_WHERE, FITS_TRY);
	path_text_write(&findings, 3, results, &names, text);
	ck_assert_str_eq(text,
	    "These options send a ClientHello that is answered, in any run: "
	    "--tls-max 1.2, --hello two-segments.");
}
END_TEST

CHECK_MAIN("path_shapes", test_all_shapes_pass, test_only_the_first_record_is_read,
    test_only_the_first_segment_is_read, test_one_flight_is_limited, test_a_black_hole,
    test_small_segments_fail, test_the_retry, test_signatures, test_unknown_extensions,
    test_any_that_passes_is_named, test_remedies_are_options)
