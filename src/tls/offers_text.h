/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_OFFERS_TEXT_H
#define HELLO_TLS_OFFERS_TEXT_H

#include <openssl/types.h>

#include "tls/hello_offers.h"

/*
 * What a client offers, for the log and the report: for each list how many there are,
 * and the first eight in the client's order, by IANA's names.
 *
 *	versions 2: TLSv1.3 TLSv1.2; groups 1: x25519; ciphers 200: GREASE
 *	TLS_AES_128_GCM_SHA256 0xc0ff ...; signatures none
 *
 * A number without a name is in hex. Without a list of versions it is "versions up to
 * TLSv1.0". A malformed ClientHello ends in "; the rest is malformed".
 */
enum { OFFERS_TEXT_MAX = 1200 };

/* "" if nothing is known. Only the names of ciphers need the library's object. Returns buf. */
const char *offers_text(const struct hello_offers *o, SSL *ssl, char buf[OFFERS_TEXT_MAX]);

/* One list for a sentence: the first eight names, and " ..." if there are more. Returns buf. */
const char *offers_text_list(const struct hello_offers *o, enum hello_list list, SSL *ssl,
    char buf[OFFERS_TEXT_MAX]);

#endif
