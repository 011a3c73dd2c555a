/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_RESIGNER_H
#define HELLO_CLIENT_JUDGE_RESIGNER_H

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/cert_info.h"

struct stack_st_X509;

/*
 * Products that decrypt TLS on the path, or on this machine, and sign a certificate of their own
 * for each server. A name proves nothing, so it only fits: anybody may choose it.
 */

/* The product that an issuer's name fits, or NULL. Reads its CN, O and OU. */
const char *resigner_of_name(const X509_NAME *issuer);

/* The same of the first issuer in this chain that fits; name: the issuer's. NULL is allowed. */
const char *resigner_of_chain(const struct stack_st_X509 *chain, char name[CERT_INFO_NAME_MAX]);

/* Append to a failure what an issuer of this chain fits, and advise; does nothing if none does. */
void resigner_append(const struct stack_st_X509 *chain, struct outcome *oc);

#endif
