/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_RESUMPTION_H
#define HELLO_CLIENT_SESSION_RESUMPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "client/judge/spiffe_id.h"
#include "net/addr.h"
#include "tls/conn.h"

/*
 * A client's session, which a later connection may resume (RFC 8446 section 2.2), and its name. It
 * holds the peer's certificates and the OCSP response that came with them, because a resumption
 * sends neither. Zeroed: nothing.
 */
struct resumption {
	struct ssl_session_st *session;
	char sni[ADDR_HOST_MAX], verify_name[SPIFFE_ID_MAX];
	unsigned char *staple; /* DER; NULL: none came */
	size_t staple_len;
};

/*
 * Save the session of a connection that was verified for this name and read to its end: in TLS 1.3
 * tickets come after the handshake. resumed is the session that this connection itself resumed, or
 * NULL. out stays empty if the server issued no session. Release it with resumption_free.
 */
void resumption_save(const struct tls_conn *t, const char *sni, const char *verify_name,
    const struct resumption *resumed, struct resumption *out);

/*
 * Offer the session on a connection whose handshake has not begun. If there is none, or it is for
 * another name, the handshake is a full one. The library keeps what it needs. A ticket should be
 * offered only once (RFC 8446 appendix C.4).
 */
void resumption_offer(struct tls_conn *t, const char *sni, const char *verify_name,
    const struct resumption *held);

/* Move the session: from becomes empty. What to held before is not released. */
void resumption_move(struct resumption *from, struct resumption *to);

/* Release; idempotent. */
void resumption_free(struct resumption *held);

#endif
