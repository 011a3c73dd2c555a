/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_CERT_ERROR_H
#define HELLO_CLIENT_JUDGE_CERT_ERROR_H

#include <stdbool.h>

#include "base/outcome.h"

/*
 * The library's errors about a certificate (X509_V_ERR_*) as outcomes, and so as exit statuses:
 * an expired one is OC_CERT_EXPIRED, status 52 in base/outcome.h. Where the error alone does not
 * decide, verdict_explain does.
 */
enum outcome_code cert_error_code(int error);

/* Does this error mean that the chain does not end in a trusted root? */
bool cert_error_is_distrust(int error);

#endif
