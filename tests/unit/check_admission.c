/* SPDX-License-Identifier: MIT */
#include "client/judge/admission.h"

#include <stdio.h>
#include <string.h>

#include "support/check_main.h"

/* ---- one client -------------------------------------------------------------------------- */

#define ASKED .offers = true, .requested = true, .sent = true
#define NONE .requested = true

static const struct {
	struct admission_evidence seen;
	unsigned reference;
	enum admission_did did;
} looks[] = {
	/* A handshake alone, or silence, proves nothing. */
	{ { ASKED, .code = OC_OK, .unproven = true }, 0, ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_GREETING_TIMEOUT }, 0, ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_HANDSHAKE_TIMEOUT }, 0, ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_GREETING_MISMATCH, .heard = true }, 0, ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_GREETING_TRUNCATED, .heard = true }, 0, ADMISSION_NOT_PROVEN },
	/* An answer does. */
	{ { ASKED, .code = OC_OK, .heard = true }, 0, ADMISSION_LET_IN },
	{ { NONE, .code = OC_OK, .heard = true }, 0, ADMISSION_LET_IN },
	{ { .offers = true, .code = OC_OK }, 0, ADMISSION_NOT_ASKED },
	{ { .code = OC_OK, .http_status = 200 }, 0, ADMISSION_NOT_ASKED },
	/* Before any data, the end of the connection is a refusal. */
	{ { ASKED, .code = OC_CLIENT_CERT_REFUSED }, 0, ADMISSION_REFUSED },
	{ { NONE, .code = OC_CLIENT_CERT_REQUIRED }, 0, ADMISSION_REFUSED },
	{ { ASKED, .code = OC_HANDSHAKE_ALERT }, 0, ADMISSION_REFUSED },
	{ { ASKED, .code = OC_HANDSHAKE_CLOSED }, 0, ADMISSION_REFUSED },
	{ { ASKED, .code = OC_HANDSHAKE_RESET }, 0, ADMISSION_REFUSED },
	{ { ASKED, .code = OC_HANDSHAKE_PARAMETERS }, 0, ADMISSION_REFUSED },
	{ { ASKED, .code = OC_GREETING_RESET }, 0, ADMISSION_REFUSED },
	{ { ASKED, .code = OC_GREETING_EMPTY }, 0, ADMISSION_REFUSED },
	{ { ASKED, .code = OC_GREETING_TRUNCATED }, 0, ADMISSION_REFUSED },
	/* If no certificate was requested, it cannot be about ours. */
	{ { .offers = true, .code = OC_HANDSHAKE_ALERT }, 0, ADMISSION_NO_CONNECTION },
	{ { .offers = true, .code = OC_HANDSHAKE_RESET }, 0, ADMISSION_NO_CONNECTION },
	{ { .offers = true, .code = OC_CONNECT_REFUSED }, 0, ADMISSION_NO_CONNECTION },
	{ { ASKED, .code = OC_CERT_UNKNOWN_CA }, 0, ADMISSION_NO_CONNECTION },
	/* Requested, but the server takes no such key. */
	{ { .offers = true, .requested = true, .code = OC_OK, .heard = true }, 0,
	    ADMISSION_NOT_SENT },
	{ { .offers = true, .requested = true, .code = OC_GREETING_TIMEOUT }, 0,
	    ADMISSION_NOT_SENT },
	/* Data before a refusal is no answer. */
	{ { ASKED, .code = OC_CLIENT_CERT_REFUSED, .heard = true }, 0, ADMISSION_REFUSED },
	{ { ASKED, .code = OC_GREETING_TIMEOUT, .heard = true }, 0, ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_GREETING_TOO_LONG, .heard = true }, 0, ADMISSION_NOT_PROVEN },
	/* An answer that may be older than our certificate proves nothing, whatever its status. */
	{ { ASKED, .code = OC_OK, .heard = true, .unproven = true }, 0, ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_OK, .heard = true, .unproven = true, .http_status = 200 }, 0,
	    ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_OK, .heard = true, .unproven = true, .http_status = 200 }, 200,
	    ADMISSION_NOT_PROVEN },
	/* A server that asks later, for a part of its site, has not judged any certificate. */
	{ { .offers = true, .code = OC_CLIENT_CERT_REQUIRED, .heard = true, .http_status = 403 }, 0,
	    ADMISSION_NO_CONNECTION },
	/* A denial is for the certificate if the good client got more. */
	{ { ASKED, .code = OC_OK, .heard = true, .denied = true }, 0, ADMISSION_NOT_PROVEN },
	{ { NONE, .code = OC_OK, .heard = true, .denied = true }, 0, ADMISSION_NOT_PROVEN },
	{ { NONE, .code = OC_OK, .heard = true, .denied = true, .good_is_in = true }, 0,
	    ADMISSION_REFUSED },
	{ { NONE, .code = OC_OK, .heard = true, .denied = true, .good_is_in = true,
	      .unproven = true }, 0, ADMISSION_NOT_PROVEN },
	{ { NONE, .code = OC_OK, .heard = true, .good_is_in = true }, 0, ADMISSION_LET_IN },
	{ { .offers = true, .code = OC_OK, .denied = true }, 0, ADMISSION_NOT_ASKED },
	/* HTTP, for the good client itself. */
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 200 }, 0, ADMISSION_LET_IN },
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 404 }, 0, ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 404, .expected = true }, 0,
	    ADMISSION_LET_IN },
	{ { ASKED, .code = OC_GREETING_MISMATCH, .heard = true, .http_status = 503 }, 0,
	    ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 400 }, 0, ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 403 }, 0, ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 302 }, 0, ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 302, .expected = true }, 0,
	    ADMISSION_LET_IN },
	{ { ASKED, .code = OC_CLIENT_CERT_REFUSED, .heard = true, .http_status = 400 }, 0,
	    ADMISSION_REFUSED },
	/* Beside a good client that got 200, or 404. */
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 200 }, 200, ADMISSION_LET_IN },
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 404 }, 404, ADMISSION_LET_IN },
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 302 }, 302, ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 403 }, 200, ADMISSION_REFUSED },
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 401 }, 404, ADMISSION_REFUSED },
	{ { ASKED, .code = OC_OK, .heard = true, .http_status = 302 }, 200,
	    ADMISSION_NOT_PROVEN },
	{ { ASKED, .code = OC_GREETING_MISMATCH, .heard = true, .http_status = 502 }, 200,
	    ADMISSION_NOT_PROVEN },
};

START_TEST(test_look)
{
	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
		ck_assert_msg(admission_look(&looks[i].seen, looks[i].reference) == looks[i].did,
		    "row %zu: %d", i, admission_look(&looks[i].seen, looks[i].reference));
}
END_TEST

/* ---- all of them ------------------------------------------------------------------------- */

/* A vector has a letter for each of these clients, in this order. */
static const struct admission_trial zoo[] = {
	{ .name = "client-good", .should = ADMISSION_ACCEPT },
	{ .name = "client-none", .should = ADMISSION_REFUSE },
	{ .name = "client-unknown-root", .should = ADMISSION_REFUSE },
	{ .name = "client-expired", .should = ADMISSION_REFUSE },
	{ .name = "client-revoked", .should = ADMISSION_REFUSE },
	{ .name = "client-ca", .should = ADMISSION_EITHER },
};

enum { CLIENTS = sizeof zoo / sizeof zoo[0] };

static enum admission_did letter(char c)
{
	switch (c) {
	case '+':
		return ADMISSION_LET_IN;
	case '-':
		return ADMISSION_REFUSED;
	case '?':
		return ADMISSION_NOT_PROVEN;
	case 'n':
		return ADMISSION_NOT_ASKED;
	case 's':
		return ADMISSION_NOT_SENT;
	case 'x':
		return ADMISSION_NO_CONNECTION;
	default:
		ck_assert_int_eq(c, '.');
		return ADMISSION_UNTRIED;
	}
}

#define BIT(finding) (1u << ADMISSION_FITS_##finding)

static const struct {
	const char *did;
	enum outcome_code code;
	unsigned fits; /* BIT of each finding */
	unsigned open, unknown;
} verdicts[] = {
	{ "+-----", OC_OK, 0, 0, 0 },
	{ "+----+", OC_OK, 0, 0, 0 },
	{ "+-s---", OC_OK, 0, 0, 0 },
	{ "?-----", OC_OK, BIT(SILENCE), 0, 0 },
	{ "n.....", OC_CLIENT_AUTH_OPEN, BIT(NO_REQUEST), 0, 0 },
	{ "++----", OC_CLIENT_AUTH_OPEN, BIT(OPTIONAL), 1, 0 },
	{ "+-++++", OC_CLIENT_AUTH_OPEN, BIT(NOT_VERIFIED), 3, 0 },
	{ "++++++", OC_CLIENT_AUTH_OPEN, BIT(NOT_VERIFIED) | BIT(OPTIONAL), 4, 0 },
	{ "+---++", OC_CLIENT_AUTH_OPEN, BIT(NO_REVOCATION), 1, 0 },
	{ "+--++-", OC_CLIENT_AUTH_OPEN, BIT(NO_REVOCATION) | BIT(SOME), 2, 0 },
	{ "+--+--", OC_CLIENT_AUTH_OPEN, BIT(SOME), 1, 0 },
	{ "------", OC_CLIENT_CERT_REFUSED, BIT(OTHER_CA), 0, 0 },
	{ "s-----", OC_CLIENT_CERT_REFUSED, BIT(NO_KEY), 0, 0 },
	{ "+--n--", OC_CLIENT_AUTH_OPEN, BIT(MIXED), 1, 0 },
	{ "+n----", OC_CLIENT_AUTH_OPEN, BIT(MIXED), 1, 0 },
	{ "--+---", OC_CLIENT_AUTH_OPEN, BIT(OTHER_CA), 1, 0 },
	{ "+--?--", OC_CLIENT_AUTH_UNKNOWN, 0, 0, 1 },
	{ "+--x--", OC_CLIENT_AUTH_UNKNOWN, 0, 0, 1 },
	{ "+--?+-", OC_CLIENT_AUTH_OPEN, BIT(NO_REVOCATION), 1, 1 },
	{ "??????", OC_CLIENT_AUTH_UNKNOWN, BIT(SILENCE), 0, 4 },
	{ "--?---", OC_CLIENT_CERT_REFUSED, BIT(OTHER_CA), 0, 1 },
};

START_TEST(test_judge)
{
	for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
		struct admission_trial trials[CLIENTS];
		struct admission_verdict v;
		unsigned fits = 0;

		memcpy(trials, zoo, sizeof trials);
		for (size_t k = 0; k < CLIENTS; k++)
			trials[k].did = letter(verdicts[i].did[k]);
		admission_judge(trials, CLIENTS, &v);
		for (unsigned k = 0; k < ADMISSION_FINDINGS; k++)
			fits |= v.fits[k] ? 1u << k : 0;
		ck_assert_msg(v.code == verdicts[i].code, "%s: %s", verdicts[i].did,
		    outcome_name(v.code));
		ck_assert_msg(fits == verdicts[i].fits, "%s: %x", verdicts[i].did, fits);
		ck_assert_uint_eq(v.bad, 4);
		ck_assert_uint_eq(v.open, verdicts[i].open);
		ck_assert_uint_eq(v.unknown, verdicts[i].unknown);
	}
}
END_TEST

/* The good client is tried again at the end: the letters are its first and its second trial. */
static const struct {
	char good, again, others;
	enum outcome_code code;
	unsigned fits;
} repeats[] = {
	{ '+', '+', '-', OC_OK, 0 },
	{ '-', '-', '-', OC_CLIENT_CERT_REFUSED, BIT(OTHER_CA) },
	{ '?', '?', '-', OC_OK, BIT(SILENCE) },
	{ 'n', '.', '.', OC_CLIENT_AUTH_OPEN, BIT(NO_REQUEST) },
	/* A server that lets in nobody any more may have refused all for another reason. */
	{ '+', '-', '-', OC_CLIENT_AUTH_UNKNOWN, BIT(UNSTEADY) },
	{ '+', 'x', '-', OC_CLIENT_AUTH_UNKNOWN, BIT(UNSTEADY) },
	{ '-', '+', '-', OC_CLIENT_AUTH_UNKNOWN, BIT(UNSTEADY) },
	{ '?', '+', '-', OC_CLIENT_AUTH_UNKNOWN, BIT(UNSTEADY) },
	{ '+', '-', '+', OC_CLIENT_AUTH_OPEN, BIT(UNSTEADY) | BIT(NOT_VERIFIED) | BIT(OPTIONAL) },
};

START_TEST(test_repeat)
{
	for (size_t i = 0; i < sizeof repeats / sizeof repeats[0]; i++) {
		struct admission_trial trials[CLIENTS + 1];
		struct admission_verdict v;
		unsigned fits = 0;

		memcpy(trials, zoo, sizeof zoo);
		for (size_t k = 1; k < CLIENTS; k++)
			trials[k].did = letter(repeats[i].others);
		trials[CLIENTS] = zoo[0];
		trials[0].did = letter(repeats[i].good);
		trials[CLIENTS].did = letter(repeats[i].again);
		admission_judge(trials, CLIENTS + 1, &v);
		for (unsigned k = 0; k < ADMISSION_FINDINGS; k++)
			fits |= v.fits[k] ? 1u << k : 0;
		ck_assert_msg(v.code == repeats[i].code, "row %zu: %s", i, outcome_name(v.code));
		ck_assert_msg(fits == repeats[i].fits, "row %zu: %x", i, fits);
	}
}
END_TEST

/* No bad client got in, but did the good one? Silence is no failure. */
START_TEST(test_a_service_that_fails_for_the_good_client)
{
	for (int failed = 0; failed <= 1; failed++) {
		struct admission_trial trials[CLIENTS];
		struct admission_verdict v;

		memcpy(trials, zoo, sizeof zoo);
		for (size_t k = 1; k < CLIENTS; k++) {
			trials[k].did = ADMISSION_REFUSED;
			trials[k].failed = true;
		}
		trials[0].did = ADMISSION_NOT_PROVEN;
		trials[0].failed = failed;
		admission_judge(trials, CLIENTS, &v);
		ck_assert_int_eq(v.code, failed ? OC_CLIENT_AUTH_UNKNOWN : OC_OK);
		ck_assert_int_eq(v.good_failed, failed);
	}
}
END_TEST

CHECK_MAIN("admission", test_look, test_judge, test_repeat,
    test_a_service_that_fails_for_the_good_client)
