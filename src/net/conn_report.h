/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_CONN_REPORT_H
#define HELLO_NET_CONN_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

/*
 * What one end knows about a TLS connection, as text: the server sends it with
 * --report, and the client compares it with its own view. Both ends use this file, so
 * they always write a value in the same way.
 */
#define CONN_REPORT_LIST(X) \
	X(PEER, "peer")               /* the client's address and port */ \
	X(SERVER_NAME, "server-name") /* requested by SNI */ \
	X(PROTOCOL, "protocol") \
	X(CIPHER, "cipher") \
	X(GROUP, "group") \
	X(RESUMED, "resumed")         /* "yes" or "no" */ \
	X(CLIENT, "client")           /* the verified client's subject, else its names */ \
	X(CERTIFICATE, "certificate") /* SHA-256 of the served leaf, in hex */ \
	X(NODE, "node")               /* the node that answered */ \
	X(TIME, "time")               /* its clock, UTC */ \
	X(BINDING, "binding")         /* from the keys of this connection: RFC 9266, in hex */ \
	X(OFFERS, "offers")           /* what the ClientHello offered, see tls/offers_text.h */

enum conn_report_field {
#define X(name, text) CONN_REPORT_##name,
	CONN_REPORT_LIST(X)
#undef X
	    CONN_REPORT_FIELDS
};

/* A host name fits. A longer value, because of escapes, is cut in the same way at both ends. */
enum { CONN_REPORT_VALUE_MAX = 272 };

/* Four lists of at most eight names. */
enum { CONN_REPORT_OFFERS_MAX = 1200 };

/* Owns nothing; may be copied. offers is the last field. */
struct conn_report {
	char value[CONN_REPORT_OFFERS][CONN_REPORT_VALUE_MAX];
	char offers[CONN_REPORT_OFFERS_MAX];
};

/* The text of a missing value. */
#define CONN_REPORT_NONE "none"

const char *conn_report_name(enum conn_report_field field);

/*
 * Makes text clean (see text.h), so that a value is one line and cannot look like
 * another field. NULL and "" become "none".
 */
void conn_report_set(struct conn_report *s, enum conn_report_field field, const char *text);

const char *conn_report_get(const struct conn_report *s, enum conn_report_field field);
bool conn_report_is_none(const struct conn_report *s, enum conn_report_field field);

/* Writes a line "name: value" for each field. Returns the length, below CONN_REPORT_TEXT_MAX. */
enum {
	CONN_REPORT_TEXT_MAX = CONN_REPORT_OFFERS * (CONN_REPORT_VALUE_MAX + 16) +
	    CONN_REPORT_OFFERS_MAX + 16
};
size_t conn_report_format(const struct conn_report *s, char buf[CONN_REPORT_TEXT_MAX]);

/*
 * Finds the report at the end of a server's reply: it follows the last empty line.
 * Lines with unknown names are ignored; each known field must occur once, but offers may
 * be missing, as in the reports of older servers, and is "none" then. *said is the length
 * of the text before the empty line. Pure; the bytes may be anything. Returns 0, or -1
 * with OC_GREETING_MISMATCH.
 */
int conn_report_parse(const char *bytes, size_t len, struct conn_report *out, size_t *said,
    struct outcome *oc);

#endif
