/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_QUIC_END_H
#define HELLO_TLS_QUIC_END_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"

struct ssl_conn_close_info_st; /* SSL_get_conn_close_info(3) */
struct tls_conn;

/* How a QUIC connection ended. Only in a build with QUIC. */

/* RFC 9001 section 4.8: an alert of TLS is this error plus its number. */
enum { QUIC_END_CRYPTO = 0x100 };
bool quic_end_is_alert(const struct ssl_conn_close_info_st *info);

/* The words of the end that closed it, or nothing. */
void quic_end_append_reason(const struct ssl_conn_close_info_st *info, struct outcome *oc);

/* The rest is about a server's connection. */

/* Has either end closed it? Did we? Did the client, without an error? */
bool quic_end_is_closed(SSL *ssl);
bool quic_end_is_own(SSL *ssl);
bool quic_end_is_clean(SSL *ssl);

/*
 * Why it was closed (quic_end_is_closed). The peer's alerts, and ours, are errors of QUIC (RFC 9001
 * section 4.8), with the same outcomes as over TCP. Others are HANDSHAKE_FAILED or _CLOSED, and
 * after the handshake (open) GREETING_RESET, or RECORD_BAD for what violates QUIC.
 */
void quic_end_explain(struct tls_conn *t, bool open, struct outcome *oc);

#endif
