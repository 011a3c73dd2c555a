/* SPDX-License-Identifier: MIT */
#include "client/step/connect_failure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client/step/socket.h"

static bool is_udp(const struct session *s)
{
	return s->service->transport != OVER_TCP;
}

static const char *verb_of(const struct session *s, int error)
{
	switch (socket_connect_code(error)) {
	case OC_CONNECT_REFUSED:
		return "refused";
	case OC_CONNECT_TIMEOUT:
		return is_udp(s) ? "did not answer over UDP" : "timed out";
	case OC_CONNECT_UNREACHABLE:
		return "unreachable";
	default:
		return "failed";
	}
}

/* Over UDP the host itself reports a closed port like this. */
static bool is_closed_port(const struct session *s, size_t i, const struct connect_attempt *a)
{
	char host[ADDR_TEXT_MAX], from[ADDR_TEXT_MAX];

	return is_udp(s) && a->turned_away && a->error == ECONNREFUSED &&
	    strcmp(addr_format_host(&s->addrs[i], host),
		addr_format_host(&a->notice.from, from)) == 0;
}

/* Append what is known of one attempt. */
static void add_attempt(char text[OUTCOME_TEXT_MAX], const struct session *s, size_t i,
    const struct connect_attempt *a)
{
	size_t len = strlen(text), max = OUTCOME_TEXT_MAX - len;
	const char *separator = len > 0 ? "; " : "", *verb = verb_of(s, a->error);
	char peer[ADDR_TEXT_MAX], from[ADDR_TEXT_MAX];

	addr_format(&s->addrs[i], peer);
	if (is_closed_port(s, i, a))
		snprintf(text + len, max,
		    "%s%s refused: its host reports that the UDP port is closed", separator, peer);
	else if (a->mtu > 0)
		snprintf(text + len, max,
		    "%s%s failed: the path carries packets of %u bytes at most, and the first one "
		    "of QUIC has 1200 bytes and its headers",
		    separator, peer, a->mtu);
	else if (a->turned_away)
		snprintf(text + len, max, "%s%s %s, reported by %s over ICMP: %s", separator, peer,
		    verb, addr_format_host(&a->notice.from, from), a->notice.meaning);
	else if (a->local)
		snprintf(text + len, max, "%s%s %s, reported by this machine: %s", separator, peer,
		    verb, strerror(a->error));
	else if (a->error == ECONNREFUSED || a->error == ETIMEDOUT)
		snprintf(text + len, max, "%s%s %s", separator, peer, verb);
	else
		snprintf(text + len, max, "%s%s %s (%s)", separator, peer, verb,
		    strerror(a->error));
}

static void advise_icmp(const struct connect_attempt *a, const char *host, struct outcome *oc)
{
	char from[ADDR_TEXT_MAX];

	addr_format_host(&a->notice.from, from);
	if (a->notice.rule)
		outcome_advise(oc, "a firewall rule does this: check the rules of %s", from);
	else
		outcome_advise(oc,
		    "check the routes of %s, or a firewall rule that imitates this error: "
		    "traceroute -n %s shows the path",
		    from, host);
}

/* Advice that depends on the protocol: the name and the option of the commands. */
static void advise_port(const struct session *s, const struct addr *to, enum outcome_code code,
    struct outcome *oc)
{
	const char *who = s->through_proxy ? "proxy" : "server";
	unsigned port = (unsigned)addr_port(to);

	if (code == OC_CONNECT_REFUSED)
		outcome_advise(oc,
		    "is the %s running, and is this its port? "
		    "ss -l%cn 'sport = :%u' there shows it",
		    who, is_udp(s) ? 'u' : 't', port);
	else if (is_udp(s))
		outcome_advise(oc,
		    "a firewall that drops UDP looks like this%s; tcpdump -n udp port %u on the "
		    "server shows whether they arrive",
		    s->service->transport == OVER_QUIC
			? ", or a path that loses packets of 1200 bytes"
			: "",
		    port);
	else
		outcome_advise(oc,
		    "a firewall that drops packets looks like this; "
		    "tcpdump -n tcp port %u on the %s shows whether they arrive",
		    port, who);
}

static void advise(const struct session *s, size_t i, const struct connect_attempt *a,
    struct outcome *oc)
{
	const struct addr *to = &s->addrs[i];
	enum outcome_code code = socket_connect_code(a->error);
	char host[ADDR_TEXT_MAX], command[ADDR_TEXT_MAX];

	addr_format_host(to, host);
	if (a->mtu > 0)
		outcome_advise(oc,
		    "QUIC needs a path MTU of 1280: raise the MTU of the tunnel or link that is "
		    "smaller; tracepath -n %s shows where",
		    host);
	else if (a->turned_away && !is_closed_port(s, i, a))
		advise_icmp(a, host, oc);
	else if (code == OC_CONNECT_REFUSED || code == OC_CONNECT_TIMEOUT)
		advise_port(s, to, code, oc);
	else if (code == OC_CONNECT_UNREACHABLE && a->error == EHOSTUNREACH)
		outcome_advise(oc,
		    "is %s up? It does not answer its neighbours: ip neighbour show %s", host,
		    addr_format_for_ip(to, command));
	else if (a->error == EINVAL && addr_is_link_local(to))
		outcome_advise(oc,
		    "a link-local address needs its interface, as in %s%%eth0; "
		    "ip -6 address lists them",
		    host);
	else if (a->error == EMFILE)
		outcome_advise(oc,
		    "this process has reached its limit of open files: ulimit -n raises it");
	else if (code == OC_CONNECT_UNREACHABLE)
		outcome_advise(oc,
		    "this machine cannot reach the address; ip route get %s "
		    "shows the route",
		    addr_format_for_ip(to, command));
}

int connect_explain(const struct session *s, const struct connect_attempt tried[], size_t count,
    struct outcome *oc)
{
	char text[OUTCOME_TEXT_MAX] = "";
	size_t nearest = 0;

	for (size_t i = 0; i < count; i++) {
		add_attempt(text, s, i, &tried[i]);
		/* A smaller code comes from nearer to the server: "refused" is its own answer. */
		if (socket_connect_code(tried[i].error) < socket_connect_code(tried[nearest].error))
			nearest = i;
	}
	outcome_set(oc, socket_connect_code(tried[nearest].error), "%s", text);
	if (oc)
		oc->sys_errno = tried[nearest].error;
	advise(s, nearest, &tried[nearest], oc);
	return -1;
}
