/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_HANDSHAKE_H
#define HELLO_CLIENT_STEP_HANDSHAKE_H

#include "base/outcome.h"
#include "client/session/session.h"

/*
 * Make the TLS connection of a session on its socket, with all that the options and the service
 * want of a ClientHello; nothing is sent yet. Returns 0, or -1.
 */
int handshake_begin(struct session *s, struct outcome *oc);

#endif
