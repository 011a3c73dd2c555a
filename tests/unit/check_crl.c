/* SPDX-License-Identifier: MIT */
#include "tls/crl_ask.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tls/crl_text.h"
#include "tls/crl_store.h"
#include "support/check_main.h"
#include "support/crl_context.h"
#include "support/crl_rows.h"

static struct crl_row_pki pki;
static const struct crl_row *rows;
static size_t row_count;

static void make_rows(void)
{
	testpki_begin();
	rows = crl_rows_make(&pki, &row_count);
	testpki_write_certs("ca.pem", pki.ca, NULL);
}

static struct crl_answer ask_at(const struct testpki_crl *list, size_t count, X509 *cert,
    int64_t now)
{
	STACK_OF(X509_CRL) *lists = crl_context_lists(list, count);
	struct crl_answer answer;

	crl_ask(lists, cert, &(struct crl_issuer){ .cert = pki.ca->cert }, now, &answer);
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	return answer;
}

static struct crl_answer ask(const struct crl_row *row, const struct testpki_cert *about)
{
	return ask_at(row->list, CRL_ROW_LISTS, about->cert, time(NULL));
}

START_TEST(test_table)
{
	for (size_t i = 0; i < row_count; i++) {
		const struct crl_row *row = &rows[i];
		struct crl_answer good = ask(row, pki.good), bad = ask(row, pki.bad);

		printf("%-22s good: %d, bad: %d %s\n", row->name, (int)good.fault, (int)bad.fault,
		    bad.revoked ? "revoked" : "");
		ck_assert_msg(good.fault == row->fault, "%s: %d, not %d", row->name,
		    (int)good.fault, (int)row->fault);
		ck_assert_msg(!good.revoked, "%s: the good leaf is revoked", row->name);
		ck_assert_msg(bad.fault == row->fault, "%s: bad: %d", row->name, (int)bad.fault);
		if (row->fault == CRL_USABLE)
			ck_assert_msg(bad.revoked == !row->bad_passes, "%s: the bad leaf",
			    row->name);
	}
}
END_TEST

/* As a file of a server: which lists are named, and is each of them replaced by another one? */
START_TEST(test_table_of_files)
{
	char text[CRL_TEXT_MAX];

	for (size_t i = 0; i < row_count; i++) {
		const struct crl_row *row = &rows[i];
		struct outcome oc = OUTCOME_NONE;
		SSL_CTX *ctx = crl_context_trusting("ca.pem");
		struct crl_store_file f;
		bool refused = false;
		size_t deciding = 0, lists = 0;

		while (row->list[lists].issuer)
			lists++;
		testpki_write_crls("crl.pem", row->list, lists);
		/* OpenSSL 4 does not even read a list that contradicts itself so. */
		if (crl_store_use(ctx, "crl.pem", &oc) != 0) {
			ck_assert_msg(strcmp(row->name, "foreign-entry") == 0, "%s: %s", row->name,
			    oc.detail);
			SSL_CTX_free(ctx);
			continue;
		}
		crl_store_list(ctx, &f);
		SSL_CTX_free(ctx);
		ck_assert_uint_eq(f.count, lists);
		for (size_t j = 0; j < f.count; j++) {
			enum crl_fault fault = crl_store_fault(&f, j, time(NULL));

			deciding += crl_store_decides(&f, j, time(NULL));
			if (fault != CRL_USABLE && !crl_store_is_covered(&f, j, time(NULL)))
				refused = true;
			crl_text_describe(&f.item[j].crl, fault, time(NULL), text);
			ck_assert_has(text, "CRL of \"Table CA\" ");
		}
		ck_assert_msg(refused == (row->start == REFUSES), "%s", row->name);
		ck_assert_msg(!refused == (crl_store_left(&f, time(NULL)) > 0), "%s", row->name);
		ck_assert_msg(deciding <= 2, "%s", row->name);
	}
}
END_TEST

/* Used from the second of thisUpdate to the one before nextUpdate, whatever the library says. */
START_TEST(test_the_seconds_of_the_dates)
{
	const struct testpki_crl list = { .issuer = pki.ca };
	struct crl_answer now = ask_at(&list, 1, pki.good->cert, time(NULL));
	struct crl crl = now.crl;

	ck_assert_int_eq(now.fault, CRL_USABLE);
	ck_assert_int_eq(crl_fault_at(&crl, crl.this_update - 1), CRL_EARLY);
	ck_assert_int_eq(crl_fault_at(&crl, crl.this_update), CRL_USABLE);
	ck_assert_int_eq(crl_fault_at(&crl, crl.next_update - 1), CRL_USABLE);
	ck_assert_int_eq(crl_fault_at(&crl, crl.next_update), CRL_STALE);
}
END_TEST

/* What is revoked by a stale list is told, for --crl-stale allow. */
START_TEST(test_a_stale_list_still_tells)
{
	const struct testpki_crl list = { .issuer = pki.ca, .revoked = pki.bad };
	struct crl_answer late = ask_at(&list, 1, pki.bad->cert, time(NULL) + 10L * 86400);

	ck_assert_int_eq(late.fault, CRL_STALE);
	ck_assert(late.revoked);
	ck_assert_int_eq(late.reason, -1);
}
END_TEST

/* A CA that may not sign lists; a key that is too weak for a signature. */
START_TEST(test_the_signer)
{
	const struct testpki_cert *weak = testpki_make(
	    &(struct testpki_spec){ .cn = "Weak", .ca = true, .key = TESTPKI_RSA1024 });
	const struct testpki_crl by_leaf = { .issuer = pki.good };
	const struct testpki_crl by_weak = { .issuer = weak };
	X509_CRL *list = testpki_make_crl(&by_leaf);
	struct crl crl;

	crl_get(list, &crl);
	crl_judge_signature(&crl, list, pki.good->cert, crl_verify(list, pki.good->cert) == 1);
	ck_assert_int_eq(crl.fault, CRL_NOT_SIGNER);
	X509_CRL_free(list);
	list = testpki_make_crl(&by_weak);
	crl_get(list, &crl);
	crl_judge_signature(&crl, list, weak->cert, crl_verify(list, weak->cert) == 1);
	ck_assert_int_eq(crl.fault, CRL_WEAK);
	ck_assert_str_eq(crl.what, "an RSA key of 1024 bits");
	X509_CRL_free(list);
}
END_TEST

/*
 * A CA that was renewed with its key: a list that names the certificate which it had before is
 * of the same key, so it counts. Otherwise an older list would let in whom it revokes.
 */
START_TEST(test_identifier_of_a_former_certificate)
{
	const struct testpki_cert *renewed = testpki_make(&(struct testpki_spec){ .cn = "Table CA",
	    .ca = true,
	    .same_key = pki.ca,
	    .key_id = "01:02" });
	const struct testpki_crl former[] = {
		{ .issuer = pki.ca, .revoked = pki.bad, .key_id = true },
		{ .issuer = pki.ca, .from_s = -7200, .until_s = 7200 },
	};
	const struct crl_issuer issuer = { .cert = renewed->cert };
	STACK_OF(X509_CRL) *lists = crl_context_lists(former, 2);
	struct crl_answer answer;

	crl_ask(lists, pki.bad->cert, &issuer, time(NULL), &answer);
	ck_assert_int_eq(answer.fault, CRL_USABLE);
	ck_assert(answer.revoked);
	X509_CRL_free(sk_X509_CRL_pop(lists));
	crl_ask(lists, pki.good->cert, &issuer, time(NULL), &answer);
	ck_assert_int_eq(answer.fault, CRL_USABLE);
	ck_assert(!answer.revoked);
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
}
END_TEST

START_TEST(test_no_list)
{
	struct crl_answer none = ask_at(NULL, 0, pki.good->cert, time(NULL));

	ck_assert_int_eq(none.fault, CRL_MISSING);
	ck_assert(!none.revoked);
	ck_assert_str_eq(none.crl.issuer, "");
}
END_TEST

CHECK_MAIN_IN("crl", make_rows, testpki_end, test_table, test_table_of_files,
    test_the_seconds_of_the_dates, test_a_stale_list_still_tells, test_the_signer,
    test_identifier_of_a_former_certificate, test_no_list)
