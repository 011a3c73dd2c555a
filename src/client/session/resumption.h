/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_RESUMPTION_H
#define HELLO_CLIENT_SESSION_RESUMPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"
#include "tls/conn.h"

/*
 * A client's session, which a later connection may resume (RFC 8446 section
 * 2.2), and the name it is for. It holds the certificates that the peer proved and
 * the OCSP response that came with them, because a resumption brings neither.
 * Zeroed: nothing.
 */
struct resumption {
	struct ssl_session_st *session;
	char sni[ADDR_HOST_MAX], verify_name[ADDR_HOST_MAX];
	unsigned char *staple; /* DER; NULL: none came */
	size_t staple_len;
};

/*
 * Save the session of a connection that was verified for this name and has been
 * read to its end: with TLS 1.3 tickets come behind the handshake. resumed is
 * what this one has resumed itself, or NULL. out holds nothing when the server
 * gave none. Release with resumption_free.
 */
void resumption_save(const struct tls_conn *t, const char *sni, const char *verify_name,
    const struct resumption *resumed, struct resumption *out);

/*
 * Offer it on a connection whose handshake has not begun. Nothing happens when
 * there is none, or it is for another name: then the handshake is a full one.
 * The library keeps what it needs. A ticket should be offered once only (RFC
 * 8446 appendix C.4).
 */
void resumption_offer(struct tls_conn *t, const char *sni, const char *verify_name,
    const struct resumption *held);

/* Hand over what is held; from holds nothing then, and what to held is forgotten, not released. */
void resumption_move(struct resumption *from, struct resumption *to);

/* Release; idempotent. */
void resumption_free(struct resumption *held);

#endif
