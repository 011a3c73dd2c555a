/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_WAIT_H
#define HELLO_CLIENT_STEP_WAIT_H

#include <stdint.h>

#include "base/outcome.h"
#include "client/session/session.h"

/*
 * socket_wait for the peer of s->tls, but IO_DONE also when its operation has to be called again
 * without an event, see tls_conn_timer.
 */
enum io wait_for_peer(const struct session *s, enum io want, uint64_t deadline_ms);

#endif
