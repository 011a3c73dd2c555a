/* SPDX-License-Identifier: MIT */
/*
 * What a client keeps of the request for its certificate, in whole handshakes: however many names
 * a server lists, and whatever they hold. Then the sentences that are made of it.
 */
#include "client/judge/certificate_request.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "client/judge/certificate_request_cause.h"
#include "support/check_main.h"
#include "support/test_pki.h"

static const struct testpki_cert *root, *other, *middle, *server, *ours, *rsa, *p521;

static const struct testpki_cert *client(enum testpki_key key, const struct testpki_cert *issuer)
{
	return testpki_make(&(
	    struct testpki_spec){ .cn = "me", .eku = "clientAuth", .key = key, .issuer = issuer });
}

static void make_certificates(void)
{
	testpki_begin();
	root = testpki_root("Root");
	other = testpki_root("Other");
	middle = testpki_intermediate(root);
	server = testpki_leaf(root, "DNS:a.test");
	ours = client(TESTPKI_P256, middle);
	rsa = client(TESTPKI_RSA2048, root);
	p521 = client(TESTPKI_P521, root);
}

/* ---- a server that asks --------------------------------------------------------------------- */

/* NULL and 0: as the library does it. */
struct asking {
	STACK_OF(X509_NAME) * names; /* freed by meet */
	const char *sigalgs;
	unsigned char type; /* the only certificate_type */
	bool silent;        /* does not ask */
	bool short_chain;   /* our intermediate is not sent */
};

static int accept_all(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

static SSL *make_server(const struct asking *a, int version, int fd)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL *ssl;

	ck_assert_int_eq(SSL_CTX_set_max_proto_version(ctx, version), 1);
	ck_assert_int_eq(SSL_CTX_use_certificate(ctx, server->cert), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey(ctx, server->key), 1);
	if (!a->silent)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, accept_all);
	SSL_CTX_set_client_CA_list(ctx, a->names);
	if (a->sigalgs)
		ck_assert_int_eq(SSL_CTX_set1_client_sigalgs_list(ctx, a->sigalgs), 1);
	if (a->type)
		ck_assert_int_eq(SSL_CTX_set1_client_certificate_types(ctx, &a->type, 1), 1);
	ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	SSL_set_fd(ssl, fd);
	SSL_set_accept_state(ssl);
	return ssl;
}

static struct tls_conn *make_client(const struct asking *a, const struct testpki_cert *own, int fd)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct outcome oc = OUTCOME_NONE;
	struct tls_conn *t;

	SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	if (own) {
		ck_assert_int_eq(SSL_CTX_use_certificate(ctx, own->cert), 1);
		ck_assert_int_eq(SSL_CTX_use_PrivateKey(ctx, own->key), 1);
	}
	if (own == ours && !a->short_chain)
		ck_assert_int_eq(SSL_CTX_add1_chain_cert(ctx, middle->cert), 1);
	t = tls_conn_new_client(ctx, fd, NULL, "a.test", NULL, &oc);
	ck_assert_no_failure(&oc);
	SSL_CTX_free(ctx);
	return t;
}

static struct certificate_request meet(struct asking a, const struct testpki_cert *own, int version)
{
	struct outcome oc = OUTCOME_NONE;
	struct certificate_request r;
	enum io io = IO_WANT_READ;
	struct tls_conn *t;
	int ends[2];
	SSL *peer;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	peer = make_server(&a, version, ends[0]);
	t = make_client(&a, own, ends[1]);
	/* Nothing of what was there before shows through. */
	memset(&r, 0xff, sizeof r);
	for (int i = 0; i < 50 && io != IO_DONE && io != IO_FAILED; i++) {
		io = tls_conn_handshake(t, &oc);
		SSL_do_handshake(peer);
	}
	ck_assert_no_failure(&oc);
	certificate_request_get(t, &r);
	tls_conn_free(t);
	SSL_free(peer);
	close(ends[0]);
	close(ends[1]);
	return r;
}

static STACK_OF(X509_NAME) * list_of(const struct testpki_cert *first, ...)
{
	STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
	va_list ap;

	va_start(ap, first);
	for (const struct testpki_cert *c = first; c; c = va_arg(ap, const struct testpki_cert *))
		sk_X509_NAME_push(names, X509_NAME_dup(X509_get_subject_name(c->cert)));
	va_end(ap);
	return names;
}

static void add_name(STACK_OF(X509_NAME) * names, const char *key, const void *bytes, size_t len)
{
	X509_NAME *name = X509_NAME_new();

	/* Not MBSTRING_UTF8, which limits the length. */
	if (key)
		ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, key, V_ASN1_UTF8STRING, bytes,
				     (int)len, -1, 0),
		    1);
	ck_assert_int_gt(sk_X509_NAME_push(names, name), 0);
}

static void add_numbered(STACK_OF(X509_NAME) * names, int number)
{
	char cn[16];
	int len = snprintf(cn, sizeof cn, "%d", number);

	add_name(names, "CN", cn, (size_t)len);
}

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

#define EACH_VERSION for (int v = 0; v < 2; v++)

/* ---- what is kept --------------------------------------------------------------------------- */

START_TEST(test_without_a_request)
{
	EACH_VERSION
	{
		struct certificate_request r =
		    meet((struct asking){ .silent = true }, ours, versions[v]);

		ck_assert(!r.received && !r.sent);
		ck_assert_int_eq(certificate_request_kept(&r), 0);
		ck_assert_ptr_null(certificate_request_key_type(&r, 0));
	}
}
END_TEST

START_TEST(test_any_ca)
{
	char types[CERTIFICATE_REQUEST_KEY_TYPES_MAX];

	EACH_VERSION
	{
		struct certificate_request r =
		    meet((struct asking){ .type = 0 }, NULL, versions[v]);

		ck_assert(r.received && !r.own && !r.sent && !r.named);
		ck_assert_int_eq(r.ca_count, 0);
		ck_assert_has(certificate_request_key_types(&r, types), "RSA, RSA-PSS, ECDSA");
		ck_assert_str_eq(certificate_request_key_type(&r, 2), "ECDSA");
		r = meet((struct asking){ .type = 0 }, ours, versions[v]);
		ck_assert(r.own && r.sent && !r.named && !certificate_request_excludes_key(&r));
		ck_assert_str_eq(r.key, "EC P-256");
	}
}
END_TEST

/* Of the chain that is sent, any issuer counts; an issuer that only the server knows does not. */
START_TEST(test_which_issuers_count)
{
	EACH_VERSION
	{
		struct certificate_request r =
		    meet((struct asking){ .names = list_of(other, root, NULL) }, ours, versions[v]);

		ck_assert(r.sent && r.named);
		ck_assert_str_eq(r.issuer, "Test Intermediate");
		ck_assert_str_eq(r.last_issuer, "Root");
		ck_assert_str_eq(r.named_issuer, "Root");
		r = meet((struct asking){ .names = list_of(middle, NULL) }, ours, versions[v]);
		ck_assert(r.named);
		ck_assert_str_eq(r.named_issuer, "Test Intermediate");
		r = meet((struct asking){ .names = list_of(root, NULL), .short_chain = true }, ours,
		    versions[v]);
		ck_assert(r.sent && !r.named);
		ck_assert_str_eq(r.last_issuer, "Test Intermediate");
		r = meet((struct asking){ .names = list_of(other, NULL) }, ours, versions[v]);
		ck_assert(r.sent && !r.named);
		ck_assert_str_eq(r.cas[0], "Other");
	}
}
END_TEST

/* The same common name is not the same name, and our issuer may be the last of many. */
START_TEST(test_the_whole_list_and_the_whole_name_are_compared)
{
	STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
	struct certificate_request r;

	for (int i = 0; i < 100; i++)
		add_numbered(names, i);
	sk_X509_NAME_push(names, X509_NAME_dup(X509_get_subject_name(root->cert)));
	r = meet((struct asking){ .names = names }, ours, TLS1_3_VERSION);
	ck_assert(r.named);
	ck_assert_int_eq(r.ca_count, 101);

	names = sk_X509_NAME_new_null();
	add_name(names, "CN", "Root", 4);
	X509_NAME_add_entry_by_txt(sk_X509_NAME_value(names, 0), "O", V_ASN1_UTF8STRING,
	    (const unsigned char *)"Elsewhere", -1, -1, 0);
	r = meet((struct asking){ .names = names }, rsa, TLS1_3_VERSION);
	ck_assert(!r.named);
	ck_assert_str_eq(r.cas[0], "Root");
}
END_TEST

START_TEST(test_duplicates_count_once_and_the_order_stays)
{
	STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
	static const int numbers[] = { 9, 9, 3, 9, 1, 3, 2, 1, 8, 9 };
	struct certificate_request r;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		add_numbered(names, numbers[i]);
	r = meet((struct asking){ .names = names }, NULL, TLS1_3_VERSION);
	ck_assert_int_eq(r.ca_count, 5);
	ck_assert_int_eq(certificate_request_kept(&r), 5);
	ck_assert_str_eq(r.cas[0], "9");
	ck_assert_str_eq(r.cas[1], "3");
	ck_assert_str_eq(r.cas[4], "8");
}
END_TEST

/* As many as a list has room for: 65,535 bytes (RFC 8446 section 4.2.4). */
START_TEST(test_a_flood_of_names)
{
	EACH_VERSION
	{
		STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
		struct certificate_request r;

		for (int i = 0; i < 3500; i++)
			add_numbered(names, i);
		r = meet((struct asking){ .names = names }, ours, versions[v]);
		ck_assert_int_eq(r.ca_count, 3500);
		ck_assert_int_eq(certificate_request_kept(&r), CERTIFICATE_REQUEST_CAS_MAX);
		ck_assert_str_eq(r.cas[7], "7");
		ck_assert(r.sent && !r.named);

		names = sk_X509_NAME_new_null();
		for (int i = 0; i < 16000; i++)
			add_name(names, NULL, NULL, 0);
		r = meet((struct asking){ .names = names }, ours, versions[v]);
		ck_assert_int_eq(r.ca_count, 1);
		ck_assert_int_eq(certificate_request_kept(&r), 1);
		ck_assert_str_eq(r.cas[0], "");
	}
}
END_TEST

START_TEST(test_names_that_are_not_for_terminals)
{
	static const char bad[] = "a\0b\033[2J\"\n\xe2\x80\xae";
	static char longest[10000];
	STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
	struct certificate_request r;

	memset(longest, 'x', sizeof longest);
	add_name(names, "CN", bad, sizeof bad - 1);
	add_name(names, "CN", longest, sizeof longest);
	add_name(names, "O", longest, sizeof longest);
	add_name(names, "O", bad, sizeof bad - 1);
	r = meet((struct asking){ .names = names }, NULL, TLS1_3_VERSION);
	ck_assert_int_eq(r.ca_count, 4);
	ck_assert_str_eq(r.cas[0], "a\\x00b\\x1b[2J\\x22\\x0a\\xe2\\x80\\xae");
	ck_assert_uint_lt(strlen(r.cas[1]), CERT_INFO_NAME_MAX);
	ck_assert_has(r.cas[1], "xxx...");
	ck_assert_has(r.cas[2], "O=xxx");
	for (int i = 0; i < 4; i++)
		ck_assert(text_is_clean(r.cas[i], strlen(r.cas[i])));
}
END_TEST

START_TEST(test_types_of_keys)
{
	const struct asking ecdsa = { .sigalgs = "ECDSA+SHA256" };
	char types[CERTIFICATE_REQUEST_KEY_TYPES_MAX];
	struct certificate_request r;

	EACH_VERSION
	{
		r = meet(ecdsa, rsa, versions[v]);
		ck_assert(r.own && !r.sent && certificate_request_excludes_key(&r));
		ck_assert_str_eq(certificate_request_key_types(&r, types), "ECDSA");
		ck_assert_str_eq(r.key, "RSA 2048");
		r = meet(ecdsa, ours, versions[v]);
		ck_assert(r.sent && !certificate_request_excludes_key(&r));
		r = meet((struct asking){ .sigalgs = "rsa_pss_rsae_sha256" }, ours, versions[v]);
		ck_assert(!r.sent && certificate_request_excludes_key(&r));
		ck_assert_str_eq(certificate_request_key_types(&r, types), "RSA");
		r = meet((struct asking){ .sigalgs = "ed25519:rsa_pss_pss_sha256" }, NULL,
		    versions[v]);
		ck_assert_str_eq(certificate_request_key_types(&r, types), "RSA-PSS, Ed25519");
	}
	/* Only TLS 1.3 binds a curve to the algorithm. The type itself fits. */
	r = meet(ecdsa, p521, TLS1_3_VERSION);
	ck_assert(r.own && !r.sent && !certificate_request_excludes_key(&r));
	/* In TLS 1.3 a client cannot sign with PKCS #1 (RFC 8446 section 4.2.3). */
	r = meet((struct asking){ .sigalgs = "RSA+SHA256:ECDSA+SHA256" }, rsa, TLS1_3_VERSION);
	ck_assert_str_eq(certificate_request_key_types(&r, types), "ECDSA");
	r = meet((struct asking){ .sigalgs = "RSA+SHA256:ECDSA+SHA256" }, rsa, TLS1_2_VERSION);
	ck_assert_str_eq(certificate_request_key_types(&r, types), "RSA, ECDSA");
	ck_assert(r.sent);
	/* In TLS 1.2 the library sends a certificate of a type that was not asked for. */
	r = meet((struct asking){ .type = TLS_CT_ECDSA_SIGN }, rsa, TLS1_2_VERSION);
	ck_assert_has(certificate_request_key_types(&r, types), "ECDSA");
	ck_assert(r.sent && certificate_request_excludes_key(&r));
}
END_TEST

/* ---- what is said --------------------------------------------------------------------------- */

enum { BOTH = 1u << CERTIFICATE_REQUEST_RSA | 1u << CERTIFICATE_REQUEST_ECDSA };

static struct certificate_request asked(int ca_count)
{
	struct certificate_request r = { .received = true,
		.ca_count = ca_count,
		.key_types = BOTH };

	for (int i = 0; i < certificate_request_kept(&r); i++)
		snprintf(r.cas[i], sizeof r.cas[i], "CA %c", 'A' + i);
	return r;
}

static struct certificate_request sent(int ca_count, const char *issuer, const char *last)
{
	struct certificate_request r = asked(ca_count);

	r.own = r.sent = true;
	snprintf(r.issuer, sizeof r.issuer, "%s", issuer);
	snprintf(r.last_issuer, sizeof r.last_issuer, "%s", last);
	snprintf(r.key, sizeof r.key, "RSA 2048");
	r.key_type = 1u << CERTIFICATE_REQUEST_RSA;
	return r;
}

static struct outcome explained(const struct certificate_request *r, enum outcome_code code,
    int alert)
{
	struct outcome oc = OUTCOME_NONE;

	outcome_set(&oc, code, "it failed");
	oc.alert = alert;
	certificate_request_cause_explain(r, &oc);
	return oc;
}

static void expect(const struct certificate_request *r, enum outcome_code code, int alert,
    const char *detail, const char *advice)
{
	struct outcome oc = explained(r, code, alert);

	ck_assert_str_eq(oc.detail, detail);
	ck_assert_str_eq(outcome_best_advice(&oc), advice ? advice : outcome_advice(code));
}

static const char strange[] =
    "use a certificate from a CA that the server accepts, add missing intermediates to the --cert "
    "file, or configure the server to accept \"X\"";

START_TEST(test_an_issuer_that_was_not_asked_for)
{
	struct certificate_request r = sent(5, "X", "X");

	expect(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_UNKNOWN_CA,
	    "it failed; the server asked for a certificate from \"CA A\", \"CA B\" or 3 more; "
	    "ours is issued by \"X\", which is not among them",
	    strange);
	expect(&r, OC_HANDSHAKE_CLOSED, OUTCOME_NO_ALERT,
	    "it failed; the server asked for a certificate from \"CA A\", \"CA B\" or 3 more; "
	    "ours is issued by \"X\", which is not among them",
	    strange);
	/* The server may have accepted it. */
	expect(&r, OC_GREETING_TIMEOUT, OUTCOME_NO_ALERT,
	    "it failed; the server asked for a certificate from \"CA A\", \"CA B\" or 3 more; "
	    "ours is issued by \"X\", which is not among them",
	    NULL);
	r = sent(2, "Y", "X");
	expect(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_BAD_CERTIFICATE,
	    "it failed; the server asked for a certificate from \"CA A\" or \"CA B\"; ours is "
	    "issued by \"Y\", its chain leads to \"X\", and neither is among them",
	    strange);
	r = sent(1, "X", "X");
	expect(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_UNKNOWN_CA,
	    "it failed; the server asked for a certificate from \"CA A\"; ours is issued by "
	    "\"X\", which is another CA",
	    strange);
	r = sent(3, "CA B", "CA B");
	ck_assert_has(explained(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_UNKNOWN_CA).detail,
	    "ours is issued by \"CA B\", which is not among them: the full names differ");
	r = sent(3, "CA B", "X");
	ck_assert_has(explained(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_UNKNOWN_CA).detail,
	    "leads to \"X\", and neither is among them: the full names differ");
}
END_TEST

START_TEST(test_nothing_is_said_where_nothing_is_known)
{
	struct certificate_request r = sent(0, "X", "X");

	expect(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_UNKNOWN_CA, "it failed", NULL);
	r = sent(5, "X", "X");
	/* The server has found the issuer. */
	expect(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_CERTIFICATE_EXPIRED, "it failed", NULL);
	expect(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_CERTIFICATE_REVOKED, "it failed", NULL);
	/* It is not about our certificate. */
	expect(&r, OC_CERT_EXPIRED, OUTCOME_NO_ALERT, "it failed", NULL);
	expect(&r, OC_INTERNAL, OUTCOME_NO_ALERT, "it failed", NULL);
	expect(&r, OC_PATH_DIFFERS, OUTCOME_NO_ALERT, "it failed", NULL);
	r.named = true;
	snprintf(r.named_issuer, sizeof r.named_issuer, "CA B");
	expect(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_BAD_CERTIFICATE, "it failed", NULL);
	expect(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_UNKNOWN_CA,
	    "it failed; the server asked for a certificate from \"CA B\", and our chain leads to "
	    "a CA of that name",
	    NULL);
	r = (struct certificate_request){ .received = false };
	expect(&r, OC_GREETING_RESET, OUTCOME_NO_ALERT, "it failed", NULL);
}
END_TEST

START_TEST(test_no_certificate)
{
	struct certificate_request r = asked(0);

	expect(&r, OC_CLIENT_CERT_REQUIRED, 116, "it failed", NULL);
	expect(&r, OC_GREETING_RESET, OUTCOME_NO_ALERT,
	    "it failed; the server asked for a client certificate and none was sent",
	    "does the service need a client certificate? Use --cert FILE --key FILE with a "
	    "certificate from a CA that the server trusts");
	expect(&r, OC_INTERNAL, OUTCOME_NO_ALERT, "it failed", NULL);
	r = asked(9);
	expect(&r, OC_CLIENT_CERT_REQUIRED, 116, "it failed",
	    "use --cert FILE --key FILE with a certificate issued by \"CA A\", \"CA B\" or 7 more");
	r.key_types = 1u << CERTIFICATE_REQUEST_ECDSA;
	expect(&r, OC_CLIENT_CERT_REQUIRED, 116, "it failed",
	    "use --cert FILE --key FILE with a certificate issued by \"CA A\", \"CA B\" or 7 more "
	    "and a key of type ECDSA");
}
END_TEST

START_TEST(test_a_key_that_was_not_asked_for)
{
	struct certificate_request r = sent(0, "X", "X");

	r.key_types = 1u << CERTIFICATE_REQUEST_ECDSA | 1u << CERTIFICATE_REQUEST_ED25519;
	expect(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_BAD_CERTIFICATE,
	    "it failed; our key is RSA 2048, but the server accepts only ECDSA, Ed25519", NULL);
	r.sent = false;
	expect(&r, OC_CLIENT_CERT_REQUIRED, 116,
	    "it failed; our key is RSA 2048, but the server accepts only ECDSA, Ed25519",
	    "use --cert and --key with a key of type ECDSA, Ed25519");
	r.key_types = BOTH;
	expect(&r, OC_GREETING_RESET, OUTCOME_NO_ALERT,
	    "it failed; the server asked for a client certificate and none was sent; the server "
	    "accepts no signature algorithm that fits our certificate and its key, RSA 2048",
	    "use --cert and --key with a key of another type or curve");
}
END_TEST

/* The end of the sentence stays, whatever the names do to its middle. */
START_TEST(test_long_names_fit_into_a_sentence)
{
	struct certificate_request r = sent(60000, "", "");
	struct outcome oc = OUTCOME_NONE;

	memset(r.issuer, 'i', sizeof r.issuer - 1);
	memset(r.last_issuer, 'l', sizeof r.last_issuer - 1);
	memset(r.cas, 'c', sizeof r.cas);
	for (int i = 0; i < CERTIFICATE_REQUEST_CAS_MAX; i++)
		r.cas[i][CERT_INFO_NAME_MAX - 1] = '\0';
	oc = explained(&r, OC_CLIENT_CERT_REFUSED, SSL_AD_UNKNOWN_CA);
	ck_assert_has(oc.detail, "it failed; the server asked for a certificate from \"ccc");
	ck_assert_has(oc.detail, "c...\" or 59998 more; ours is issued by \"iii");
	ck_assert_has(oc.detail, "i...\", its chain leads to \"lll");
	ck_assert_has(oc.detail, "l...\", and neither is among them");
	ck_assert_has(oc.advice, "or configure the server to accept \"lll");
}
END_TEST

CHECK_MAIN_IN("certificate_request", make_certificates, testpki_end, test_without_a_request,
    test_any_ca, test_which_issuers_count, test_the_whole_list_and_the_whole_name_are_compared,
    test_duplicates_count_once_and_the_order_stays, test_a_flood_of_names,
    test_names_that_are_not_for_terminals, test_types_of_keys,
    test_an_issuer_that_was_not_asked_for, test_nothing_is_said_where_nothing_is_known,
    test_no_certificate, test_a_key_that_was_not_asked_for, test_long_names_fit_into_a_sentence)
