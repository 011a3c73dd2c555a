/* SPDX-License-Identifier: MIT */
#include "server/service/ticket.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "base/input_file.h"

/* The parts of a key, in order. */
enum { NAME_SIZE = 16, MAC_SIZE = 32, CIPHER_SIZE = 32 };

_Static_assert(NAME_SIZE + MAC_SIZE + CIPHER_SIZE == TICKET_KEY_SIZE, "the parts are a key");

int ticket_renew(struct ticket_keys *keys, const struct ticket_keys *before,
    struct outcome *oc)
{
	struct ticket_keys fresh = { .count = 1 };

	if (RAND_priv_bytes(fresh.key[0], TICKET_KEY_SIZE) != 1)
		return outcome_set(oc, OC_INTERNAL,
		    "cannot generate random bytes for a ticket key");
	if (before && before->count > 0)
		memcpy(fresh.key[fresh.count++], before->key[0], TICKET_KEY_SIZE);
	*keys = fresh;
	ticket_wipe(&fresh);
	return 0;
}

static const unsigned char *find(const struct ticket_keys *keys, const unsigned char *name)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (memcmp(keys->key[i], name, NAME_SIZE) == 0)
			return keys->key[i];
	}
	return NULL;
}

static int fill(struct ticket_keys *keys, const unsigned char *bytes, size_t len,
    struct outcome *oc)
{
	for (keys->count = 0; len > 0; len -= TICKET_KEY_SIZE, bytes += TICKET_KEY_SIZE) {
		/* A ticket names its key, so the second key of a name would decrypt nothing. */
		if (find(keys, bytes)) {
			outcome_set(oc, OC_FILE,
			    "ticket key %zu has the same name (its first %d bytes) as an earlier "
			    "one",
			    keys->count + 1, NAME_SIZE);
			outcome_advise(oc, "remove it: each key is %d random bytes of its own",
			    TICKET_KEY_SIZE);
			return -1;
		}
		memcpy(keys->key[keys->count++], bytes, TICKET_KEY_SIZE);
	}
	return 0;
}

int ticket_parse(struct ticket_keys *keys, const void *bytes, size_t len, struct outcome *oc)
{
	struct ticket_keys read;
	int ret;

	/* First, because only a part of a file that is too long was read. */
	if (len > TICKET_KEYS_MAX * TICKET_KEY_SIZE) {
		outcome_set(oc, OC_FILE, "more than %d ticket keys", TICKET_KEYS_MAX);
		outcome_advise(oc, "remove old keys: those of tickets that have expired");
		return -1;
	}
	if (len == 0 || len % TICKET_KEY_SIZE != 0) {
		outcome_set(oc, OC_FILE,
		    "not a multiple of %d bytes, the size of a ticket key: %zu",
		    TICKET_KEY_SIZE, len);
		outcome_advise(oc, "openssl rand -out FILE %d creates one key", TICKET_KEY_SIZE);
		return -1;
	}
	ret = fill(&read, bytes, len, oc);
	if (ret == 0)
		*keys = read;
	ticket_wipe(&read);
	return ret;
}

int ticket_read(struct ticket_keys *keys, const char *path, struct outcome *oc)
{
	static const struct input_file_want want = { "the ticket key file",
		64 * INPUT_FILE_KIB, true };
	struct outcome bad = OUTCOME_NONE;
	struct input_file file;
	int ret = 0;

	if (input_file_read(&file, path, &want, oc) != 0)
		return -1;
	if (ticket_parse(keys, file.bytes, file.len, &bad) != 0) {
		ret = outcome_set(oc, OC_FILE, "%s: %s", path, bad.detail);
		if (bad.advice[0])
			outcome_advise(oc, "%s", bad.advice);
	}
	input_file_free(&file);
	return ret;
}

static int keys_index(void)
{
	static int index = -1;

	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return index;
}

/* Sets both parts of the key in the context that the library needs; -1 as the library expects. */
static int set_key(const unsigned char *key, const unsigned char *iv, EVP_CIPHER_CTX *cipher,
    EVP_MAC_CTX *mac, int encrypt)
{
	/* The library's parameter is not const, but it only reads. */
	void *secret = (unsigned char *)key + NAME_SIZE;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret, MAC_SIZE),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
		OSSL_PARAM_construct_end(),
	};

	if (EVP_CipherInit_ex2(cipher, EVP_aes_256_cbc(), key + NAME_SIZE + MAC_SIZE, iv, encrypt,
		NULL) != 1 ||
	    EVP_MAC_CTX_set_params(mac, params) != 1)
		return -1;
	return 1;
}

/*
 * SSL_CTX_set_tlsext_ticket_key_evp_cb(3). Returns 0 for an unknown key: the client
 * gets a full handshake; 2 if the ticket should be replaced.
 */
static int protect(SSL *ssl, unsigned char name[NAME_SIZE], unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
	const struct ticket_keys *keys = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), keys_index());
	const unsigned char *key = keys->key[0];

	if (encrypt) {
		if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1)
			return -1;
		memcpy(name, key, NAME_SIZE);
		return set_key(key, iv, cipher, mac, 1);
	}
	key = find(keys, name);
	if (!key)
		return 0;
	if (set_key(key, iv, cipher, mac, 0) != 1)
		return -1;
	if (SSL_version(ssl) == TLS1_3_VERSION)
		return SSL_get_num_tickets(ssl) > 0 ? 2 : 1;
	return key == keys->key[0] ? 1 : 2;
}

int ticket_use(SSL_CTX *ctx, const struct ticket_keys *keys, struct outcome *oc)
{
	/* Without this check the first key would be all zero. */
	if (keys->count == 0)
		return outcome_set(oc, OC_INTERNAL, "cannot generate a ticket key");
	if (SSL_CTX_set_ex_data(ctx, keys_index(), (void *)keys) != 1 ||
	    SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, protect) != 1)
		return outcome_set(oc, OC_INTERNAL, "the TLS library rejects the ticket keys");
	return 0;
}

enum io ticket_complete(struct tls_conn *t, struct outcome *oc)
{
	/* Not const, because the calls below request more tickets. */
	SSL *ssl = (SSL *)tls_conn_library(t);
	size_t count = SSL_get_num_tickets(ssl);

	if (SSL_version(ssl) != TLS1_3_VERSION || !SSL_session_reused(ssl) || count < 2)
		return IO_DONE;
	for (size_t i = 1; i < count; i++) {
		if (SSL_new_session_ticket(ssl) != 1)
			break;
	}
	/* The next call must add none. */
	SSL_set_num_tickets(ssl, 0);
	return tls_conn_handshake(t, oc);
}

void ticket_wipe(struct ticket_keys *keys)
{
	OPENSSL_cleanse(keys, sizeof *keys);
}
