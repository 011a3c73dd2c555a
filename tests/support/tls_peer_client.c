/* SPDX-License-Identifier: MIT */
#include "support/tls_peer_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

static void must(bool ok)
{
	if (!ok)
		abort();
}

void peer_client_init(struct peer_client *c, int fd, enum peer_version version,
    const char *sends_first)
{
	int wanted = version == PEER_TLS12 ? TLS1_2_VERSION : TLS1_3_VERSION;

	memset(c, 0, sizeof *c);
	c->sends_first = sends_first;
	c->ctx = SSL_CTX_new(TLS_client_method());
	must(c->ctx != NULL);
	must(SSL_CTX_set_min_proto_version(c->ctx, wanted) == 1);
	must(SSL_CTX_set_max_proto_version(c->ctx, wanted) == 1);
	c->ssl = SSL_new(c->ctx);
	must(c->ssl != NULL && SSL_set_fd(c->ssl, fd) == 1);
	SSL_set_connect_state(c->ssl);
}

void peer_client_use_groups(struct peer_client *c, const char *groups)
{
	must(SSL_set1_groups_list(c->ssl, groups) == 1);
}

void peer_client_offer(struct peer_client *c, const char *protocol)
{
	unsigned char list[64];
	size_t len = strlen(protocol);

	must(len < sizeof list);
	list[0] = (unsigned char)len;
	memcpy(list + 1, protocol, len);
	must(SSL_set_alpn_protos(c->ssl, list, (unsigned)len + 1) == 0);
}

void peer_client_trust_nobody(struct peer_client *c)
{
	SSL_set_verify(c->ssl, SSL_VERIFY_PEER, NULL);
}

/* What is not "later" is the end. */
static void check_end(struct peer_client *c, int ret)
{
	int error = SSL_get_error(c->ssl, ret);

	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return;
	c->done = true;
	c->got_close_notify = error == SSL_ERROR_ZERO_RETURN;
	ERR_clear_error();
}

static void send_first(struct peer_client *c)
{
	size_t len = strlen(c->sends_first), first = c->split < len ? c->split : len;

	if (first > 0)
		must(SSL_write(c->ssl, c->sends_first, (int)first) > 0);
	if (first < len)
		must(SSL_write(c->ssl, c->sends_first + first, (int)(len - first)) > 0);
}

static void keep(struct peer_client *c, const char *buf, size_t len)
{
	size_t room = c->got < sizeof c->text ? sizeof c->text - 1 - c->got : 0;

	if (room > 0)
		memcpy(c->text + c->got, buf, len < room ? len : room);
}

void peer_client_step(struct peer_client *c)
{
	char buf[4096];
	int ret = SSL_do_handshake(c->ssl);

	if (c->done)
		return;
	if (ret != 1) {
		check_end(c, ret);
		return;
	}
	if (c->sends_first) {
		send_first(c);
		c->sends_first = NULL;
	}
	while ((ret = SSL_read(c->ssl, buf, sizeof buf)) > 0) {
		keep(c, buf, (size_t)ret);
		c->got += (size_t)ret;
	}
	check_end(c, ret);
}

void peer_client_export(struct peer_client *c, char hex[65])
{
	static const char label[] = "EXPORTER-Channel-Binding";
	unsigned char key[32];

	must(SSL_export_keying_material(c->ssl, key, sizeof key, label, sizeof label - 1,
		 (const unsigned char *)"", 0, 1) == 1);
	for (size_t i = 0; i < sizeof key; i++)
		snprintf(hex + 2 * i, 3, "%02x", key[i]);
}

bool peer_client_is_done(const struct peer_client *c)
{
	return c->done;
}

void peer_client_free(struct peer_client *c)
{
	SSL_free(c->ssl);
	SSL_CTX_free(c->ctx);
}
