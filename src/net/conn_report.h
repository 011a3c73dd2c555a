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
#define SIGHTING_LIST(X) \
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

enum sighting_field {
#define X(name, text) SIGHTING_##name,
	SIGHTING_LIST(X)
#undef X
	    SIGHTING_FIELDS
};

/* A host name fits; what is longer, because it had to be escaped, is cut at both ends alike. */
enum { SIGHTING_VALUE_MAX = 272 };

/* Owns nothing; may be copied. */
struct sighting {
	char value[SIGHTING_FIELDS][SIGHTING_VALUE_MAX];
};

/* What a value is where there is nothing to tell. */
#define SIGHTING_NONE "none"

const char *sighting_name(enum sighting_field field);

/*
 * text becomes clean text (see text.h), so that a value is one line and cannot pass
 * for another field. NULL and "" become "none".
 */
void sighting_set(struct sighting *s, enum sighting_field field, const char *text);

bool sighting_is_none(const struct sighting *s, enum sighting_field field);

/* The block: a line "name: value" for each field. Returns its length, below SIGHTING_TEXT_MAX. */
enum { SIGHTING_TEXT_MAX = SIGHTING_FIELDS * (SIGHTING_VALUE_MAX + 16) };
size_t sighting_format(const struct sighting *s, char buf[SIGHTING_TEXT_MAX]);

/*
 * Find the block at the end of what a server said: it follows the last empty
 * line. Lines with other names are passed over, every field of ours is there
 * once. *said is the length of what comes before the empty line.
 * Pure; the bytes may be anything. Returns 0, or -1 with OC_GREETING_MISMATCH.
 */
int sighting_parse(const char *bytes, size_t len, struct sighting *out, size_t *said,
    struct outcome *oc);

#endif
