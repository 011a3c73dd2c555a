/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_FETCH_ISSUER_H
#define HELLO_CLIENT_STEP_FETCH_ISSUER_H

#include "client/session/session.h"

/*
 * --fetch-issuer, after a failed verification: if a certificate of the chain has no issuer, fetch
 * the issuer from an address that this certificate names (caIssuers, RFC 5280 section 4.2.2.1),
 * and keep it in session.issuer if it did sign the certificate. The outcome does not change; the
 * detail gets what happened, and the advice what to do with the file. Does nothing after other
 * failures.
 *
 * One http URL after the other is tried, and each address of its host, until one has the issuer.
 * The peer chose them: only http, at most 4 URLs, 3 redirects of each, 12 requests in all, and 64
 * KiB of content in an answer of 256 KiB. It blocks at most until the deadline of the session. The
 * proxy and --resolve apply; the detours of --connect-to are for the target alone.
 */
void fetch_issuer(struct session *s, struct outcome *oc);

/* The issuer of cert in this content: a stack of one, owned; or NULL with why. */
enum { FETCH_ISSUER_WHY_MAX = 256 };
struct stack_st_X509 *fetch_issuer_decode(const unsigned char *bytes, size_t len, X509 *cert,
    char why[FETCH_ISSUER_WHY_MAX]);

#endif
