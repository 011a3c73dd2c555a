/* SPDX-License-Identifier: MIT */
#include "server/listen/endpoint.h"

#include <string.h>
#include <sys/un.h>

#include "tls/context.h"
#include "tls/quic.h"

/* The kernel accepts a path that fills the field, but other programs expect a terminator. */
enum { PATH_LENGTH_MAX = sizeof((struct sockaddr_un *)0)->sun_path - 1 };

static int parse_unix(const char *name, const char *path, struct endpoint *out,
    struct outcome *oc)
{
	if (!path[0])
		return outcome_set(oc, OC_USAGE, "%s unix:PATH: the path is empty", name);
	if (strlen(path) > PATH_LENGTH_MAX) {
		outcome_set(oc, OC_USAGE,
		    "%s unix:PATH: the path has %zu bytes; a socket's path has at most %d", name,
		    strlen(path), PATH_LENGTH_MAX);
		outcome_advise(oc, "use a shorter path, or a path relative to the current folder");
		return -1;
	}
	*out = (struct endpoint){ .kind = ENDPOINT_UNIX, .text = path };
	return 0;
}

/* prefix is "", "dtls:" or "quic:", and kind belongs to it. */
static int parse_inet(const char *name, const char *prefix, const char *value,
    enum endpoint_kind kind, struct endpoint *out, struct outcome *oc)
{
	char host[ADDR_HOST_MAX] = "", port[ADDR_PORT_MAX] = "";
	struct outcome why = OUTCOME_NONE;
	struct addr at;

	if (addr_split(value, host, port, &why) == 0 && host[0] && port[0] &&
	    addr_parse(host, port, &at, &why) == 0) {
		*out = (struct endpoint){ .kind = kind, .at = at, .text = value };
		return 0;
	}
	outcome_set(oc, OC_USAGE, "invalid %s \"%s%s\": expected %sADDR:PORT%s%s", name, prefix,
	    value, prefix, why.detail[0] ? ": " : "", why.detail);
	if (prefix[0])
		outcome_advise(oc, "use %s %s127.0.0.1:8443, or %s %s[::1]:8443", name, prefix,
		    name, prefix);
	else
		outcome_advise(oc, "use %s 127.0.0.1:8443, %s [::1]:8443, or %s unix:PATH", name,
		    name, name);
	return -1;
}

static int parse_quic(const char *name, const char *value, struct endpoint *out,
    struct outcome *oc)
{
	if (tls_quic_is_built())
		return parse_inet(name, "quic:", value, ENDPOINT_QUIC, out, oc);
	outcome_set(oc, OC_USAGE, "%s quic:%s: this program was built without QUIC (it uses %s)",
	    name, value, tls_context_library());
	outcome_advise(oc, "build it with OpenSSL 3.5 or later");
	return -1;
}

bool endpoint_is_datagram(const struct endpoint *e)
{
	return e->kind == ENDPOINT_DTLS || e->kind == ENDPOINT_QUIC;
}

int endpoint_parse(const char *name, const char *value, struct endpoint *out,
    struct outcome *oc)
{
	static const char path[] = "unix:", given[] = "systemd", dtls[] = "dtls:",
			  quic[] = "quic:";

	if (strncmp(value, path, sizeof path - 1) == 0)
		return parse_unix(name, value + sizeof path - 1, out, oc);
	if (strncmp(value, dtls, sizeof dtls - 1) == 0)
		return parse_inet(name, dtls, value + sizeof dtls - 1, ENDPOINT_DTLS, out, oc);
	if (strncmp(value, quic, sizeof quic - 1) == 0)
		return parse_quic(name, value + sizeof quic - 1, out, oc);
	if (strncmp(value, given, sizeof given - 1) != 0)
		return parse_inet(name, "", value, ENDPOINT_INET, out, oc);
	value += sizeof given - 1;
	if (value[0] == ':' && value[1])
		value++;
	else if (value[0])
		return outcome_set(oc, OC_USAGE,
		    "invalid %s systemd%s: expected systemd or systemd:NAME",
		    name, value);
	*out = (struct endpoint){ .kind = ENDPOINT_SYSTEMD, .text = value };
	return 0;
}
