/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_HANDSHAKE_H
#define HELLO_CLIENT_STEP_HANDSHAKE_H

#include "base/outcome.h"
#include "client/session/session.h"

/*
 * Before the first byte is sent: what this connection offers by ALPN, and the session to resume.
 * Returns 0, or -1 with an outcome.
 */
int handshake_prepare(const struct session *s, struct tls_conn *tls, struct outcome *oc);

/*
 * Make the TLS connection of a session on its socket, with all that the options and the service
 * want of a ClientHello; nothing is sent yet. Returns 0, or -1 with an outcome.
 */
int handshake_begin(struct session *s, struct outcome *oc);

#endif
