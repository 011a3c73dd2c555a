/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_CONN_REPORT_H
#define HELLO_NET_CONN_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

/*
 * What one end saw of a TLS connection, as text: the server says it with
 * --report, the client compares it with what it saw itself. Both go through this
 * file, so the two cannot disagree about how something is written.
 */
#define CONN_REPORT_LIST(X) \
	X(PEER, "peer")               /* the client's address and port */ \
	X(SERVER_NAME, "server-name") /* asked for by SNI */ \
	X(PROTOCOL, "protocol") \
	X(CIPHER, "cipher") \
	X(GROUP, "group") \
	X(RESUMED, "resumed")         /* "yes" or "no" */ \
	X(CLIENT, "client")           /* the verified client's subject, else its names */ \
	X(CERTIFICATE, "certificate") /* SHA-256 of the leaf that was served, in hex */ \
	X(NODE, "node")               /* the machine that answered */ \
	X(TIME, "time")               /* its clock, UTC */ \
	X(BINDING, "binding")         /* keys of this connection: RFC 9266, in hex */

enum conn_report_field {
#define X(name, text) CONN_REPORT_##name,
	CONN_REPORT_LIST(X)
#undef X
	    CONN_REPORT_FIELDS
};

/* A host name fits; what is longer, because it had to be escaped, is cut at both ends alike. */
enum { CONN_REPORT_VALUE_MAX = 272 };

/* Owns nothing; may be copied. */
struct conn_report {
	char value[CONN_REPORT_FIELDS][CONN_REPORT_VALUE_MAX];
};

/* What a value is where there is nothing to tell. */
#define CONN_REPORT_NONE "none"

const char *conn_report_name(enum conn_report_field field);

/*
 * text becomes clean text (see text.h), so that a value is one line and cannot pass
 * for another field. NULL and "" become "none".
 */
void conn_report_set(struct conn_report *s, enum conn_report_field field, const char *text);

bool conn_report_is_none(const struct conn_report *s, enum conn_report_field field);

/* Write a line "name: value" for each field. Returns the length, below CONN_REPORT_TEXT_MAX. */
enum { CONN_REPORT_TEXT_MAX = CONN_REPORT_FIELDS * (CONN_REPORT_VALUE_MAX + 16) };
size_t conn_report_format(const struct conn_report *s, char buf[CONN_REPORT_TEXT_MAX]);

/*
 * Find the block at the end of what a server said: it follows the last empty
 * line. Lines with other names are passed over, every field of ours is there
 * once. *said is the length of what comes before the empty line.
 * Pure; the bytes may be anything. Returns 0, or -1 with OC_GREETING_MISMATCH.
 */
int conn_report_parse(const char *bytes, size_t len, struct conn_report *out, size_t *said,
    struct outcome *oc);

#endif
