/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_RESIGNER_H
#define HELLO_CLIENT_JUDGE_RESIGNER_H

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/cert_info.h"

struct stack_st_X509;

/*
 * Products that decrypt TLS on the path, or on this machine, and sign a certificate of their own
 * for each server. An issuer's name only suggests one: anybody can choose it.
 */

/* The product that this name suggests, by its CN, O or OU; or NULL. */
const char *resigner_of_name(const X509_NAME *issuer);

/* The same for the first issuer in this chain, which may be NULL, that suggests one: its name. */
const char *resigner_of_chain(const struct stack_st_X509 *chain, char name[CERT_INFO_NAME_MAX]);

/* Appends the product to a failure, and advises; does nothing if no issuer suggests one. */
void resigner_append(const struct stack_st_X509 *chain, struct outcome *oc);

#endif
