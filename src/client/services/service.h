/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_SERVICE_H
#define HELLO_CLIENT_SERVICES_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "client/services/dialogue.h"

/* What the client does inside TLS. */
enum service_talk {
	TALK_HELLO,   /* read the greeting to close_notify */
	TALK_HTTP,    /* GET, and read the head of the answer */
	TALK_NOTHING, /* look for a moment whether the server says something or closes */
	TALK_DIALOGUE /* inside */
};

/* One service: a row of the table. */
struct service_row {
	const char *name;                   /* also its scheme */
	const char *port;                   /* "" : it has to be given */
	const char *others;                 /* more ports that are usually its own, or "" */
	const struct dialogue_kind *before; /* how to ask for TLS; NULL: TLS at once */
	const char *alpn;                   /* to offer; NULL: none */
	enum service_talk talk;
	const struct dialogue_kind *inside; /* of TALK_DIALOGUE */
	const char *leave;                  /* to say at the end, leave_len bytes; NULL: nothing */
	size_t leave_len;
};

/* The rows in the order of the manual page; the last one has no name. */
extern const struct service_row services[];

/* What every port without a usual service has. */
extern const struct service_row *const service_hello;

/* By name, len characters in any case; NULL: there is none. */
const struct service_row *service_find(const char *name, size_t len);

/* The usual service of a port; NULL: none. */
const struct service_row *service_of_port(const char *port);

/* "https, imap, ...": all names, for advice. buf is returned. */
enum { SERVICE_NAMES_MAX = 512 };
const char *service_names(char buf[SERVICE_NAMES_MAX]);

#endif
