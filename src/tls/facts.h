/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_FACTS_H
#define HELLO_TLS_FACTS_H

#include <stdbool.h>

#include "tls/conn.h"

/* What was negotiated. The next operation of tlsio empties the error queue. */
void tlsfacts_get(const struct tlsio *t, struct tlsio_facts *out);

/* Has ALPN (RFC 7301) selected http/1.1? A server knows it from the ClientHello on. */
bool tlsfacts_is_http(const struct tlsio *t);

/* Has the peer sent the beginning of a record, or more, that was not read as data? */
bool tlsfacts_is_within_record(const struct tlsio *t);

/* What ALPN has selected, escaped where it is not printable, or "". buf is returned. */
enum { TLSFACTS_ALPN_MAX = 64 };
const char *tlsfacts_alpn(const struct tlsio *t, char buf[TLSFACTS_ALPN_MAX]);

/*
 * What only the two ends of this very connection can know: 32 bytes derived from
 * its keys ("tls-exporter" of RFC 9266), in hex. A server may ask once its
 * Finished is made: OpenSSL exports then, before the client's. False where there
 * is none: in TLS 1.2 without the extended master secret it would bind nothing
 * (RFC 9266 section 4.2).
 */
enum { TLSFACTS_BINDING_MAX = 65 };
bool tlsfacts_binding(const struct tlsio *t, char hex[TLSFACTS_BINDING_MAX]);

/*
 * The CAs whose certificates the server asked for: "\"A\", \"B\" and 5 more", or "".
 * buf is returned.
 */
enum { TLSFACTS_CAS_MAX = 256 };
const char *tlsfacts_wanted_cas(const struct tlsio *t, char buf[TLSFACTS_CAS_MAX]);

/* The peer's verified state: X509_V_OK only if chain and name were checked. */
int tlsfacts_verify_result(const struct tlsio *t);

/* The peer's leaf, a new reference for the caller; NULL if there is none. */
X509 *tlsfacts_peer_certificate(const struct tlsio *t);

/* The certificate of a client that was verified; NULL: none was. Not to be freed. */
const X509 *tlsfacts_client(const struct tlsio *t);

/* The leaf that this server has served; NULL when none was, in a resumption. Not to be freed. */
const X509 *tlsfacts_served(const struct tlsio *t);

#endif
