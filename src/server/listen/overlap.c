/* SPDX-License-Identifier: MIT */
#include "server/listen/overlap.h"

#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "base/same_path.h"

/* The listeners, or both families of the default, and the metrics. */
enum { NEEDED_MAX = LISTENERS_MAX + 3 };

struct needed_socket {
	const char *option; /* NULL: the default */
	struct endpoint at;
};

enum { PLACE_TEXT_MAX = sizeof "--metrics unix:" + sizeof((struct sockaddr_un *)0)->sun_path };

static bool is_any(const struct addr *a)
{
	if (a->ss.any.sa_family == AF_INET)
		return a->ss.v4.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&a->ss.v6.sin6_addr);
}

static bool is_same_host(const struct addr *a, const struct addr *b)
{
	if (a->ss.any.sa_family == AF_INET)
		return a->ss.v4.sin_addr.s_addr == b->ss.v4.sin_addr.s_addr;
	return IN6_ARE_ADDR_EQUAL(&a->ss.v6.sin6_addr, &b->ss.v6.sin6_addr) &&
	    a->ss.v6.sin6_scope_id == b->ss.v6.sin6_scope_id;
}

/* Does a receive whatever b would? An IPv6 socket of ours never receives IPv4. */
static bool covers(const struct endpoint *a, const struct endpoint *b)
{
	if (a->kind == ENDPOINT_SYSTEMD || b->kind == ENDPOINT_SYSTEMD)
		return false;
	if (a->kind == ENDPOINT_UNIX || b->kind == ENDPOINT_UNIX)
		return a->kind == b->kind && same_path(a->text, b->text);
	return endpoint_is_datagram(a) == endpoint_is_datagram(b) && addr_port(&a->at) != 0 &&
	    addr_port(&a->at) == addr_port(&b->at) &&
	    a->at.ss.any.sa_family == b->at.ss.any.sa_family &&
	    (is_any(&a->at) || is_same_host(&a->at, &b->at));
}

static const char *format(const struct needed_socket *p, char buf[PLACE_TEXT_MAX])
{
	static const char *const prefixes[] = {
		[ENDPOINT_INET] = "",
		[ENDPOINT_DTLS] = "dtls:",
		[ENDPOINT_QUIC] = "quic:",
	};
	char text[ADDR_TEXT_MAX];

	if (!p->option)
		snprintf(buf, PLACE_TEXT_MAX, "port %u of all addresses",
		    (unsigned)addr_port(&p->at.at));
	else if (p->at.kind == ENDPOINT_UNIX)
		snprintf(buf, PLACE_TEXT_MAX, "%s unix:%s", p->option, p->at.text);
	else
		snprintf(buf, PLACE_TEXT_MAX, "%s %s%s", p->option, prefixes[p->at.kind],
		    addr_format(&p->at.at, text));
	return buf;
}

static int reject(const struct needed_socket *a, const struct needed_socket *b, bool same,
    struct outcome *oc)
{
	const char *part = a->at.kind == ENDPOINT_UNIX ? "path" : "port";
	char one[PLACE_TEXT_MAX], other[PLACE_TEXT_MAX];

	format(a, one);
	format(b, other);
	if (same && strcmp(one, other) == 0)
		outcome_set(oc, OC_USAGE, "%s is given twice", one);
	else if (same)
		outcome_set(oc, OC_USAGE, "%s and %s need the same socket", one, other);
	else
		outcome_set(oc, OC_USAGE, "%s includes %s: the same port cannot be opened twice",
		    one, other);
	outcome_advise(oc, "omit one of them, or change its %s", part);
	return -1;
}

/* The options are parsed already, so neither literal can fail. */
static size_t list(const struct listen_options *o, const struct endpoint *metrics,
    struct needed_socket all[NEEDED_MAX])
{
	static const char *const any[] = { "::", "0.0.0.0" };
	size_t n = 0;

	for (size_t i = 0; i < o->count; i++)
		all[n++] = (struct needed_socket){ "--listen", o->endpoint[i] };
	for (size_t i = 0; o->count == 0 && i < 2; i++) {
		all[n] = (struct needed_socket){ NULL, { .kind = ENDPOINT_INET } };
		n += addr_parse(any[i], o->port, &all[n].at.at, NULL) == 0;
	}
	if (metrics)
		all[n++] = (struct needed_socket){ "--metrics", *metrics };
	return n;
}

int overlap_check(const struct listen_options *o, const struct endpoint *metrics,
    struct outcome *oc)
{
	struct needed_socket all[NEEDED_MAX];
	size_t n = list(o, metrics, all);

	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++) {
			bool before = covers(&all[i].at, &all[j].at);
			bool after = covers(&all[j].at, &all[i].at);

			if (before)
				return reject(&all[i], &all[j], after, oc);
			if (after)
				return reject(&all[j], &all[i], false, oc);
		}
	}
	return 0;
}
