/* SPDX-License-Identifier: MIT */
#include "tls/file_format.h"

#include <stdio.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "support/check_main.h"
#include "support/test_pki.h"

/* ---- samples, made by the library ------------------------------------------------------ */

static const struct testpki_cert *leaf(void)
{
	static const struct testpki_cert *it;

	if (!it)
		it = testpki_root("format.test");
	return it;
}

static X509_REQ *make_request(void)
{
	X509_REQ *req = X509_REQ_new();

	ck_assert_int_eq(X509_REQ_set_subject_name(req, X509_get_subject_name(leaf()->cert)), 1);
	ck_assert_int_eq(X509_REQ_set_pubkey(req, leaf()->key), 1);
	ck_assert_int_gt(X509_REQ_sign(req, leaf()->key, EVP_sha256()), 0);
	return req;
}

static PKCS7 *make_pkcs7(void)
{
	PKCS7 *p7 = PKCS7_new();

	ck_assert_int_eq(PKCS7_set_type(p7, NID_pkcs7_signed), 1);
	ck_assert_int_eq(PKCS7_content_new(p7, NID_pkcs7_data), 1);
	ck_assert_int_eq(PKCS7_add_certificate(p7, leaf()->cert), 1);
	return p7;
}

static X509_CRL *make_crl(void)
{
	const struct testpki_crl crl = { .issuer = leaf() };
	X509_CRL *read;
	FILE *from;

	testpki_write_crls("crl.pem", &crl, 1);
	from = fopen("crl.pem", "r");
	read = PEM_read_X509_CRL(from, NULL, NULL, NULL);
	fclose(from);
	ck_assert_ptr_nonnull(read);
	return read;
}

static int put_certificate(BIO *to)
{
	return i2d_X509_bio(to, leaf()->cert);
}

static int put_sec1(BIO *to)
{
	return i2d_PrivateKey_bio(to, leaf()->key);
}

static int put_pkcs8(BIO *to)
{
	return i2d_PKCS8PrivateKey_bio(to, leaf()->key, NULL, NULL, 0, NULL, NULL);
}

static int put_pkcs1(BIO *to)
{
	const struct testpki_spec spec = { .cn = "rsa", .key = TESTPKI_RSA2048 };

	return i2d_PrivateKey_bio(to, testpki_make(&spec)->key);
}

static int put_encrypted(BIO *to)
{
	char pass[] = "pass";

	return i2d_PKCS8PrivateKey_bio(to, leaf()->key, EVP_aes_128_cbc(), pass, 4, NULL, NULL);
}

static int put_public(BIO *to)
{
	return i2d_PUBKEY_bio(to, leaf()->key);
}

static int put_request(BIO *to)
{
	X509_REQ *req = make_request();
	int ok = i2d_X509_REQ_bio(to, req);

	X509_REQ_free(req);
	return ok;
}

static int put_crl(BIO *to)
{
	X509_CRL *crl = make_crl();
	int ok = i2d_X509_CRL_bio(to, crl);

	X509_CRL_free(crl);
	return ok;
}

static int put_pkcs7(BIO *to)
{
	PKCS7 *p7 = make_pkcs7();
	int ok = i2d_PKCS7_bio(to, p7);

	PKCS7_free(p7);
	return ok;
}

static int put_pkcs12(BIO *to)
{
	PKCS12 *p12 = PKCS12_create("pass", "name", leaf()->key, leaf()->cert, NULL, 0, 0, 0, 0, 0);
	int ok = p12 && i2d_PKCS12_bio(to, p12);

	PKCS12_free(p12);
	return ok;
}

static int put_pem_certificate(BIO *to)
{
	return PEM_write_bio_X509(to, leaf()->cert);
}

static int put_pem_trusted(BIO *to)
{
	return PEM_write_bio_X509_AUX(to, leaf()->cert);
}

static int put_pem_key(BIO *to)
{
	return PEM_write_bio_PrivateKey(to, leaf()->key, NULL, NULL, 0, NULL, NULL);
}

static int put_pem_encrypted(BIO *to)
{
	return PEM_write_bio_PrivateKey(to, leaf()->key, EVP_aes_128_cbc(),
	    (const unsigned char *)"pass", 4, NULL, NULL);
}

static int put_pem_public(BIO *to)
{
	return PEM_write_bio_PUBKEY(to, leaf()->key);
}

static int put_pem_request(BIO *to)
{
	X509_REQ *req = make_request();
	int ok = PEM_write_bio_X509_REQ(to, req);

	X509_REQ_free(req);
	return ok;
}

static int put_pem_crl(BIO *to)
{
	X509_CRL *crl = make_crl();
	int ok = PEM_write_bio_X509_CRL(to, crl);

	X509_CRL_free(crl);
	return ok;
}

static int put_pem_pkcs7(BIO *to)
{
	PKCS7 *p7 = make_pkcs7();
	int ok = PEM_write_bio_PKCS7(to, p7);

	PKCS7_free(p7);
	return ok;
}

/* ---- the table ------------------------------------------------------------------------- */

#define TEXT(text) (text), sizeof(text) - 1

/* What is wanted of each, and a word of the advice. */
static const struct sample {
	enum file_format format;
	int (*put)(BIO *to);
	const char *text;
	size_t len;
	const char *certificates, *key;
} samples[] = {
	{ FORMAT_EMPTY, NULL, TEXT(""), "grep BEGIN F", "a PRIVATE KEY" },
	{ FORMAT_EMPTY, NULL, TEXT(" \r\n\t\n"), "a CERTIFICATE", "a PRIVATE KEY" },
	{ FORMAT_TEXT, NULL, TEXT("hello\n"), "a CERTIFICATE", "a PRIVATE KEY" },
	{ FORMAT_TEXT, NULL, TEXT("MIME version 1.0\n"), "a CERTIFICATE", "a PRIVATE KEY" },
	{ FORMAT_BINARY, NULL,
	    TEXT("\x7f"
		 "ELF\2\1\1\0"),
	    "a CERTIFICATE", "a PRIVATE KEY" },
	{ FORMAT_BINARY, NULL, TEXT("\x30\x03\x0c\x01\x41"), "a CERTIFICATE", "a PRIVATE KEY" },
	{ FORMAT_UTF16, NULL, TEXT("\xff\xfe-\0-\0"), "iconv -f UTF-16 ", "umask" },
	{ FORMAT_UTF16, NULL, TEXT("\xfe\xff\0-\0-"), "iconv -f UTF-16 ", "umask" },
	{ FORMAT_UTF16_LE, NULL, TEXT("-\0-\0"), "iconv -f UTF-16LE", "umask" },
	{ FORMAT_UTF16_BE, NULL, TEXT("\0-\0-"), "iconv -f UTF-16BE", "umask" },
	{ FORMAT_BASE64, NULL, TEXT("MIIBszCCAVmgAwIB\nAgIUY7==\n"), "base64 -d F | openssl x509",
	    "base64 -d F | openssl pkey" },
	{ FORMAT_SSH_PUBLIC_KEY, NULL, TEXT("ssh-ed25519 AAAA x@y\n"), "X.509", "without .pub" },
	{ FORMAT_PUTTY_KEY, NULL, TEXT("PuTTY-User-Key-File-3: x\n"), "a CERTIFICATE",
	    "puttygen F" },
	{ FORMAT_OPENSSH_KEY, NULL,
	    TEXT("-----BEGIN OPENSSH PRIVATE KEY-----\nb3\n-----END OPENSSH PRIVATE KEY-----\n"),
	    "X.509", "cp F NEW.pem && ssh-keygen -p -N '' -m pkcs8" },
	{ FORMAT_PEM_OTHER, NULL, TEXT("-----BEGIN PGP MESSAGE-----\n"), "a CERTIFICATE",
	    "a PRIVATE KEY" },
	{ FORMAT_JKS, NULL, TEXT("\xfe\xed\xfe\xed\0\0\0\2"), "keytool", "keytool" },
	{ FORMAT_DER_OCSP, NULL, TEXT("\x30\x03\x0a\x01\x06"), "--ocsp", "a PRIVATE KEY" },
	{ FORMAT_PEM_CERTIFICATE, put_pem_certificate, NULL, 0, "a CERTIFICATE", "--cert" },
	{ FORMAT_PEM_CERTIFICATE, put_pem_trusted, NULL, 0, "a CERTIFICATE", "--cert" },
	{ FORMAT_PEM_KEY, put_pem_key, NULL, 0, "--key", "a PRIVATE KEY" },
	{ FORMAT_PEM_ENCRYPTED_KEY, put_pem_encrypted, NULL, 0, "--key",
	    "openssl pkey -in F -out NEW.pem" },
	{ FORMAT_PEM_PUBLIC_KEY, put_pem_public, NULL, 0, "openssl pkey -pubin -in F", "grep -l" },
	{ FORMAT_PEM_REQUEST, put_pem_request, NULL, 0, "openssl req -in F", "grep -l" },
	{ FORMAT_PEM_CRL, put_pem_crl, NULL, 0, "--crlfile", "a PRIVATE KEY" },
	{ FORMAT_PEM_PKCS7, put_pem_pkcs7, NULL, 0, "openssl pkcs7 -print_certs -in F", "no key" },
	{ FORMAT_DER_CERTIFICATE, put_certificate, NULL, 0, "openssl x509 -inform DER -in F",
	    "--cert" },
	{ FORMAT_DER_KEY, put_sec1, NULL, 0, "--key", "openssl pkey -inform DER -in F" },
	{ FORMAT_DER_KEY, put_pkcs8, NULL, 0, "--key", "openssl pkey -inform DER -in F" },
	{ FORMAT_DER_KEY, put_pkcs1, NULL, 0, "--key", "openssl pkey -inform DER -in F" },
	{ FORMAT_DER_ENCRYPTED_KEY, put_encrypted, NULL, 0, "--key",
	    "openssl pkey -inform DER -in F" },
	{ FORMAT_DER_PUBLIC_KEY, put_public, NULL, 0, "CA returned", "use the private key" },
	{ FORMAT_DER_REQUEST, put_request, NULL, 0, "openssl req -inform DER -in F", "grep -l" },
	{ FORMAT_DER_CRL, put_crl, NULL, 0, "--crlfile", "a PRIVATE KEY" },
	{ FORMAT_DER_PKCS7, put_pkcs7, NULL, 0, "openssl pkcs7 -inform DER -print_certs -in F",
	    "no key" },
	{ FORMAT_PKCS12, put_pkcs12, NULL, 0, "openssl pkcs12 -in F -nokeys",
	    "openssl pkcs12 -in F -nocerts" },
};

/* The bytes of a sample; to be freed. */
static char *bytes_of(const struct sample *s, size_t *len)
{
	BIO *to = BIO_new(BIO_s_mem());
	char *from, *copy;
	long n = (long)s->len;

	if (s->put)
		ck_assert_msg(s->put(to) > 0, "%s", file_format_name(s->format));
	if (s->put)
		n = BIO_get_mem_data(to, &from);
	/* Just as long, so that a sanitizer sees a byte too many. */
	copy = malloc((size_t)n + 1);
	memcpy(copy, s->put ? from : s->text, (size_t)n);
	BIO_free(to);
	*len = (size_t)n;
	return copy;
}

START_TEST(test_each_format_is_recognized_and_has_its_advice)
{
	char advice[FILE_FORMAT_ADVICE_MAX];

	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		const struct sample *s = &samples[i];
		size_t len;
		char *bytes = bytes_of(s, &len);
		enum file_format found = file_format_recognize(bytes, len);

		ck_assert_msg(found == s->format, "row %zu: %s is taken for %s", i,
		    file_format_name(s->format), file_format_name(found));
		ck_assert_has(file_format_advise(found, WANT_CERTIFICATES, "F", advice),
		    s->certificates);
		ck_assert_has(file_format_advise(found, WANT_KEY, "F", advice), s->key);
		for (int wanted = WANT_CERTIFICATES; wanted <= WANT_TEXT; wanted++)
			ck_assert_uint_gt(strlen(file_format_advise(found,
					      (enum file_format_wanted)wanted, "F", advice)),
			    0);
		free(bytes);
	}
}
END_TEST

START_TEST(test_any_part_of_any_format_will_do)
{
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		size_t len;
		char *bytes = bytes_of(&samples[i], &len);

		for (size_t n = 0; n < len; n++) {
			char *part = malloc(n > 0 ? n : 1);
			struct pem_block_walk w = PEM_BLOCK_WALK(part, n);
			struct pem_block b;

			memcpy(part, bytes, n);
			ck_assert_int_lt(file_format_recognize(part, n), FORMAT_COUNT);
			while (pem_block_next(&w, &b))
				ck_assert_uint_le(b.at + b.len, n);
			free(part);
		}
		free(bytes);
	}
}
END_TEST

START_TEST(test_what_a_file_should_hold)
{
	char advice[FILE_FORMAT_ADVICE_MAX];

	ck_assert_has(file_format_advise(FORMAT_EMPTY, WANT_CERTIFICATES, "F", advice),
	    "grep BEGIN F should find a CERTIFICATE");
	ck_assert_has(file_format_advise(FORMAT_EMPTY, WANT_CRLS, "F", advice),
	    "grep BEGIN F should find an X509 CRL");
}
END_TEST

START_TEST(test_a_path_is_one_word_for_a_shell)
{
	char advice[FILE_FORMAT_ADVICE_MAX];
	char path[2 * FILE_FORMAT_ADVICE_MAX];

	ck_assert_str_eq(file_format_advise(FORMAT_DER_CRL, WANT_CRLS, "it's $HOME", advice),
	    "openssl crl -inform DER -in 'it'\\''s $HOME' -out NEW.pem");
	ck_assert_str_eq(file_format_advise(FORMAT_DER_CRL, WANT_CRLS, "-x", advice),
	    "openssl crl -inform DER -in ./-x -out NEW.pem");
	memset(path, 'x', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	ck_assert_uint_lt(strlen(file_format_advise(FORMAT_DER_CRL, WANT_CRLS, path, advice)),
	    sizeof advice);
}
END_TEST

/* ---- blocks ------------------------------------------------------------------------------ */

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

static const struct {
	const char *text;
	size_t count;     /* of all blocks */
	size_t bad, line; /* the first that has a flaw: number and line; 0: none */
	enum pem_block_flaw flaw;
} walks[] = {
	{ "", 0, 0, 0, FLAW_NONE },
	{ "no block\n", 0, 0, 0, FLAW_NONE },
	{ BEGIN "\nMII=\n" END "\n", 1, 0, 0, FLAW_NONE },
	{ BEGIN "\r\nMII=\r\n" END "\r\n" BEGIN "\r\nMII=\r\n" END, 2, 0, 0, FLAW_NONE },
	{ "\xef\xbb\xbf" BEGIN "\nMII=\n" END "\n", 1, 0, 0, FLAW_NONE },
	{ "words\n" BEGIN "\nMII=\n" END "\nwords\n" BEGIN "\nMII=\n", 2, 2, 6, FLAW_CUT },
	{ BEGIN "\nMII=\n" BEGIN "\nMII=\n" END "\n", 2, 1, 1, FLAW_CUT },
	{ BEGIN, 1, 1, 1, FLAW_CUT },
	{ BEGIN "\nMII=\n" END BEGIN "\nMII=\n" END "\n", 1, 1, 1, FLAW_GLUED },
	{ BEGIN "\nMII=\n-----END X509 CRL-----\n", 1, 1, 1, FLAW_OTHER_END },
	{ BEGIN "\nMII=\n-----END \n", 1, 1, 1, FLAW_OTHER_END },
	{ "  " BEGIN "\n  MII=\n  " END "\n", 1, 1, 1, FLAW_INDENTED },
	{ BEGIN "\\nMII=\\n" END "\\n", 1, 1, 1, FLAW_ONE_LINE },
	{ BEGIN " MII= " END "\n", 1, 1, 1, FLAW_ONE_LINE },
	{ "-----BEGIN -----\n-----BEGIN X\n", 0, 0, 0, FLAW_NONE },
};

START_TEST(test_the_broken_block_is_found)
{
	for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
		struct pem_block_walk w = PEM_BLOCK_WALK(walks[i].text, strlen(walks[i].text));
		struct pem_block b, bad = { .flaw = FLAW_NONE };
		size_t count = 0;

		while (pem_block_next(&w, &b)) {
			ck_assert_uint_eq(b.number, ++count);
			ck_assert_str_eq(b.label, "CERTIFICATE");
			if (b.flaw != FLAW_NONE && bad.flaw == FLAW_NONE)
				bad = b;
		}
		ck_assert_msg(count == walks[i].count && bad.number == walks[i].bad &&
			bad.line == walks[i].line && bad.flaw == walks[i].flaw,
		    "row %zu: %zu blocks; block %zu, line %zu %s", i, count, bad.number, bad.line,
		    pem_block_flaw(bad.flaw));
	}
}
END_TEST

START_TEST(test_each_flaw_has_its_remedy)
{
	char advice[FILE_FORMAT_ADVICE_MAX];

	ck_assert_has(file_format_mend(FLAW_GLUED, WANT_CERTIFICATES, "F", advice), "awk");
	ck_assert_has(file_format_mend(FLAW_INDENTED, WANT_KEY, "F", advice), "(umask 077; sed");
	ck_assert_has(file_format_mend(FLAW_CUT, WANT_CRLS, "F", advice), "copy");
	ck_assert_has(file_format_mend(FLAW_GLUED, WANT_KEY, "F", advice), "(umask 077; awk");
	ck_assert_has(file_format_mend(FLAW_ONE_LINE, WANT_KEY, "F", advice), "(umask 077; awk");
	ck_assert_has(file_format_mend(FLAW_ONE_LINE, WANT_CERTIFICATES, "F", advice), "\\r");
}
END_TEST

CHECK_MAIN_IN("file_format", testpki_begin, testpki_end,
    test_each_format_is_recognized_and_has_its_advice, test_any_part_of_any_format_will_do,
    test_what_a_file_should_hold, test_a_path_is_one_word_for_a_shell,
    test_the_broken_block_is_found,
    test_each_flaw_has_its_remedy)
