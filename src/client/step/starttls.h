/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_STARTTLS_H
#define HELLO_CLIENT_STEP_STARTTLS_H

#include "client/session/session.h"

/*
 * The handshake failed. If the server had agreed to TLS in its own protocol, bytes that are not
 * TLS become OC_STARTTLS_FAILED, because they follow its answer as those that came together with
 * it, and the advice fits what is known.
 */
void starttls_explain_handshake(const struct session *s, struct outcome *failed);

#endif
