/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_ENDPOINT_H
#define HELLO_SERVER_LISTEN_ENDPOINT_H

#include <stdbool.h>

#include "base/outcome.h"
#include "net/addr.h"

enum endpoint_kind {
	ENDPOINT_INET,
	ENDPOINT_UNIX,
	ENDPOINT_SYSTEMD,
	ENDPOINT_DTLS,
	ENDPOINT_QUIC
};

/* An address to listen on, from an option. */
struct endpoint {
	enum endpoint_kind kind;
	struct addr at;   /* for INET, DTLS and QUIC */
	const char *text; /* UNIX: the path; SYSTEMD: the name, or "" for any socket */
};

/*
 * Parses "ADDR:PORT", "unix:PATH", "systemd", "systemd:NAME", "dtls:ADDR:PORT" or
 * "quic:ADDR:PORT". name is the option, for messages. The endpoint points into value. Returns 0, or
 * -1 with OC_USAGE, also for QUIC in a build without it.
 */
int endpoint_parse(const char *name, const char *value, struct endpoint *out,
    struct outcome *oc);

/* Is it a UDP socket? */
bool endpoint_is_datagram(const struct endpoint *e);

#endif
