/* SPDX-License-Identifier: MIT */
#include "client/services/target.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static void advise_names(struct outcome *oc)
{
	char names[SERVICE_NAMES_MAX];

	outcome_advise(oc, "one of %s", service_names(names));
}

/* Suggests the right scheme for common mistakes. rest follows "://". */
static int refuse_scheme(const char *scheme, size_t len, const char *rest, struct outcome *oc)
{
	outcome_set(oc, OC_USAGE, "unknown service \"%.*s\"", (int)(len < 64 ? len : 64), scheme);
	if (len == 4 && strncasecmp(scheme, "http", len) == 0) {
		outcome_append(oc, ": HTTP without TLS");
		outcome_advise(oc, "hello-client https://%.*s", (int)strcspn(rest, " "), rest);
	} else if (len == 3 && strncasecmp(scheme, "ssl", len) == 0) {
		outcome_advise(oc, "hello-client tls://%.*s", (int)strcspn(rest, " "), rest);
	} else if (len == 10 && strncasecmp(scheme, "postgresql", len) == 0) {
		outcome_advise(oc, "hello-client postgres://%.*s", (int)strcspn(rest, " "), rest);
	} else if (len == 9 && strncasecmp(scheme, "sqlserver", len) == 0) {
		outcome_advise(oc, "hello-client mssql://%.*s", (int)strcspn(rest, " "), rest);
	} else {
		advise_names(oc);
	}
	return -1;
}

const char *service_url(const char *service, const char *host, const char *port,
    char buf[SERVICE_URL_MAX])
{
	bool literal = strchr(host, ':') != NULL;

	snprintf(buf, SERVICE_URL_MAX, literal ? "%s://[%s]:%s" : "%s://%s:%s", service, host,
	    port);
	return buf;
}

const struct service_row *service_named(const char *what, const char *name, struct outcome *oc)
{
	const struct service_row *s = service_find(name, strlen(name));

	if (s)
		return s;
	outcome_set(oc, OC_USAGE, "invalid %s \"%.64s\"", what, name);
	advise_names(oc);
	return NULL;
}

/* RFC 3986 sections 3.3 and 3.4. Other forbidden characters do no harm in a request line. */
int service_check_path(const char *what, const char *path, struct outcome *oc)
{
	if (path[0] != '/') {
		outcome_set(oc, OC_USAGE, "invalid %s \"%.64s\": it must begin with \"/\"", what,
		    path);
		return -1;
	}
	if (strlen(path) >= SERVICE_PATH_MAX)
		return outcome_set(oc, OC_USAGE, "%s is longer than %d characters", what,
		    SERVICE_PATH_MAX - 1);
	for (const char *at = path; *at; at++) {
		if (*at > ' ' && *at < 0x7f && *at != '#')
			continue;
		outcome_set(oc, OC_USAGE,
		    "invalid %s \"%.64s\": it must be printable ASCII without blanks or \"#\"",
		    what, path);
		outcome_advise(oc, "percent-encode such characters, for example a blank as %%20");
		return -1;
	}
	return 0;
}

/* path begins with "/" or "?"; a fragment after "#" is not sent. */
static int take_path(const char *path, struct service_target *out, struct outcome *oc)
{
	int len = snprintf(out->path, sizeof out->path, "%s%.*s", path[0] == '/' ? "" : "/",
	    (int)strcspn(path, "#"), path);

	if (len >= (int)sizeof out->path)
		return outcome_set(oc, OC_USAGE, "the path is longer than %d characters",
		    SERVICE_PATH_MAX - 1);
	return service_check_path("path", out->path, oc);
}

int service_target_parse(const char *text, struct service_target *out, struct outcome *oc)
{
	const char *colon = strstr(text, "://"), *host = colon ? colon + 3 : text;
	char place[ADDR_HOST_MAX + ADDR_PORT_MAX + 3];
	size_t len = strcspn(host, "/?#");

	memset(out, 0, sizeof *out);
	if (colon && strcspn(text, "/?#[") < (size_t)(colon - text))
		colon = NULL;
	if (!colon) {
		host = text;
		len = strcspn(host, "/?#");
	} else {
		out->service = service_find(text, (size_t)(colon - text));
		if (!out->service)
			return refuse_scheme(text, (size_t)(colon - text), host, oc);
	}
	if (memchr(host, '@', len)) {
		outcome_set(oc, OC_USAGE, "invalid HOST: it contains a user name");
		outcome_advise(oc, "omit the user name and \"@\": hello-client does not log in");
		return -1;
	}
	if (len >= sizeof place)
		return outcome_set(oc, OC_USAGE, "HOST is longer than %d characters",
		    (int)sizeof place - 1);
	memcpy(place, host, len);
	place[len] = '\0';
	if (addr_split(place, out->host, out->port, oc) != 0)
		return -1;
	return strchr("/?", host[len]) && host[len] ? take_path(host + len, out, oc) : 0;
}

int service_target_name(const char *text, const char *port, char host[ADDR_HOST_MAX],
    struct outcome *oc)
{
	struct service_target target;

	if (service_target_parse(text, &target, oc) != 0)
		return -1;
	memcpy(host, target.host, ADDR_HOST_MAX);
	if (!port && !target.service && !target.port[0] && !target.path[0])
		return 0;
	outcome_set(oc, OC_USAGE,
	    "--chain needs a NAME without service, port and path: no connection is made");
	outcome_advise(oc, "hello-client --chain FILE %s", host);
	return -1;
}

const char *service_from_name(enum service_from from)
{
	static const char *const names[] = { [SERVICE_FROM_SCHEME] = "scheme",
		[SERVICE_FROM_OPTION] = "option",
		[SERVICE_FROM_PORT] = "port" };

	return names[from];
}

/* The host as the user types it before a colon and a port. */
enum { HOST_TYPED_MAX = ADDR_HOST_MAX + 2 };

static const char *as_typed(const char *host, char buf[HOST_TYPED_MAX])
{
	snprintf(buf, HOST_TYPED_MAX, strchr(host, ':') ? "[%s]" : "%s", host);
	return buf;
}

static int refuse_path(const struct service_target *target, const struct service_row *service,
    struct outcome *oc)
{
	char host[HOST_TYPED_MAX];

	outcome_set(oc, OC_USAGE, "the service %s has no paths: unexpected \"%.64s\"",
	    service->name, target->path);
	outcome_advise(oc, "hello-client https://%s%s%.128s", as_typed(target->host, host),
	    target->port[0] ? ":PORT" : "", target->path);
	return -1;
}

int service_choose(const struct service_target *target, const struct service_row *option,
    const char *only_hello, char port[ADDR_PORT_MAX], struct service_choice *out,
    struct outcome *oc)
{
	const struct service_row *said = target->service ? target->service : option, *chosen = said;
	char typed[HOST_TYPED_MAX];

	if (target->service && option && target->service != option)
		return outcome_set(oc, OC_USAGE, "%s:// and --service %s exclude each other",
		    target->service->name, option->name);
	if (said && only_hello && said->talk != TALK_HELLO)
		return outcome_set(oc, OC_USAGE, "--%s is for the service hello, not for %s",
		    only_hello, said->name);
	if (!chosen && port[0] && !only_hello)
		chosen = service_of_port(port);
	if (!chosen)
		chosen = service_hello;
	if (target->path[0] && chosen->talk != TALK_HTTP)
		return refuse_path(target, chosen, oc);
	if (!port[0] && !chosen->port[0]) {
		outcome_set(oc, OC_USAGE, "missing PORT: the service %s has no default port",
		    chosen->name);
		outcome_advise(oc, "hello-client %s://%s:PORT", chosen->name,
		    as_typed(target->host, typed));
		return -1;
	}
	if (!port[0])
		snprintf(port, ADDR_PORT_MAX, "%s", chosen->port);
	out->service = chosen;
	out->from = target->service ? SERVICE_FROM_SCHEME
	    : said                  ? SERVICE_FROM_OPTION
				    : SERVICE_FROM_PORT;
	return 0;
}
