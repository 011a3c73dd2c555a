/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_CERT_NAME_H
#define HELLO_CLIENT_JUDGE_CERT_NAME_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * Is a certificate for this name, IP literal or SPIFFE ID? By the same rule as in the handshake:
 * only DNS names and IP addresses of the subjectAltName count, and a wildcard is one whole label
 * (RFC 9525). A SPIFFE ID must be the only URI, byte for byte, of a certificate that is neither a
 * CA nor allowed to sign certificates or revocation lists (X509-SVID section 5.2).
 */
bool cert_name_matches(X509 *cert, const char *name);

/*
 * Explain a mismatch: CERT_WRONG_NAME with the nearest entry, its type and the rule. Advises
 * --verify-name only with a name that cert_name_matches accepts. Returns -1.
 */
int cert_name_explain(X509 *cert, const char *name, struct outcome *oc);

#endif
