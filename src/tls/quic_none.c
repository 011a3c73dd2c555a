/* SPDX-License-Identifier: MIT */
/* tls/quic.h for a build whose TLS library has no QUIC. */
#include <stdint.h>

#include "tls/quic.h"

bool tls_quic_is_built(void)
{
	return false;
}

const struct ssl_method_st *tls_quic_method(void)
{
	return NULL;
}

struct tls_conn *tls_quic_new_client(SSL_CTX *ctx, int fd, const struct addr *peer,
    const char *sni, const char *verify_name, void *owner, struct outcome *oc)
{
	(void)ctx;
	(void)fd;
	(void)peer;
	(void)sni;
	(void)verify_name;
	(void)owner;
	outcome_set(oc, OC_INTERNAL, "this build has no QUIC");
	return NULL;
}

int tls_quic_send(struct tls_conn *t, struct outcome *oc)
{
	return tls_quic_handshake(t, oc) == IO_DONE ? 0 : -1;
}

int tls_quic_errno(const struct tls_conn *t)
{
	(void)t;
	return 0;
}

enum io tls_quic_handshake(struct tls_conn *t, struct outcome *oc)
{
	(void)t;
	outcome_set(oc, OC_INTERNAL, "this build has no QUIC");
	return IO_FAILED;
}

enum io tls_quic_read(struct tls_conn *t, void *buf, size_t max, size_t *got, struct outcome *oc)
{
	(void)buf;
	(void)max;
	(void)got;
	return tls_quic_handshake(t, oc);
}

enum io tls_quic_close(struct tls_conn *t)
{
	(void)t;
	return IO_DONE;
}

void tls_quic_allow(struct tls_quic *q, size_t bytes)
{
	(void)q;
	(void)bytes;
}

uint64_t tls_quic_timer(const struct tls_conn *t)
{
	(void)t;
	return UINT64_MAX;
}

bool tls_quic_is_foreign(const struct tls_conn *t, struct outcome *oc)
{
	(void)t;
	(void)oc;
	return false;
}

void tls_quic_free(struct tls_quic *q)
{
	(void)q;
}
