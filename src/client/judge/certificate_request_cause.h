/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_CERTIFICATE_REQUEST_CAUSE_H
#define HELLO_CLIENT_JUDGE_CERTIFICATE_REQUEST_CAUSE_H

#include "base/outcome.h"
#include "client/judge/certificate_request.h"

/*
 * Append what may have caused a failure after the server's request: no certificate was sent,
 * or one whose issuer or key the server did not ask for. Also advise.
 */
void certificate_request_cause_explain(const struct certificate_request *r, struct outcome *oc);

#endif
