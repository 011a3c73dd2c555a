/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_TARGET_H
#define HELLO_CLIENT_SERVICES_TARGET_H

#include <stdbool.h>

#include "base/outcome.h"
#include "client/services/service.h"
#include "net/addr.h"

/* Longest path of an https target, with its query. */
enum { SERVICE_PATH_MAX = 1024 };

/* What determined the service. */
enum service_from { SERVICE_FROM_SCHEME, SERVICE_FROM_OPTION, SERVICE_FROM_PORT };

/* A target as it was typed: [SERVICE://]HOST[:PORT][/PATH]. */
struct service_target {
	const struct service_row *service; /* named by the scheme; NULL: no scheme */
	char host[ADDR_HOST_MAX];          /* without brackets */
	char port[ADDR_PORT_MAX];          /* "": none was given */
	char path[SERVICE_PATH_MAX];       /* with its slash; "": none was given */
};

/*
 * Splits a target into its parts. Does not check host and port: see hostname_check and
 * options_uint. Pure. Returns 0, or -1 with OC_USAGE.
 */
int service_target_parse(const char *text, struct service_target *out, struct outcome *oc);

/*
 * The same for the NAME of --chain, which has only a host. port is the next word of the command
 * line, or NULL. Returns 0, or -1 with OC_USAGE.
 */
int service_target_name(const char *text, const char *port, char host[ADDR_HOST_MAX],
    struct outcome *oc);

/* Checks a path; what names the option or operand. Returns 0, or -1 with OC_USAGE. */
int service_check_path(const char *what, const char *path, struct outcome *oc);

/*
 * Chooses the service: that of the scheme, that of the option (NULL: not given), the one that the
 * port implies, or hello. only_hello names an option that needs TALK_HELLO, or is NULL. If
 * port is "", the service's default port is written there. Returns 0, or -1 with OC_USAGE.
 */
struct service_choice {
	const struct service_row *service;
	enum service_from from;
};
int service_choose(const struct service_target *target, const struct service_row *option,
    const char *only_hello, char port[ADDR_PORT_MAX], struct service_choice *out,
    struct outcome *oc);

/* "SERVICE://HOST:PORT", with brackets around an IPv6 address. Returns buf. */
enum { SERVICE_URL_MAX = ADDR_HOST_MAX + ADDR_PORT_MAX + 32 };
const char *service_url(const char *service, const char *host, const char *port,
    char buf[SERVICE_URL_MAX]);

/* "scheme", "option" or "port". */
const char *service_from_name(enum service_from from);

/* The service of this name; what names the option for the error. NULL with OC_USAGE. */
const struct service_row *service_named(const char *what, const char *name, struct outcome *oc);

#endif
