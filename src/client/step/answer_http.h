/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_ANSWER_HTTP_H
#define HELLO_CLIENT_STEP_ANSWER_HTTP_H

#include "client/step/answer_io.h"

/*
 * GET, and the head of the answer: a status that --expect-status allows proves the service. No
 * more is read, but for a refusal of our certificate, whose words are in the content. Where ALPN
 * selected h2, its first frame proves as much. Returns 0, or -1 with oc.
 */
int answer_http(struct answer *a, struct outcome *oc);

#endif
