/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_ANSWER_H
#define HELLO_CLIENT_STEP_ANSWER_H

#include "client/session/session.h"

/*
 * Does the service, any except hello, accept this connection? Data proves that it does. If the
 * server requested a client certificate, an alert, a close or a reset before any data is a
 * refusal. In that case nothing is written until the server has had a moment to refuse: writing to
 * a closed connection would lose the reason.
 *
 * The first line of the answer becomes the session's greeting; the remark states what is not
 * proven. Blocks, at most until --read-timeout. Returns 0, or -1 with OC_GREETING_*,
 * OC_CLIENT_CERT_* or OC_HANDSHAKE_ALERT.
 */
int answer_await(struct session *s, struct outcome *oc);

#endif
