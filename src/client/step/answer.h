/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_ANSWER_H
#define HELLO_CLIENT_STEP_ANSWER_H

#include "client/session/session.h"

/*
 * Has the service of the session, any but hello, taken our connection? Data proves it; an alert,
 * a close or a reset before data is a refusal where the server asked for a certificate of ours.
 * Where it did, nothing is written before the server had a moment to refuse: a request that meets
 * a closed socket would be all that is known.
 *
 * The first line of the answer becomes the session's greeting, and what is not proven its remark.
 * Blocks, at most until --read-timeout. Returns 0, or -1 with OC_GREETING_*, OC_CLIENT_CERT_* or
 * OC_HANDSHAKE_ALERT.
 */
int answer_await(struct session *s, struct outcome *oc);

#endif
