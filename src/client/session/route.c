/* SPDX-License-Identifier: MIT */
#include "client/session/route.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/hostname.h"

/* Room for the longest host in brackets. */
enum { PART_MAX = ADDR_HOST_MAX + 2 };

static int reject(const char *option, const char *text, const char *form, struct outcome *oc)
{
	outcome_set(oc, OC_USAGE, "invalid %s \"%.100s\": expected %s", option, text, form);
	outcome_advise(oc, "write an IPv6 address in brackets: [2001:db8::1]");
	return -1;
}

/* Count the colons between parts; those in brackets belong to an address. */
static int count_colons(const char *text)
{
	bool inside = false;
	int n = 0;

	for (; *text; text++) {
		if (*text == '[' || *text == ']')
			inside = *text == '[';
		else if (*text == ':' && !inside)
			n++;
	}
	return n;
}

/* Parse the part up to the next colon outside brackets, without brackets; move *at past it. */
static int parse_part(const char **at, char *to, size_t max)
{
	const char *from = *at, *end;
	size_t len;

	if (*from == '[') {
		from++;
		end = strchr(from, ']');
		if (!end || (end[1] != ':' && end[1] != '\0'))
			return -1;
		*at = end + 1;
	} else {
		end = from + strcspn(from, ":");
		*at = end;
	}
	len = (size_t)(end - from);
	if (len >= max)
		return -1;
	memcpy(to, from, len);
	to[len] = '\0';
	*at += **at == ':';
	return 0;
}

static bool is_port(const char *text)
{
	unsigned long n = strtoul(text, NULL, 10);

	return text[0] && strspn(text, "0123456789") == strlen(text) && n >= 1 && n <= 65535;
}

static int parse_endpoint(const char **at, struct route_endpoint *endpoint)
{
	if (parse_part(at, endpoint->host, sizeof endpoint->host) != 0 ||
	    parse_part(at, endpoint->port, sizeof endpoint->port) != 0)
		return -1;
	return !endpoint->port[0] || is_port(endpoint->port) ? 0 : -1;
}

static int full(const char *option, struct outcome *oc)
{
	return outcome_set(oc, OC_USAGE, "more than %d times %s", ROUTE_RULES_MAX, option);
}

static int check_host(const char *option, const struct route_endpoint *endpoint, struct outcome *oc)
{
	return endpoint->host[0] ? hostname_check(option, endpoint->host, oc) : 0;
}

/* Parse "HOST1:PORT1:HOST2:PORT2" if from is not NULL, else "HOST[:PORT]". */
static bool parse_endpoints(const char *text, struct route_endpoint *from,
    struct route_endpoint *to)
{
	const char *at = text;

	if (from && parse_endpoint(&at, from) != 0)
		return false;
	return parse_endpoint(&at, to) == 0 && !*at && (to->host[0] || to->port[0]);
}

int route_add_detour(struct route *r, const char *text, struct outcome *oc)
{
	struct route_endpoint from = { "", "" }, to = { "", "" };
	int colons = count_colons(text);
	bool literal = addr_is_literal(text);
	bool parsed = colons == 3 && parse_endpoints(text, &from, &to);

	if (r->detour_count == ROUTE_RULES_MAX)
		return full("--connect-to", oc);
	if (literal && !parsed) {
		from = (struct route_endpoint){ "", "" };
		to = from;
		snprintf(to.host, sizeof to.host, "%s", text);
	} else if (colons <= 1) {
		parsed = parse_endpoints(text, NULL, &to);
	}
	/* Exactly one of the two: "::cafe:443" could be an address, or a host with a port. */
	if (literal == parsed)
		return reject("--connect-to", text, "ADDRESS[:PORT] or HOST1:PORT1:HOST2:PORT2",
		    oc);
	if (check_host("--connect-to", &from, oc) != 0 || check_host("--connect-to", &to, oc) != 0)
		return -1;
	r->detours[r->detour_count].from = from;
	r->detours[r->detour_count].to = to;
	r->detour_count++;
	return 0;
}

/* "ADDR[,ADDR]...", with brackets or without. */
static int parse_addresses(struct route *r, const char *list, const char *port, struct outcome *oc)
{
	size_t *count = &r->answers[r->answer_count].addr_count;

	*count = 0;
	while (*list) {
		size_t len = strcspn(list, ",");
		size_t brackets = len > 1 && list[0] == '[' && list[len - 1] == ']';
		char host[PART_MAX];

		if (*count == ROUTE_ADDRS_MAX)
			return outcome_set(oc, OC_USAGE,
			    "more than %d addresses of a host in --resolve", ROUTE_ADDRS_MAX);
		snprintf(host, sizeof host, "%.*s", (int)(len - 2 * brackets), list + brackets);
		if (addr_parse(host, port, &r->answers[r->answer_count].addrs[*count], oc) != 0)
			return -1;
		++*count;
		list += len + (list[len] == ',');
	}
	return 0;
}

int route_add_answer(struct route *r, const char *text, struct outcome *oc)
{
	static const char form[] = "HOST:PORT:ADDR[,ADDR]...";
	struct route_endpoint from;
	const char *at = text;

	if (r->answer_count == ROUTE_RULES_MAX)
		return full("--resolve", oc);
	if (parse_endpoint(&at, &from) != 0 || !from.host[0] || !from.port[0] || !*at)
		return reject("--resolve", text, form, oc);
	if (strcmp(from.host, "*") == 0)
		from.host[0] = '\0';
	if (check_host("--resolve", &from, oc) != 0)
		return -1;
	if (parse_addresses(r, at, from.port, oc) != 0)
		return -1;
	r->answers[r->answer_count++].from = from;
	return 0;
}

static bool fits(const struct route_endpoint *rule, const char *host, const char *port)
{
	return (!rule->host[0] || strcasecmp(rule->host, host) == 0) &&
	    (!rule->port[0] || strcmp(rule->port, port) == 0);
}

void route_follow(const struct route *r, const char *host, const char *port,
    struct route_endpoint *to)
{
	const struct route_endpoint *instead = NULL;

	for (size_t i = 0; i < r->detour_count && !instead; i++) {
		if (fits(&r->detours[i].from, host, port))
			instead = &r->detours[i].to;
	}
	snprintf(to->host, sizeof to->host, "%s",
	    instead && instead->host[0] ? instead->host : host);
	snprintf(to->port, sizeof to->port, "%s",
	    instead && instead->port[0] ? instead->port : port);
}

void route_pin(struct route *r, const struct addr *to)
{
	memset(&r->answers[0], 0, sizeof r->answers[0]);
	r->answers[0].addrs[0] = *to;
	r->answers[0].addr_count = 1;
	r->answer_count = 1;
}

const struct addr *route_answer(const struct route *r, const struct route_endpoint *endpoint,
    size_t *count)
{
	for (size_t i = 0; i < r->answer_count; i++) {
		if (!fits(&r->answers[i].from, endpoint->host, endpoint->port))
			continue;
		*count = r->answers[i].addr_count;
		return r->answers[i].addrs;
	}
	return NULL;
}
