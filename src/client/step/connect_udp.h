/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_CONNECT_UDP_H
#define HELLO_CLIENT_STEP_CONNECT_UDP_H

#include "client/session/session.h"

/*
 * step_connect over UDP, which has no connection of its own: starts a connection of QUIC or DTLS to
 * every address, staggered, and keeps the first one that is answered by any datagram. Sets s->tls
 * as well. The outcomes are those of TCP; a failure also says whether TCP reaches the same port.
 */
int connect_over_udp(struct session *s, struct outcome *oc);

#endif
