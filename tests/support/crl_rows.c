/* SPDX-License-Identifier: MIT */
#include "support/crl_rows.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

enum { HOUR = 3600, DAY = 24 * HOUR };

/* Of three days ago and good for five more; of today. */
#define OLD .from_s = -3 * DAY, .until_s = 5 * DAY
#define NEW .from_s = -HOUR, .until_s = 5 * DAY

/* clang-format off */
const struct crl_row *crl_rows_make(struct crl_row_pki *pki, size_t *count)
{
	static struct crl_row rows[44];
	const struct testpki_cert *ca, *bad, *other;

	pki->ca = ca = testpki_root("Table CA");
	pki->namesake = testpki_root("Table CA");
	pki->good = testpki_leaf(ca, "DNS:localhost");
	other = testpki_leaf(ca, "DNS:other.test");
	pki->bad = bad = testpki_leaf(ca, "DNS:localhost");

	const struct crl_row made[] = {
		{ .name = "complete", .list = { { ca, .revoked = bad, OLD } }, .start = STARTS },
		{ .name = "complete-with-key-id", .rare = true,
		    .list = { { ca, .revoked = bad, OLD, .key_id = true } } },

		/* Deltas, as Windows CAs publish them. */
		{ .name = "delta-last", .list = { { ca, .revoked = bad, .number = 10, OLD },
		    { ca, .revoked = other, .number = 13, .base = 10, NEW } } },
		{ .name = "delta-first",
		    .list = { { ca, .revoked = other, .number = 13, .base = 10, NEW },
		    { ca, .revoked = bad, .number = 10, OLD } } },
		{ .name = "delta-at-once", .rare = true,
		    .list = { { ca, .number = 10, .base = 9, OLD },
		    { ca, .revoked = bad, .number = 10, OLD } } },
		{ .name = "delta-revokes", .list = { { ca, .number = 10, OLD },
		    { ca, .revoked = bad, .number = 13, .base = 10, NEW } } },
		{ .name = "delta-lifts-hold",
		    .list = { { ca, .revoked = bad, .reason = CRL_REASON_CERTIFICATE_HOLD,
			.number = 10, OLD },
		    { ca, .revoked = bad, .reason = CRL_REASON_REMOVE_FROM_CRL, .number = 13,
			.base = 10, NEW } }, .bad_passes = true },
		{ .name = "delta-lifts-for-ever", .rare = true, .list = { { ca, .revoked = bad,
			.reason = CRL_REASON_KEY_COMPROMISE, .number = 10, OLD },
		    { ca, .revoked = bad, .reason = CRL_REASON_REMOVE_FROM_CRL, .number = 13,
			.base = 10, NEW } } },
		{ .name = "delta-only",
		    .list = { { ca, .number = 13, .base = 10, NEW } }, .fault = CRL_LONE_DELTA,
		    .start = REFUSES, .words = "is a delta CRL, and the complete CRL" },
		{ .name = "delta-of-newer", .rare = true,
		    .list = { { ca, .revoked = bad, .number = 10, OLD,
			.reason = CRL_REASON_CERTIFICATE_HOLD },
		    { ca, .revoked = bad, .reason = CRL_REASON_REMOVE_FROM_CRL, .number = 13,
			.base = 12, NEW } },
		    .start = WARNS, .words = "is a delta CRL for a newer complete CRL" },
		{ .name = "delta-unnumbered", .rare = true, .list = { { ca, .revoked = bad, OLD },
		    { ca, .number = 13, .base = 12, NEW } },
		    .start = WARNS, .words = "is a delta CRL for a newer complete CRL" },
		{ .name = "delta-reasons", .list = { { ca, .revoked = bad, .number = 10, OLD },
		    { ca, .number = 13, .base = 10, NEW,
		    .scope = "onlysomereasons:keyCompromise" } },
		    .start = WARNS, .words = "covers only some reasons" },
		{ .name = "delta-stale", .list = { { ca, .number = 10, OLD },
		    { ca, .revoked = bad, .number = 13, .base = 10, .from_s = -2 * DAY,
			.until_s = -HOUR } },
		    .start = WARNS, .words = "the delta CRL of .* has been stale since" },
		{ .name = "delta-stale-lifts", .rare = true, .list = { { ca, .revoked = bad,
			.reason = CRL_REASON_CERTIFICATE_HOLD, .number = 10, OLD },
		    { ca, .revoked = bad, .reason = CRL_REASON_REMOVE_FROM_CRL, .number = 13,
			.base = 10, .from_s = -2 * DAY, .until_s = -HOUR } },
		    .start = WARNS, .words = "the delta CRL of .* has been stale since" },
		{ .name = "base-stale", .rare = true,
		    .list = { { ca, .number = 10, .from_s = -2 * DAY, .until_s = -HOUR },
		    { ca, .number = 13, .base = 10, NEW } }, .fault = CRL_STALE,
		    .start = REFUSES, .words = "the CRL of .* has been stale since" },

		/* Several complete ones: the best, and of the best the newest. */
		{ .name = "two-fresh", .rare = true,
		    .list = { { ca, .number = 1, OLD }, { ca, .revoked = bad,
		    .number = 2, NEW } } },
		{ .name = "two-fresh-reversed", .list = { { ca, .revoked = bad, .number = 2, NEW },
		    { ca, .number = 1, OLD } } },
		{ .name = "two-fresh-released", .rare = true,
		    .list = { { ca, .revoked = bad, .number = 1, OLD },
		    { ca, .number = 2, NEW } }, .bad_passes = true },
		{ .name = "two-of-one-time", .rare = true,
		    .list = { { ca, OLD }, { ca, .revoked = bad, OLD } } },
		{ .name = "stale-and-fresh", .list = { { ca, .from_s = -4 * DAY, .until_s = -HOUR },
		    { ca, .revoked = bad, OLD } },
		    .start = WARNS, .words = "has been stale since" },
		{ .name = "stale-newer", .rare = true,
		    .list = { { ca, .revoked = bad, .from_s = -DAY, .until_s = -HOUR },
		    { ca, OLD } }, .start = WARNS, .words = "has been stale since" },
		{ .name = "forged-and-fresh", .rare = true,
		    .list = { { ca, .revoked = bad, OLD }, { ca, NEW, .tampered = true } },
		    .start = WARNS, .words = "was not signed by that CA" },
		{ .name = "early-and-fresh", .rare = true, .list = { { ca, .revoked = bad, OLD },
		    { ca, .from_s = HOUR, .until_s = DAY } }, .start = WARNS,
		    .words = "is not valid before" },

		{ .name = "forged-revokes", .list = { { ca, OLD },
		    { ca, .revoked = bad, NEW, .tampered = true } }, .bad_passes = true,
		    .start = WARNS, .words = "was not signed by that CA" },

		/* The CA has said so, whatever our clock says. */
		{ .name = "early-revokes", .rare = true, .list = { { ca, OLD },
		    { ca, .revoked = bad, .from_s = HOUR, .until_s = DAY } }, .start = WARNS,
		    .words = "is not valid before" },

		/* Scope. */
		{ .name = "indirect",
		    .list = { { ca, OLD, .scope = "indirectCRL:TRUE" } }, .fault = CRL_INDIRECT,
		    .start = REFUSES, .words = "is an indirect CRL" },
		{ .name = "foreign-entry", .rare = true,
		    .list = { { ca, .revoked = bad, OLD, .foreign_entry = true } },
		    .fault = CRL_INDIRECT, .start = REFUSES, .words = "is an indirect CRL" },
		{ .name = "only-ca",
		    .list = { { ca, OLD, .scope = "onlyCA:TRUE" } }, .fault = CRL_OUT_OF_SCOPE,
		    .start = WARNS, .words = "covers only CA certificates" },
		{ .name = "only-user",
		    .list = { { ca, .revoked = bad, OLD, .scope = "onlyuser:TRUE" } },
		    .start = WARNS, .words = "covers only end-entity certificates" },
		{ .name = "only-ca-and-user", .rare = true,
		    .list = { { ca, OLD, .scope = "onlyCA:TRUE" },
		    { ca, .revoked = bad, OLD, .scope = "onlyuser:TRUE" } } },
		{ .name = "only-reasons",
		    .list = { { ca, OLD, .scope = "onlysomereasons:keyCompromise" } },
		    .fault = CRL_SOME_REASONS, .start = REFUSES,
		    .words = "covers only some reasons" },
		{ .name = "only-attributes", .rare = true,
		    .list = { { ca, OLD, .scope = "onlyAA:TRUE" } },
		    .fault = CRL_ATTRIBUTES, .start = REFUSES,
		    .words = "covers only attribute certificates" },
		{ .name = "other-point", .rare = true,
		    .list = { { ca, OLD, .scope = "fullname:URI:http://a.test/1.crl" } },
		    .fault = CRL_OUT_OF_SCOPE,
		    .words = "is for a distribution point that the certificate does not name" },
		{ .name = "unknown-critical",
		    .list = { { ca, OLD, .critical = true } }, .fault = CRL_CRITICAL,
		    .start = REFUSES, .words = "critical extension: 1.3.6.1.4.1.55555.1" },
		{ .name = "unknown-entry", .rare = true,
		    .list = { { ca, .revoked = bad, OLD, .critical_entry = true } },
		    .fault = CRL_CRITICAL_ENTRY, .start = REFUSES,
		    .words = "entry with an unsupported critical extension" },

		/* Entries. */
		{ .name = "complete-lifts", .rare = true, .list = { { ca, .revoked = bad, OLD,
			.reason = CRL_REASON_REMOVE_FROM_CRL } } },
		{ .name = "twice", .rare = true, .list = { { ca, .revoked = bad, OLD, .number = 10,
			.reason = CRL_REASON_CERTIFICATE_HOLD,
			.second_reason = CRL_REASON_KEY_COMPROMISE },
		    { ca, .revoked = bad, .reason = CRL_REASON_REMOVE_FROM_CRL, .number = 13,
			.base = 10, NEW } } },

		/* Signature and dates. */
		{ .name = "bad-signature",
		    .list = { { ca, OLD, .tampered = true } }, .fault = CRL_FORGED,
		    .start = REFUSES, .words = "was not signed by that CA" },
		{ .name = "other-key",
		    .list = { { ca, OLD, .signer = pki->namesake, .key_id = true } },
		    .fault = CRL_OTHER_KEY, .start = REFUSES,
		    .words = "was signed with another key" },
		{ .name = "stale",
		    .list = { { ca, .from_s = -2 * DAY, .until_s = -DAY } }, .fault = CRL_STALE,
		    .start = REFUSES, .words = "has been stale since" },
		{ .name = "future",
		    .list = { { ca, .from_s = HOUR, .until_s = DAY } }, .fault = CRL_EARLY,
		    .start = REFUSES, .words = "is not valid before" },
		/* The last one, for it may not be possible. */
		{ .name = "sha1", .list = { { ca, OLD, .sha1 = true } }, .fault = CRL_WEAK,
		    .start = REFUSES, .words = "has a weak signature, with SHA1" },
	};
	_Static_assert(sizeof made <= sizeof rows, "raise the number of rows");

	for (*count = 0; *count < sizeof made / sizeof made[0]; ++*count)
		rows[*count] = made[*count];
	if (!testpki_signs_with_sha1())
		--*count;
	return rows;
}
