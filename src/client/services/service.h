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
	TALK_NOTHING, /* send nothing; wait a moment for data, an alert or the end */
	TALK_DIALOGUE /* have the dialogue in the member inside */
};

/* What carries TLS. */
enum service_transport { OVER_TCP, OVER_QUIC };

/* One service: a row of the table. */
struct service_row {
	const char *name;                   /* also its scheme */
	const char *port;                   /* default port; "": the user must give one */
	const char *others;                 /* more ports that imply this service, or "" */
	const struct dialogue_kind *before; /* how to request TLS; NULL: TLS from the start */
	const char *alpn;                   /* to offer, joined by commas; NULL: none */
	enum service_talk talk;
	const struct dialogue_kind *inside; /* for TALK_DIALOGUE */
	const char *leave;                  /* to send at the end, leave_len bytes; NULL: nothing */
	size_t leave_len;
	enum service_transport transport;
	/* Inside TLS, for --client-zoo at a service where the client says nothing else: what the
	 * server answers to those whom it let in, without a login; NULL: there is no such thing. */
	const struct dialogue_kind *admission;
};

/* The rows in the order of the manual page; the last one has no name. */
extern const struct service_row services[];

/* The service of every port that implies no other. */
extern const struct service_row *const service_hello;

/* Finds a service by its name of len characters, in upper or lower case; NULL: unknown. */
const struct service_row *service_find(const char *name, size_t len);

/* The service that a port implies; NULL: none. */
const struct service_row *service_of_port(const char *port);

/* Does its handshake travel in TDS packets, and is TLS 1.2 the highest version? */
bool service_uses_tds(const struct service_row *service);

/* "https, imap, ...": all names, for advice. buf is returned. */
enum { SERVICE_NAMES_MAX = 512 };
const char *service_names(char buf[SERVICE_NAMES_MAX]);

#endif
