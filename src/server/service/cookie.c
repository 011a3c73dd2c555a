/* SPDX-License-Identifier: MIT */
#include "server/service/cookie.h"

#include <stdint.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "server/listen/udp_socket.h"
#include "tls/dtls.h"

enum { KEY_BYTES = 32, COOKIE_BYTES = 32 };

static unsigned char key[KEY_BYTES];

/* What a cookie is valid for. */
struct claim {
	uint64_t period;
	uint8_t address[16];
	uint32_t scope;
	uint16_t family, port;
};

static void fill(const struct addr *peer, uint64_t period, struct claim *out)
{
	/* No byte may be undefined. */
	memset(out, 0, sizeof *out);
	out->period = period;
	out->family = peer->ss.any.sa_family;
	out->port = addr_port(peer);
	if (out->family == AF_INET6) {
		memcpy(out->address, &peer->ss.v6.sin6_addr, sizeof peer->ss.v6.sin6_addr);
		out->scope = peer->ss.v6.sin6_scope_id;
	} else {
		memcpy(out->address, &peer->ss.v4.sin_addr, sizeof peer->ss.v4.sin_addr);
	}
}

static int make(const SSL *ssl, uint64_t period, unsigned char cookie[EVP_MAX_MD_SIZE])
{
	const struct udp_path *path = tls_dtls_path(ssl);
	struct claim claim;
	unsigned len = 0;

	if (!path)
		return 0;
	fill(&path->peer, period, &claim);
	return HMAC(EVP_sha256(), key, sizeof key, (const unsigned char *)&claim, sizeof claim,
		   cookie, &len) != NULL &&
	    len == COOKIE_BYTES;
}

static uint64_t now_period(void)
{
	return clock_ms() / COOKIE_LIFE_MS;
}

static int generate(SSL *ssl, unsigned char *cookie, unsigned *len)
{
	unsigned char made[EVP_MAX_MD_SIZE];

	if (!make(ssl, now_period(), made))
		return 0;
	memcpy(cookie, made, COOKIE_BYTES);
	*len = COOKIE_BYTES;
	return 1;
}

/* Of this period or of the one before. */
static int verify(SSL *ssl, const unsigned char *cookie, unsigned len)
{
	unsigned char made[EVP_MAX_MD_SIZE];
	uint64_t now = now_period();

	for (uint64_t back = 0; back <= 1 && back <= now; back++) {
		if (len == COOKIE_BYTES && make(ssl, now - back, made) &&
		    CRYPTO_memcmp(cookie, made, COOKIE_BYTES) == 0)
			return 1;
	}
	return 0;
}

int cookie_prepare(struct outcome *oc)
{
	if (RAND_bytes(key, sizeof key) == 1)
		return 0;
	return outcome_set(oc, OC_INTERNAL, "cannot generate a key for cookies");
}

void cookie_use(SSL_CTX *ctx)
{
	SSL_CTX_set_cookie_generate_cb(ctx, generate);
	SSL_CTX_set_cookie_verify_cb(ctx, verify);
}
