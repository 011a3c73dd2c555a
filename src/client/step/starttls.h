/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_STARTTLS_H
#define HELLO_CLIENT_STEP_STARTTLS_H

#include "client/session/session.h"

/*
 * Call after a failed handshake. If the server had agreed to TLS in its own protocol, and then sent
 * bytes that are not TLS, the failure becomes OC_STARTTLS_FAILED, as if the bytes had come together
 * with its answer. If it ended the connection instead, the advice mentions that it had agreed.
 */
void starttls_explain_handshake(const struct session *s, struct outcome *failed);

#endif
