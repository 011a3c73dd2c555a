/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_ANSWER_HTTP_H
#define HELLO_CLIENT_STEP_ANSWER_HTTP_H

#include "client/step/answer_io.h"

/*
 * Sends GET and reads the head of the answer: a status that --expect-status allows proves the
 * service. The content is read only if it may say why our certificate was refused. If ALPN
 * selected h2, the server's first frame is the proof. Returns 0, or -1 with oc.
 */
int answer_http(struct answer *a, struct outcome *oc);

#endif
