/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_ENDPOINT_H
#define HELLO_SERVER_LISTEN_ENDPOINT_H

#include "base/outcome.h"
#include "net/addr.h"

enum endpoint_kind { ENDPOINT_INET, ENDPOINT_UNIX, ENDPOINT_SYSTEMD, ENDPOINT_DTLS };

/* An address to listen on, from an option. */
struct endpoint {
	enum endpoint_kind kind;
	struct addr at;   /* for INET and DTLS */
	const char *text; /* UNIX: the path; SYSTEMD: the name, or "" for any socket */
};

/*
 * Parses "ADDR:PORT", "unix:PATH", "systemd", "systemd:NAME" or "dtls:ADDR:PORT". name is
 * the option, for messages. The endpoint points into value. Returns 0, or -1 with OC_USAGE.
 */
int endpoint_parse(const char *name, const char *value, struct endpoint *out,
    struct outcome *oc);

#endif
