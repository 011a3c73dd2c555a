/* SPDX-License-Identifier: MIT */
#include "client/judge/path_quic.h"

#include <stdio.h>

#include "client/output/path_text.h"
#include "support/check_main.h"
#include "support/path_vectors.h"

/* plain, no SNI, another SNI, classical; no PQ signatures, GREASE, ECH; 1350, 1452, versions. */

START_TEST(test_nothing_in_between)
{
	EXPECT("+++..+..... .....+++ +++", OC_OK, FITS_VERSIONS, FITS_CLEAN);
	/* Another name may be rejected, and an unknown version ignored. */
	EXPECT("+aa..+..... .....+++ ++u", OC_OK, FITS_VERSIONS_SILENT, FITS_CLEAN);
	EXPECT("+....+..... .....+++ +++", OC_OK, FITS_VERSIONS, FITS_CLEAN, FITS_NO_SNI_TRIED);
	EXPECT("eee..e..... .....eee ee+", OC_CERT_EXPIRED, FITS_VERSIONS, FITS_CERTIFICATE);
	/* A path that reports its MTU does what it should. */
	EXPECT("+++..+..... .....+++ +m+", OC_OK, FITS_PATH_MTU, FITS_VERSIONS, FITS_CLEAN);
	ck_assert_int_eq(findings.list[0].variant, PATH_DATAGRAM_1452);
	EXPECT("+++..+..... .....+++ mm+", OC_OK, FITS_PATH_MTU, FITS_VERSIONS, FITS_CLEAN);
	ck_assert_int_eq(findings.list[0].variant, PATH_DATAGRAM_1350);
}
END_TEST

START_TEST(test_plain_fails)
{
	/* Silence is a time-out of connect, and "refused" is not about the ClientHello. */
	EXPECT("u++..u..... .....uuu uu+", OC_CONNECT_TIMEOUT, FITS_NAME, FITS_VERSIONS, FITS_WHERE,
	    FITS_TRY);
	EXPECT("u+u..u..... .....uuu uuu", OC_CONNECT_TIMEOUT, FITS_ANY_NAME, FITS_WHERE, FITS_TRY);
	EXPECT("uu+..u..... .....uuu uuu", OC_CONNECT_TIMEOUT, FITS_NAME_NOT_NONE, FITS_WHERE);
	EXPECT("uuu..+..... .....uuu uuu", OC_CONNECT_TIMEOUT, FITS_ONE_DATAGRAM, FITS_WHERE,
	    FITS_TRY);
	EXPECT("sss..s..... .....+ss ssu", OC_HANDSHAKE_TIMEOUT, FITS_PQ_SIGNATURES, FITS_WHERE,
	    FITS_TRY);
	EXPECT("uuu..u..... .....uuu u+u", OC_CONNECT_TIMEOUT, FITS_OTHER_HELPS, FITS_WHERE);
	EXPECT("uuu..u..... .....uuu uuu", OC_CONNECT_TIMEOUT, FITS_QUIC_NOTHING_HELPS, FITS_WHERE);
	EXPECT("aaa..a..... .....aaa aa+", OC_HANDSHAKE_ALERT, FITS_ALL_REFUSED, FITS_VERSIONS,
	    FITS_WHERE);
	EXPECT("nnn..n..... .....nnn nnn", OC_NOT_TLS, FITS_ALL_STRANGE, FITS_WHERE);
	EXPECT("m.......... ........ ...", OC_CONNECT_FAILED, FITS_QUIC_UNREACHED);
}
END_TEST

START_TEST(test_other_versions)
{
	path_vector_read("ppp..p..... .....ppp pp+");
	snprintf(results[PATH_PLAIN].versions, PATH_VERSIONS_MAX, "version 2");
	path_quic_conclude(results, &findings);
	ck_assert_int_eq(findings.list[0].what, FITS_NO_VERSION);
	ck_assert_uint_eq(findings.count, 2);
}
END_TEST

START_TEST(test_a_variant_fails)
{
	EXPECT("+uu..+..... .....+++ +++", OC_CONNECT_TIMEOUT, FITS_LIST, FITS_VERSIONS,
	    FITS_WHERE);
	EXPECT("+u+..+..... .....+++ +++", OC_CONNECT_TIMEOUT, FITS_NO_NAME, FITS_VERSIONS,
	    FITS_WHERE);
	EXPECT("++u..+..... .....+++ +++", OC_CONNECT_TIMEOUT, FITS_OTHER_NAME, FITS_VERSIONS,
	    FITS_WHERE);
	EXPECT("+++..u..... .....+++ +++", OC_CONNECT_TIMEOUT, FITS_CLASSICAL, FITS_VERSIONS,
	    FITS_WHERE);
	EXPECT("+++..+..... .....uuu +++", OC_CONNECT_TIMEOUT, FITS_NO_PQ_SIGNATURES, FITS_GREASE,
	    FITS_VERSIONS, FITS_WHERE);
	EXPECT("+++..+..... .....++u +++", OC_CONNECT_TIMEOUT, FITS_ECH, FITS_VERSIONS, FITS_WHERE);
	EXPECT("+++..+..... .....+++ +u+", OC_CONNECT_TIMEOUT, FITS_DATAGRAM, FITS_VERSIONS,
	    FITS_WHERE);
	ck_assert_int_eq(findings.list[0].variant, PATH_DATAGRAM_1452);
	EXPECT("+++..+..... .....+++ uu+", OC_CONNECT_TIMEOUT, FITS_DATAGRAM, FITS_VERSIONS,
	    FITS_WHERE);
	ck_assert_int_eq(findings.list[0].variant, PATH_DATAGRAM_1350);
	EXPECT("+++..+..... .....g++ +++", OC_GREETING_RESET, FITS_VERSIONS, FITS_ENDS_OTHERWISE,
	    FITS_WHERE);
}
END_TEST

START_TEST(test_no_conclusion)
{
	EXPECT("+++..+..... .....+++ uu!+", OC_CONNECT_TIMEOUT, FITS_UNSTEADY);
}
END_TEST

/* Only what a run over QUIC can send. */
START_TEST(test_words)
{
	const struct path_text_names names = { "svc.test", "example.com", false };
	char text[PATH_TEXT_MAX];

	path_vector_read("u++..+..... .....+++ u++");
	path_quic_conclude(results, &findings);
	path_text_write(&findings, findings.count - 1, results, &names, text);
	ck_assert_has(text, "--no-sni, --hello classical");
	path_vector_read("+++..+..... .....+++ +u+");
	path_quic_conclude(results, &findings);
	path_text_write(&findings, 0, results, &names, text);
	ck_assert_has(text, "of 1452 bytes gets no answer in time; in one of 1200");
	path_text_write(&findings, findings.count - 1, results, &names, text);
	ck_assert(!strstr(text, "--trace"));
}
END_TEST

CHECK_MAIN("path_quic", test_nothing_in_between, test_plain_fails, test_other_versions,
    test_a_variant_fails, test_no_conclusion, test_words)
