/* SPDX-License-Identifier: MIT */
#include "tls/staple.h"
#include "server/service/stapling.h"

#include <poll.h>
#include <stdio.h>
#include <time.h>

#include <openssl/ocsp.h>
#include <openssl/ssl.h>

#include "tls/context.h"
#include "server/service/context.h"
#include "support/check_main.h"
#include "support/test_pki.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

static const struct testpki_cert *root, *middle, *leaf, *other, *responder, *stranger;

/* What a response says; zero or NULL is the ordinary: "good", of now, for a day. */
struct response {
	const struct testpki_cert *about, *signer, *issuer;
	int status, reason;
	long from_s, until_s;
	bool no_end;
	bool sha256;  /* name the certificate by another digest than usual */
	bool no_certs;
	int error; /* the status of the whole response; 0: successful */
	bool sha1;    /* sign it so */
};

static size_t make(const struct response *r, unsigned char **der)
{
	const struct testpki_cert *about = r->about ? r->about : leaf;
	const struct testpki_cert *signer = r->signer ? r->signer : middle;
	const struct testpki_cert *issuer = r->issuer ? r->issuer : middle;
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(r->sha256 ? EVP_sha256() : EVP_sha1(), about->cert,
	    issuer->cert);
	ASN1_TIME *from = X509_gmtime_adj(NULL, r->from_s ? r->from_s : -HOUR);
	ASN1_TIME *until = r->no_end ? NULL : X509_gmtime_adj(NULL, r->until_s ? r->until_s : DAY);
	ASN1_TIME *revoked = X509_gmtime_adj(NULL, -DAY);
	OCSP_RESPONSE *response;
	int len;

	ck_assert_ptr_nonnull(OCSP_basic_add1_status(basic, id, r->status, r->reason,
	    r->status == V_OCSP_CERTSTATUS_REVOKED ? revoked : NULL, from, until));
	ck_assert_int_eq(OCSP_basic_sign(basic, signer->cert, signer->key,
	    r->sha1 ? EVP_sha1() : EVP_sha256(), NULL,
	    r->no_certs ? OCSP_NOCERTS : 0), 1);
	response = OCSP_response_create(r->error, basic);
	*der = NULL;
	len = i2d_OCSP_RESPONSE(response, der);
	ck_assert_int_gt(len, 0);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	ASN1_TIME_free(revoked);
	return (size_t)len;
}

static struct staple_facts judge_at(const struct response *r, X509 *issuer, int64_t at)
{
	struct staple_facts facts;
	unsigned char *der;
	size_t len = make(r, &der);

	memset(&facts, 0xff, sizeof facts);
	staple_judge(der, len, leaf->cert, issuer, at, &facts);
	OPENSSL_free(der);
	return facts;
}

static struct staple_facts judge(const struct response *r)
{
	return judge_at(r, middle->cert, time(NULL));
}

static void unusable(const struct response *r, const char *why)
{
	struct staple_facts facts = judge(r);

	ck_assert_int_eq(facts.status, STAPLE_UNUSABLE);
	ck_assert_has(facts.why, why);
}

static void make_files(void)
{
	unsigned char *der;
	size_t len;

	testpki_begin();
	root = testpki_root("Root");
	middle = testpki_intermediate(root);
	leaf = testpki_leaf(middle, "DNS:a.test");
	other = testpki_leaf(middle, "DNS:a.test");
	responder = testpki_make(
	    &(struct testpki_spec){ .cn = "Responder", .eku = "OCSPSigning", .issuer = middle });
	stranger = testpki_make(
	    &(struct testpki_spec){ .cn = "Stranger", .eku = "OCSPSigning", .issuer = root });
	testpki_write_certs("chain.pem", leaf, middle, NULL);
	testpki_write_certs("lone.pem", leaf, NULL);
	testpki_write_key("key.pem", leaf, NULL);
	len = make(&(struct response){ .no_certs = true }, &der);
	testpki_write_text("good.der", (const char *)der, len);
	OPENSSL_free(der);
	len = make(&(struct response){ .from_s = -DAY, .until_s = -HOUR }, &der);
	testpki_write_text("stale.der", (const char *)der, len);
	OPENSSL_free(der);
	len = make(&(struct response){ .status = V_OCSP_CERTSTATUS_REVOKED }, &der);
	testpki_write_text("revoked.der", (const char *)der, len);
	OPENSSL_free(der);
}

START_TEST(test_a_good_one)
{
	int64_t now = time(NULL);
	struct staple_facts facts = judge(&(struct response){ .sha256 = false });

	ck_assert_int_eq(facts.status, STAPLE_GOOD);
	ck_assert_int_le(facts.this_update, now);
	ck_assert_int_gt(facts.next_update, now + DAY / 2);
	ck_assert_int_eq(judge(&(struct response){ .sha256 = true }).status, STAPLE_GOOD);
	ck_assert_int_eq(judge(&(struct response){ .no_certs = true }).status, STAPLE_GOOD);
	ck_assert_int_eq(judge(&(struct response){ .signer = responder }).status, STAPLE_GOOD);
}
END_TEST

/* A chain without the issuer, as a leaf right below a root has it. */
START_TEST(test_the_response_may_bring_the_issuer)
{
	struct staple_facts facts;

	facts = judge_at(&(struct response){ .sha256 = false }, NULL, time(NULL));
	ck_assert_int_eq(facts.status, STAPLE_GOOD);
	facts = judge_at(&(struct response){ .no_certs = true }, NULL, time(NULL));
	ck_assert_int_eq(facts.status, STAPLE_UNUSABLE);
	ck_assert_has(facts.why, "neither in the chain nor in the response");
}
END_TEST

/* Anybody can make a certificate of that name and bring it. */
START_TEST(test_what_only_looks_like_the_issuer)
{
	const struct testpki_cert *impostor = testpki_make(&(struct testpki_spec){
	    .cn = "Test Intermediate", .ca = true, .no_key_ids = true });
	struct staple_facts facts = judge_at(
	    &(struct response){ .issuer = impostor, .signer = impostor }, NULL, time(NULL));

	ck_assert_int_eq(facts.status, STAPLE_UNUSABLE);
	ck_assert_has(facts.why, "neither in the chain nor in the response");
}
END_TEST

START_TEST(test_its_time)
{
	const struct response usual = { .sha256 = false };
	int64_t now = time(NULL);

	unusable(&(struct response){ .from_s = -DAY, .until_s = -1 }, "it has been stale since ");
	unusable(&(struct response){ .from_s = HOUR }, "it is not valid before ");
	unusable(&(struct response){ .no_end = true }, "it has no nextUpdate");
	ck_assert_int_eq(judge_at(&usual, middle->cert, now + 2 * DAY).status, STAPLE_UNUSABLE);
	/* A clock that is a little behind is no reason. */
	ck_assert_int_eq(judge(&(struct response){ .from_s = 60 }).status, STAPLE_GOOD);
}
END_TEST

/* From five minutes before thisUpdate to the last second before nextUpdate. */
START_TEST(test_the_seconds_of_its_time)
{
	static const struct {
		bool at_end;
		int64_t offset;
		enum staple_status status;
	} times[] = {
		{ false, -301, STAPLE_UNUSABLE },
		{ false, -300, STAPLE_GOOD },
		{ true, -1, STAPLE_GOOD },
		{ true, 0, STAPLE_UNUSABLE },
	};
	unsigned char *der;
	size_t len = make(&(struct response){ .from_s = HOUR }, &der);
	struct staple_facts usual, facts;

	staple_judge(der, len, leaf->cert, middle->cert, time(NULL), &usual);
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		int64_t from = times[i].at_end ? usual.next_update : usual.this_update;

		staple_judge(der, len, leaf->cert, middle->cert, from + times[i].offset, &facts);
		ck_assert_msg(facts.status == times[i].status, "%zu: %s", i, facts.why);
	}
	OPENSSL_free(der);
}
END_TEST

/* At the time of the verification, which may be another than now. */
START_TEST(test_the_time_of_its_signer)
{
	const struct response r = { .signer = testpki_make(&(struct testpki_spec){
	    .cn = "Brief", .eku = "OCSPSigning", .issuer = middle, .from_s = -HOUR,
	    .until_s = HOUR }) };
	struct staple_facts facts = judge_at(&r, middle->cert, time(NULL) + 2 * HOUR);

	ck_assert_int_eq(judge(&r).status, STAPLE_GOOD);
	ck_assert_int_eq(facts.status, STAPLE_UNUSABLE);
	ck_assert_has(facts.why, "signed neither by the issuer");
}
END_TEST

START_TEST(test_whose_it_is_and_who_signed_it)
{
	unusable(&(struct response){ .about = other }, "it is about another certificate");
	unusable(&(struct response){ .signer = stranger }, "signed neither by the issuer");
	unusable(&(struct response){ .signer = root }, "signed neither by the issuer");
	/* Of the same CA, but not appointed by it. */
	unusable(&(struct response){ .signer = other }, "signed neither by the issuer");
}
END_TEST

START_TEST(test_what_it_says)
{
	struct staple_facts facts = judge(&(struct response){
	    .status = V_OCSP_CERTSTATUS_REVOKED, .reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE });

	ck_assert_int_eq(facts.status, STAPLE_REVOKED);
	ck_assert_str_eq(facts.reason, "keyCompromise");
	ck_assert_int_lt(facts.revoked_at, time(NULL) - HOUR);
	unusable(&(struct response){ .status = V_OCSP_CERTSTATUS_UNKNOWN },
	    "does not know this certificate");
	/* The status of the whole is not signed, but an error says nothing of a certificate. */
	unusable(&(struct response){ .error = OCSP_RESPONSE_STATUS_TRYLATER }, "trylater");
}
END_TEST

START_TEST(test_what_is_none)
{
	OCSP_RESPONSE *later = OCSP_response_create(OCSP_RESPONSE_STATUS_TRYLATER, NULL);
	unsigned char *der = NULL;
	struct staple_facts facts;
	int len = i2d_OCSP_RESPONSE(later, &der);

	staple_judge(der, (size_t)len, leaf->cert, middle->cert, time(NULL), &facts);
	ck_assert_int_eq(facts.status, STAPLE_UNUSABLE);
	ck_assert_has(facts.why, "trylater");
	staple_judge(der, 0, leaf->cert, middle->cert, time(NULL), &facts);
	ck_assert_has(facts.why, "not an OCSP response");
	OPENSSL_free(der);
	OCSP_RESPONSE_free(later);
}
END_TEST

/* Bytes of the response that a client gets who asks for one, or -1. */
static long stapled(SSL_CTX *server)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	SSL *s = SSL_new(server), *c = SSL_new(client);
	BIO *s_bio, *c_bio;
	const unsigned char *der;
	long len;

	ck_assert_int_eq(BIO_new_bio_pair(&s_bio, 0, &c_bio, 0), 1);
	SSL_set_bio(s, s_bio, s_bio);
	SSL_set_bio(c, c_bio, c_bio);
	SSL_set_accept_state(s);
	SSL_set_connect_state(c);
	SSL_set_tlsext_status_type(c, TLSEXT_STATUSTYPE_ocsp);
	for (int i = 0; i < 100 && !SSL_is_init_finished(c); i++) {
		SSL_do_handshake(c);
		SSL_do_handshake(s);
	}
	ck_assert(SSL_is_init_finished(c));
	len = SSL_get_tlsext_status_ocsp_resp(c, &der);
	SSL_free(s);
	SSL_free(c);
	SSL_CTX_free(client);
	return len;
}

START_TEST(test_it_is_stapled_until_it_is_stale)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = { .tickets = 0 };
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *alone = server_context_new(&id, &choice, &oc), *joined;
	struct staple_facts facts;
	unsigned char *der;
	size_t len = make(&(struct response){ .until_s = 2 }, &der);

	testpki_write_text("short.der", (const char *)der, len);
	ck_assert_int_eq(stapled(alone), -1);
	ck_assert_int_eq(
	    stapling_load(alone, "short.der", server_context_chain(alone, 1), &facts, &oc), 0);
	/* A context that has the certificate from this one staples it, too. */
	joined = server_context_join(&alone, 1, &choice, &oc);
	ck_assert_ptr_nonnull(joined);
	if (time(NULL) < facts.next_update - 1) {
		ck_assert_int_eq(stapled(alone), (long)len);
		ck_assert_int_eq(stapled(joined), (long)len);
	}
	for (int i = 0; i < 1000 && time(NULL) < facts.next_update; i++)
		poll(NULL, 0, 10);
	ck_assert_int_eq(stapled(alone), -1);
	ck_assert_int_eq(stapled(joined), -1);
	tls_context_free(joined);
	tls_context_free(alone);
	OPENSSL_free(der);
}
END_TEST

static struct outcome load(const char *path, struct staple_facts *facts)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = { .tickets = 0 };
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = server_context_new(&id, &choice, &oc);

	ck_assert_ptr_nonnull(ctx);
	stapling_load(ctx, path, server_context_chain(ctx, 1), facts, &oc);
	tls_context_free(ctx);
	return oc;
}

START_TEST(test_only_a_good_one_is_loaded)
{
	struct staple_facts facts;
	struct outcome oc = load("good.der", &facts);

	ck_assert_no_failure(&oc);
	ck_assert_int_eq(facts.status, STAPLE_GOOD);
	oc = load("stale.der", &facts);
	ck_assert_outcome(&oc, OC_FILE, "stale.der cannot be stapled: it has been stale since");
	oc = load("revoked.der", &facts);
	ck_assert_outcome(&oc, OC_FILE, "revoked.der says that the certificate was revoked");
	oc = load("missing.der", &facts);
	ck_assert_outcome(&oc, OC_FILE, "missing.der: No such file");
	oc = load("chain.pem", &facts);
	ck_assert_outcome(&oc, OC_FILE, "it is a certificate, not an OCSP response");
}
END_TEST

/* The chain is held to a level, so what says that it is not revoked is held to it as well. */
START_TEST(test_a_weak_signature)
{
	const struct testpki_cert *weak = testpki_make(&(struct testpki_spec){
	    .cn = "Weak", .eku = "OCSPSigning", .issuer = middle, .key = TESTPKI_RSA1024 });

	unusable(&(struct response){ .signer = weak }, "");
	if (testpki_signs_with_sha1()) {
		unusable(&(struct response){ .sha1 = true }, "a weak signature, with SHA1");
		unusable(&(struct response){ .sha1 = true, .signer = responder },
		    "a weak signature, with SHA1");
		unusable(&(struct response){ .sha1 = true, .status = V_OCSP_CERTSTATUS_REVOKED },
		    "a weak signature, with SHA1");
	}
	ck_assert_int_eq(judge(&(struct response){ .signer = responder }).status, STAPLE_GOOD);
}
END_TEST

CHECK_MAIN_IN("staple", make_files, testpki_end, test_a_good_one,
    test_the_response_may_bring_the_issuer, test_what_only_looks_like_the_issuer, test_its_time,
    test_the_seconds_of_its_time, test_the_time_of_its_signer, test_whose_it_is_and_who_signed_it,
    test_what_it_says, test_what_is_none, test_a_weak_signature,
    test_it_is_stapled_until_it_is_stale, test_only_a_good_one_is_loaded)
