/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_HELLO_VARIANT_H
#define HELLO_CLIENT_SESSION_HELLO_VARIANT_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "client/session/settings.h"

/* Other forms of the ClientHello, by which a middlebox can be found or avoided. */
enum hello_variant {
	HELLO_PLAIN,
	HELLO_CLASSICAL,      /* no post-quantum key exchange */
	HELLO_LONG,           /* as long as with a post-quantum key share */
	HELLO_TWO_SEGMENTS,   /* the first part alone */
	HELLO_RECORDS,        /* in several records */
	HELLO_SMALL_SEGMENTS, /* small TCP segments, in both directions */
	HELLO_RETRY,          /* a post-quantum key share only after a HelloRetryRequest */
	HELLO_NO_PQ_SIGNATURES,
	HELLO_GREASE,     /* an extension that no server knows (RFC 8701) */
	HELLO_ECH_GREASE, /* the same for Encrypted ClientHello (RFC 9849 section 6.2) */
	HELLO_VARIANTS
};

/* The values of --hello, by their numbers; ends with NULL. */
extern const char *const hello_variant_names[];

/* Does the TLS library have what the variant adds or omits? */
bool hello_variant_is_available(enum hello_variant v);

/* Is it about records or segments, which QUIC does not have? */
bool hello_variant_needs_tcp(enum hello_variant v);

/* Changes the settings; each may be added to others. */
void hello_variant_add(struct client_options *o, enum hello_variant v);

/* For --hello: adds the variant. Returns 0, or -1 with OC_USAGE if it cannot be sent. */
int hello_variant_choose(struct client_options *o, struct outcome *oc);

/* Do these settings need a context of their own? */
bool hello_variant_needs_context(const struct client_options *o);

/* Gives o->hello to a context. Returns 0, or -1 with OC_INTERNAL. */
int hello_variant_use(SSL_CTX *ctx, const struct client_hello *hello, struct outcome *oc);

#endif
