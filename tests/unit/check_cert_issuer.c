/* SPDX-License-Identifier: MIT */
#include "tls/cert_issuer.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "tls/conn.h"
#include "server/service/audit.h"
#include "server/service/client_auth.h"
#include "support/check_main.h"
#include "support/test_pki.h"

typedef struct testpki_spec spec;

static const struct testpki_cert *root, *renewed, *anew, *other_id, *rsa, *other;

static void make_cas(void)
{
	testpki_begin();
	root = testpki_root("Top CA");
	renewed = testpki_make(&(spec){ .cn = "Top CA", .ca = true, .same_key = root });
	other_id = testpki_make(
	    &(spec){ .cn = "Top CA", .ca = true, .same_key = root, .key_id = "01:02" });
	anew = testpki_root("Top CA");
	rsa = testpki_make(&(spec){ .cn = "Top CA", .ca = true, .key = TESTPKI_RSA2048 });
	other = testpki_root("Other CA");
}

static const struct testpki_cert *client(spec s)
{
	s.cn = "me";
	s.eku = "clientAuth";
	s.issuer = root;
	return testpki_make(&s);
}

START_TEST(test_how_two_certificates_belong_together)
{
	const struct testpki_cert *flawed = testpki_make(&(spec){ .cn = "Top CA",
	    .ca = true,
	    .same_key = root,
	    .extra = { { "keyUsage", "keyCertSign" } } });
	const struct testpki_cert *usual = client((spec){ .cn = NULL });
	const struct testpki_cert *serial = client((spec){ .authority = "keyid,issuer:always" });
	const struct testpki_cert *bare = client((spec){ .no_key_ids = true });
	const struct {
		const struct testpki_cert *issuer, *cert;
		enum cert_issuer link;
	} rows[] = {
		{ root, usual, CERT_ISSUER_ISSUED },
		{ root, serial, CERT_ISSUER_ISSUED },
		{ root, root, CERT_ISSUER_ISSUED },
		{ renewed, usual, CERT_ISSUER_ISSUED },
		{ renewed, bare, CERT_ISSUER_ISSUED },
		{ renewed, serial, CERT_ISSUER_SERIAL },
		{ other_id, usual, CERT_ISSUER_KEY_ID },
		{ other_id, bare, CERT_ISSUER_ISSUED },
		{ flawed, usual, CERT_ISSUER_FLAWED },
		{ anew, usual, CERT_ISSUER_NOT_SIGNED },
		{ anew, bare, CERT_ISSUER_NOT_SIGNED },
		{ rsa, usual, CERT_ISSUER_NOT_SIGNED },
		{ other, usual, CERT_ISSUER_STRANGER },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_msg(cert_issuer_judge(rows[i].issuer->cert, rows[i].cert->cert) ==
			rows[i].link,
		    "row %zu", i);
}
END_TEST

/* Its algorithm is none: nobody can say who signed it, so nobody does. */
START_TEST(test_a_signature_that_cannot_be_verified)
{
	const struct testpki_cert *usual = client((spec){ .cn = NULL });
	unsigned char *der = NULL, *at;
	int len = i2d_X509(usual->cert, &der);
	/* ecdsa-with-SHA256, 1.2.840.10045.4.3.2 */
	static const unsigned char oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };
	const unsigned char *from;
	int changed = 0;
	X509 *cert;

	for (at = der; at + sizeof oid <= der + len; at++) {
		if (memcmp(at, oid, sizeof oid) == 0) {
			at[sizeof oid - 1] = 0x7f;
			changed++;
		}
	}
	ck_assert_int_eq(changed, 2);
	from = der;
	cert = d2i_X509(NULL, &from, len);
	ck_assert_ptr_nonnull(cert);
	ck_assert_int_eq(cert_issuer_judge(root->cert, cert), CERT_ISSUER_UNCHECKED);
	X509_free(cert);
	OPENSSL_free(der);
}
END_TEST

/* As in a handshake: the callback of --client-ca judges what a client has shown. */
static void refuse(const struct testpki_cert *shown, const struct testpki_cert *behind,
    const struct testpki_cert *trusted, int alert_error, const char *words)
{
	const struct client_auth a = { .mode = CLIENT_AUTH_REQUIRE, .ca_file = "ca.pem" };
	const struct cert_request ask = client_auth_ask(&a);
	struct client_auth_peer peer;
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	struct tls_conn *tls = tls_conn_new_server(ctx, -1, &peer, &oc);
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *judged = X509_STORE_CTX_new();
	STACK_OF(X509) *sent = sk_X509_new_null();

	/* They belong to the connection, which drops what it needs no more. */
	X509_add_cert(sent, shown->cert, X509_ADD_FLAG_UP_REF);
	if (behind)
		X509_add_cert(sent, behind->cert, X509_ADD_FLAG_UP_REF);
	X509_STORE_add_cert(store, trusted->cert);
	ck_assert_int_eq(X509_STORE_CTX_init(judged, store, shown->cert, sent), 1);
	ck_assert_int_eq(X509_STORE_CTX_set_default(judged, "ssl_client"), 1);
	X509_STORE_CTX_set_ex_data(judged, SSL_get_ex_data_X509_STORE_CTX_idx(),
	    (SSL *)tls_conn_library(tls));
	ck_assert_int_eq(ask.verify(judged, ask.arg), 0);
	ck_assert_int_eq(X509_STORE_CTX_get_error(judged), alert_error);
	client_auth_explain(&peer, &oc);
	ck_assert_outcome(&oc, OC_CLIENT_CERT_REFUSED, words);
	sk_X509_pop_free(sent, X509_free);
	X509_STORE_CTX_free(judged);
	X509_STORE_free(store);
	tls_conn_free(tls);
	SSL_CTX_free(ctx);
}

START_TEST(test_what_the_server_says_of_a_client)
{
	const struct testpki_cert *serial = client((spec){ .authority = "keyid,issuer:always" });
	const struct testpki_cert *twice =
	    client((spec){ .extra = { { "extendedKeyUsage", "clientAuth" } } });
	const struct testpki_cert *empty = client((spec){ .key_usage = "DER:03:01:00" });
	const struct testpki_cert *strange =
	    client((spec){ .extra = { { "1.2.3.4", "critical,DER:05:00" } } });
	const struct testpki_cert *usual = client((spec){ .cn = NULL });
	const int bad = X509_V_ERR_CERT_REJECTED;
	const int unknown = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;

	refuse(serial, NULL, renewed, bad,
	    "the client's certificate \"me\" was signed by the key of \"Top CA\", but its "
	    "authorityKeyIdentifier names an issuer");
	refuse(serial, root, renewed, bad, "certificate in --client-ca: check whether that");
	refuse(twice, NULL, root, bad, "has the extension extendedKeyUsage more than once");
	refuse(empty, NULL, root, bad, "has an empty keyUsage extension");
	refuse(strange, NULL, root, bad, "has the critical extension 1.2.3.4, which");
	refuse(usual, NULL, anew, unknown,
	    "in --client-ca has another key and did not sign this one");
	refuse(usual, NULL, other, unknown,
	    "was issued by \"Top CA\", which is not in --client-ca");
}
END_TEST

struct found {
	size_t count;
	enum audit_level level;
	char text[512];
};

static void note(void *arg, enum audit_level level, const char *text)
{
	struct found *f = arg;

	f->count++;
	f->level = level;
	snprintf(f->text, sizeof f->text, "%s", text);
}

/* What --check says of a chain of two; one finding. */
static void audit(const struct testpki_cert *leaf, const struct testpki_cert *behind,
    enum audit_level level, const char *words)
{
	struct audit_certificate chain[2] = { { .issuer = 0, .issuer_known = true } };
	struct found f = { .count = 0 };

	audit_record(leaf->cert, &chain[0]);
	if (behind) {
		audit_record(behind->cert, &chain[1]);
		chain[1].issuer = 1;
		chain[0].link = cert_issuer_judge(behind->cert, leaf->cert);
		chain[0].issuer = chain[0].link == CERT_ISSUER_ISSUED;
	}
	audit_chain(chain, behind ? 2 : 1, time(NULL), note, &f);
	ck_assert_msg(f.count == 1, "%zu findings, the last: %s", f.count, f.text);
	ck_assert_int_eq(f.level, level);
	ck_assert_has(f.text, words);
}

START_TEST(test_what_check_says_of_a_chain)
{
	const struct testpki_cert *sub = testpki_intermediate(root);
	const struct testpki_cert *sub_anew = testpki_intermediate(root);
	const struct testpki_cert *sub_again = testpki_make(
	    &(spec){ .cn = "Test Intermediate", .ca = true, .issuer = root, .same_key = sub });
	const struct testpki_cert *leaf = testpki_leaf(sub, "DNS:a.test");
	const struct testpki_cert *bare = testpki_make(
	    &(spec){ .cn = "a.test", .sans = "DNS:a.test", .no_key_ids = true, .issuer = sub });
	const struct testpki_cert *serial = testpki_make(&(spec){ .cn = "a.test",
	    .sans = "DNS:a.test",
	    .authority = "issuer:always",
	    .issuer = sub });
	const struct testpki_cert *twice = testpki_make(&(spec){ .cn = "a.test",
	    .sans = "DNS:a.test",
	    .issuer = sub,
	    .extra = { { "subjectAltName", "DNS:b.test" } } });
	const struct testpki_cert *strange = testpki_make(&(spec){ .cn = "a.test",
	    .sans = "DNS:a.test",
	    .issuer = sub,
	    .extra = { { "1.2.3.4", "critical,DER:05:00" } } });

	audit(leaf, sub_anew, AUDIT_ERROR, "in the chain did not sign \"Test Leaf\" before it");
	audit(bare, sub_anew, AUDIT_ERROR, "in the chain did not sign \"a.test\" before it");
	audit(serial, sub_again, AUDIT_ERROR, "the authorityKeyIdentifier of \"a.test\" does not");
	audit(twice, sub, AUDIT_ERROR, "\"a.test\" has the extension subjectAltName more than");
	audit(strange, sub, AUDIT_ERROR,
	    "has the critical extension 1.2.3.4, which clients do not");
}
END_TEST

CHECK_MAIN_IN("cert_issuer", make_cas, testpki_end, test_how_two_certificates_belong_together,
    test_a_signature_that_cannot_be_verified, test_what_the_server_says_of_a_client,
    test_what_check_says_of_a_chain)
