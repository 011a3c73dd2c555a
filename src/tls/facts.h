/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_FACTS_H
#define HELLO_TLS_FACTS_H

#include <stdbool.h>

#include "tls/conn.h"
#include "tls/offers_text.h"

/* What was negotiated. The next tls_conn operation empties the error queue. */
void tls_facts_get(const struct tls_conn *t, struct tls_conn_facts *out);

/* Did ALPN (RFC 7301) select http/1.1? A server knows it once it has read the ClientHello. */
bool tls_facts_is_http(const struct tls_conn *t);

/*
 * What a server's client offers, for the log and the report; "" if no whole ClientHello
 * has arrived. Returns buf.
 */
const char *tls_facts_offers(const struct tls_conn *t, char buf[OFFERS_TEXT_MAX]);

/* Has the peer sent part of a record, or more, that was not read as data? */
bool tls_facts_is_within_record(const struct tls_conn *t);

/* The protocol that ALPN selected, escaped if not printable, or "". Returns buf. */
enum { TLS_FACTS_ALPN_MAX = 64 };
const char *tls_facts_alpn(const struct tls_conn *t, char buf[TLS_FACTS_ALPN_MAX]);

/*
 * A value that only the two ends of this connection can compute: 32 bytes derived from
 * its keys ("tls-exporter" of RFC 9266), in hex. A server may call it once its Finished
 * is made: OpenSSL can export then, before the client's Finished. False if there is
 * none: in TLS 1.2 without the extended master secret it would bind nothing (RFC 9266
 * section 4.2).
 */
enum { TLS_FACTS_BINDING_MAX = 65 };
bool tls_facts_binding(const struct tls_conn *t, char hex[TLS_FACTS_BINDING_MAX]);

/* The peer's verification result: X509_V_OK only if chain and name were checked. */
int tls_facts_verify_result(const struct tls_conn *t);

/* The peer's leaf, a new reference for the caller; NULL if there is none. */
X509 *tls_facts_peer_certificate(const struct tls_conn *t);

/* The certificate of a verified client; NULL: none. Not to be freed. */
const X509 *tls_facts_client(const struct tls_conn *t);

/* The leaf that this server sent; NULL if it sent none, as in a resumption. Not to be freed. */
const X509 *tls_facts_served(const struct tls_conn *t);

#endif
