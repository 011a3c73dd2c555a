/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_FACTS_H
#define HELLO_TLS_FACTS_H

#include <stdbool.h>

#include "tls/conn.h"

/* What was negotiated. The next operation of tls_conn empties the error queue. */
void tls_facts_get(const struct tls_conn *t, struct tls_conn_facts *out);

/* Has ALPN (RFC 7301) selected http/1.1? A server knows it from the ClientHello on. */
bool tls_facts_is_http(const struct tls_conn *t);

/* Has the peer sent the beginning of a record, or more, that was not read as data? */
bool tls_facts_is_within_record(const struct tls_conn *t);

/* What ALPN has selected, escaped where it is not printable, or "". buf is returned. */
enum { TLS_FACTS_ALPN_MAX = 64 };
const char *tls_facts_alpn(const struct tls_conn *t, char buf[TLS_FACTS_ALPN_MAX]);

/*
 * What only the two ends of this very connection can know: 32 bytes derived from
 * its keys ("tls-exporter" of RFC 9266), in hex. A server may ask once its
 * Finished is made: OpenSSL exports then, before the client's. False where there
 * is none: in TLS 1.2 without the extended master secret it would bind nothing
 * (RFC 9266 section 4.2).
 */
enum { TLS_FACTS_BINDING_MAX = 65 };
bool tls_facts_binding(const struct tls_conn *t, char hex[TLS_FACTS_BINDING_MAX]);

/*
 * The CAs whose certificates the server asked for: "\"A\", \"B\" and 5 more", or "".
 * buf is returned.
 */
enum { TLS_FACTS_CAS_MAX = 256 };
const char *tls_facts_wanted_cas(const struct tls_conn *t, char buf[TLS_FACTS_CAS_MAX]);

/* The peer's verified state: X509_V_OK only if chain and name were checked. */
int tls_facts_verify_result(const struct tls_conn *t);

/* The peer's leaf, a new reference for the caller; NULL if there is none. */
X509 *tls_facts_peer_certificate(const struct tls_conn *t);

/* The certificate of a client that was verified; NULL: none was. Not to be freed. */
const X509 *tls_facts_client(const struct tls_conn *t);

/* The leaf that this server has served; NULL when none was, in a resumption. Not to be freed. */
const X509 *tls_facts_served(const struct tls_conn *t);

#endif
