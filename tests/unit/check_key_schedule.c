/* SPDX-License-Identifier: MIT */
#include "tls/key_schedule.h"

#include <ctype.h>
#include <stdio.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "support/check_main.h"
#include "tls/kdf_functions.h"
#include "tls/kdf_provider.h"

enum { EXTRACT = EVP_KDF_HKDF_MODE_EXTRACT_ONLY, EXPAND = EVP_KDF_HKDF_MODE_EXPAND_ONLY };

enum { VALUE_MAX = 64 };

struct value {
	unsigned char at[VALUE_MAX];
	size_t len; /* 0: not given */
};

/* One derivation. NULL or no bytes: the parameter is left out. */
struct derivation {
	const char *digest;
	int mode;
	struct value key, salt, data;
	const char *label;
};

static OSSL_PARAM octets(const char *name, const void *at, size_t len)
{
	return OSSL_PARAM_construct_octet_string(name, (void *)at, len);
}

static int derive(const char *query, const struct derivation *d, unsigned char *out, size_t len)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_3_KDF, query);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[8], *p = params;
	int mode = d->mode, ret;

	ck_assert_ptr_nonnull(ctx);
	*p++ = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
	if (d->digest)
		*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
		    (char *)d->digest, 0);
	if (d->key.len > 0)
		*p++ = octets(OSSL_KDF_PARAM_KEY, d->key.at, d->key.len);
	if (d->salt.len > 0)
		*p++ = octets(OSSL_KDF_PARAM_SALT, d->salt.at, d->salt.len);
	if (d->data.len > 0)
		*p++ = octets(OSSL_KDF_PARAM_DATA, d->data.at, d->data.len);
	if (d->label) {
		*p++ = octets(OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
		*p++ = octets(OSSL_KDF_PARAM_LABEL, d->label, strlen(d->label));
	}
	*p = OSSL_PARAM_construct_end();
	ret = EVP_KDF_derive(ctx, out, len, params);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ret;
}

static struct value of_hex(const char *hex)
{
	struct value v = { .len = 0 };
	unsigned byte;

	for (; v.len < VALUE_MAX && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		v.at[v.len++] = (unsigned char)byte;
	ck_assert_msg(!isxdigit((unsigned char)*hex), "too long: %s", hex);
	return v;
}

static void expect(const struct derivation *d, const struct value *expected, const char *name)
{
	unsigned char out[VALUE_MAX];

	ck_assert_msg(derive(KDF_QUERY, d, out, expected->len) == 1, "%s fails", name);
	ck_assert_msg(memcmp(out, expected->at, expected->len) == 0, "%s differs", name);
}

static void use_provider(void)
{
	ck_assert_str_eq(kdf_provider_state(), "built in");
}

/* ---- published vectors ----------------------------------------------------- */

/* The lines of a session in tls13_kdf.txt, which are named after what they hold. */
enum line {
	PSK,
	ECDHE,
	HELLO,
	HELLOS,
	SERVER_FINISHED,
	CLIENT_FINISHED,
	EARLY,
	CLIENT_EARLY,
	EARLY_EXPORTER,
	HANDSHAKE,
	CLIENT_HS,
	SERVER_HS,
	MAIN,
	CLIENT,
	SERVER,
	EXPORTER,
	RESUMPTION,
	LINES,
	NONE = LINES
};

static const struct {
	const char *name, *label; /* no label: an input, or the first secret */
	int mode;
	enum line key, salt, data;
} lines[LINES] = {
	[PSK] = { "psk", NULL, 0, NONE, NONE, NONE },
	[ECDHE] = { "ecdhe", NULL, 0, NONE, NONE, NONE },
	[HELLO] = { "hello", NULL, 0, NONE, NONE, NONE },
	[HELLOS] = { "hellos", NULL, 0, NONE, NONE, NONE },
	[SERVER_FINISHED] = { "server-finished", NULL, 0, NONE, NONE, NONE },
	[CLIENT_FINISHED] = { "client-finished", NULL, 0, NONE, NONE, NONE },
	[EARLY] = { "early", NULL, EXTRACT, PSK, NONE, NONE },
	[CLIENT_EARLY] = { "client-early", "c e traffic", EXPAND, EARLY, NONE, HELLO },
	[EARLY_EXPORTER] = { "early-exporter", "e exp master", EXPAND, EARLY, NONE, HELLO },
	[HANDSHAKE] = { "handshake", "derived", EXTRACT, ECDHE, EARLY, NONE },
	[CLIENT_HS] = { "client-handshake", "c hs traffic", EXPAND, HANDSHAKE, NONE, HELLOS },
	[SERVER_HS] = { "server-handshake", "s hs traffic", EXPAND, HANDSHAKE, NONE, HELLOS },
	[MAIN] = { "main", "derived", EXTRACT, NONE, HANDSHAKE, NONE },
	[CLIENT] = { "client", "c ap traffic", EXPAND, MAIN, NONE, SERVER_FINISHED },
	[SERVER] = { "server", "s ap traffic", EXPAND, MAIN, NONE, SERVER_FINISHED },
	[EXPORTER] = { "exporter", "exp master", EXPAND, MAIN, NONE, SERVER_FINISHED },
	[RESUMPTION] = { "resumption", "res master", EXPAND, MAIN, NONE, CLIENT_FINISHED },
};

/* Reads the next line; false at the end of the file. A dash is no value. */
static bool next(FILE *file, char word[32], char hex[2 * VALUE_MAX + 1])
{
	int got = fscanf(file, "%31s %128s", word, hex);

	ck_assert_msg(got == 2 || got == EOF, "a line has no value");
	return got == 2;
}

static unsigned replay(FILE *file, const char *digest)
{
	struct value values[LINES + 1] = { 0 };
	char word[32], hex[2 * VALUE_MAX + 1];
	unsigned derived = 0;

	for (int i = 0; i < LINES; i++) {
		ck_assert(next(file, word, hex));
		ck_assert_str_eq(word, lines[i].name);
		values[i] = of_hex(hex);
		if (lines[i].mode == EXTRACT || lines[i].label) {
			const struct derivation d = { digest, lines[i].mode, values[lines[i].key],
				values[lines[i].salt], values[lines[i].data], lines[i].label };

			expect(&d, &values[i], word);
			derived++;
		}
	}
	return derived;
}

START_TEST(test_vectors_of_acvp)
{
	const char *folder = getenv("srcdir");
	char path[4096], word[32], digest[2 * VALUE_MAX + 1];
	unsigned derived = 0;
	FILE *file;

	use_provider();
	snprintf(path, sizeof path, "%s/tests/unit/tls13_kdf.txt", folder ? folder : ".");
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "cannot open %s", path);
	while (next(file, word, digest)) {
		ck_assert_str_eq(word, "session");
		derived += replay(file, digest);
	}
	fclose(file);
	ck_assert_uint_eq(derived, 561);
}
END_TEST

/* Of the same collection: a previous secret that is longer than a digest. */
START_TEST(test_vector_with_a_long_secret)
{
	const struct value expected =
	    of_hex("ef0aa4925ab6f4588759e15dfadcf7602ca7aa39ebb092bd7ab48f6a68c54449");
	const struct derivation d = { "SHA2-256", EXTRACT,
		of_hex("f8af6aea2d397baf2948a25b2834200692cff17eee9165e4e27babee9edefd05"),
		of_hex("00010203040506070809000102030405060708090001020304050607080900010203040506"
		       "070809"),
		{ .len = 0 }, "derived" };

	use_provider();
	expect(&d, &expected, "a long secret");
}
END_TEST

/* RFC 8448 section 3, the server's keys of the handshake. */
START_TEST(test_keys_of_rfc_8448)
{
	static const struct {
		const char *label, *expected;
	} rows[] = {
		{ "key", "3fce516009c21727d0f2e4e86ee403bc" },
		{ "iv", "5d313eb2671276ee13000b30" },
		{ "finished", "008d3b66f816ea559f96b537e885c31fc068bf492c652f01f288a1d8cdc19fc8" },
	};
	struct derivation d = { .digest = "SHA256",
		.mode = EXPAND,
		.key = of_hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38") };

	use_provider();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct value expected = of_hex(rows[i].expected);

		d.label = rows[i].label;
		expect(&d, &expected, rows[i].label);
	}
}
END_TEST

/* ---- the same as OpenSSL's own --------------------------------------------- */

/* xorshift: the same numbers in each run. */
static unsigned pick(unsigned below)
{
	static unsigned x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x % below;
}

static struct value pick_value(size_t min)
{
	struct value v = { .len = min + pick(VALUE_MAX + 1 - (unsigned)min) };

	for (size_t i = 0; i < v.len; i++)
		v.at[i] = (unsigned char)pick(256);
	return v;
}

START_TEST(test_derivations_agree)
{
	static const char *const labels[] = { NULL, "", "x", "key", "exporter of an application" };

	use_provider();
	for (int i = 0; i < 4000; i++) {
		bool long_one = pick(2) == 0, expands = pick(2) == 0;
		const struct derivation d = { long_one ? "SHA2-384" : "SHA2-256",
			expands ? EXPAND : EXTRACT, pick_value(expands), pick_value(0),
			pick_value(0), labels[pick(sizeof labels / sizeof labels[0])] };
		size_t len = expands ? 1 + pick(500) : long_one ? 48 : 32;
		unsigned char theirs[512], ours[512];

		ck_assert_int_eq(derive(NULL, &d, theirs, len), 1);
		ck_assert_int_eq(derive(KDF_QUERY, &d, ours, len), 1);
		ck_assert_msg(memcmp(theirs, ours, len) == 0, "round %d differs", i);
	}
}
END_TEST

static EVP_MAC_CTX *mac_begin(const char *query, const char *digest, const struct value *key)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, query);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
		OSSL_PARAM_construct_end(),
	};

	ck_assert_ptr_nonnull(ctx);
	EVP_MAC_free(mac);
	if (EVP_MAC_init(ctx, key->at, key->len, params) == 1)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

/* The code of these messages; the second goes to a copy of the first's context. */
static size_t mac_of(const char *query, const char *digest, const struct value *key,
    const struct value message[2], unsigned char out[VALUE_MAX])
{
	EVP_MAC_CTX *first = mac_begin(query, digest, key), *second;
	size_t len;

	ck_assert_ptr_nonnull(first);
	ck_assert_int_eq(EVP_MAC_update(first, message[0].at, message[0].len), 1);
	second = EVP_MAC_CTX_dup(first);
	ck_assert_ptr_nonnull(second);
	EVP_MAC_CTX_free(first);
	ck_assert_int_eq(EVP_MAC_update(second, message[1].at, message[1].len), 1);
	ck_assert_int_eq(EVP_MAC_final(second, out, &len, VALUE_MAX), 1);
	EVP_MAC_CTX_free(second);
	return len;
}

START_TEST(test_macs_agree)
{
	use_provider();
	for (int i = 0; i < 1000; i++) {
		const struct value key = pick_value(1);
		const struct value message[2] = { pick_value(0), pick_value(0) };
		const char *digest = pick(2) == 0 ? "SHA384" : "SHA256";
		unsigned char theirs[VALUE_MAX], ours[VALUE_MAX];
		size_t len = mac_of(NULL, digest, &key, message, theirs);

		ck_assert_uint_eq(mac_of(KDF_QUERY, digest, &key, message, ours), len);
		ck_assert_msg(memcmp(theirs, ours, len) == 0, "round %d differs", i);
	}
}
END_TEST

/* As a server protects its tickets: with a key among the parameters, and without an init. */
static void mac_of_ticket(const char *query, const struct value *key, const struct value *ticket,
    unsigned char out[VALUE_MAX])
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, query);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	const OSSL_PARAM params[] = {
		octets(OSSL_MAC_PARAM_KEY, key->at, key->len),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
		OSSL_PARAM_construct_end(),
	};
	size_t len;

	ck_assert_ptr_nonnull(ctx);
	ck_assert_int_eq(EVP_MAC_CTX_set_params(ctx, params), 1);
	ck_assert_int_eq(EVP_MAC_update(ctx, ticket->at, ticket->len), 1);
	ck_assert_int_eq(EVP_MAC_final(ctx, out, &len, VALUE_MAX), 1);
	ck_assert_uint_eq(len, 32);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
}

START_TEST(test_macs_of_tickets_agree)
{
	const struct value key = pick_value(32), ticket = pick_value(1);
	unsigned char theirs[VALUE_MAX], ours[VALUE_MAX];

	use_provider();
	mac_of_ticket(NULL, &key, &ticket, theirs);
	mac_of_ticket(KDF_QUERY, &key, &ticket, ours);
	ck_assert_mem_eq(theirs, ours, 32);
}
END_TEST

/* ---- what it refuses ------------------------------------------------------- */

START_TEST(test_refusals)
{
	static const char too_long[] = "a label of 250 bytes, with \"tls13 \" in front 256: "
				       "##################################################"
				       "##################################################"
				       "##################################################"
				       "##################################################";
	const struct value key = { .len = 32 }, none = { .len = 0 };
	const struct derivation rows[] = {
		{ "SHA2-512", EXPAND, key, none, none, "key" },
		{ "SHA1", EXTRACT, key, none, none, "key" },
		{ NULL, EXPAND, key, none, none, "key" },
		{ "SHA2-256", EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND, key, none, none, "key" },
		{ "SHA2-256", EXPAND, none, none, none, "key" },
		{ "SHA2-256", EXPAND, key, none, none, too_long },
	};
	const struct derivation good = { "SHA2-256", EXPAND, key, none, none, too_long + 1 };
	static unsigned char out[255 * 32 + 1];

	use_provider();
	ck_assert_uint_eq(strlen(too_long), 250);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_msg(derive(KDF_QUERY, &rows[i], out, 32) != 1, "row %zu", i);
	ck_assert_int_eq(derive(KDF_QUERY, &good, out, 255 * 32), 1);
	ck_assert_int_ne(derive(KDF_QUERY, &good, out, 255 * 32 + 1), 1);
	ck_assert_ptr_null(mac_begin(KDF_QUERY, "SHA1", &key));
	ck_assert_ptr_null(mac_begin(KDF_QUERY, "SHA2-512", &key));
}
END_TEST

/* The openssl.cnf of this machine may prefer another provider. */
static void ignore_configuration(void)
{
	ck_assert_int_eq(setenv("OPENSSL_CONF", "/dev/null", 1), 0);
}

CHECK_MAIN_IN("key_schedule", ignore_configuration, NULL, test_vectors_of_acvp,
    test_vector_with_a_long_secret, test_keys_of_rfc_8448, test_derivations_agree,
    test_macs_agree, test_macs_of_tickets_agree, test_refusals)
