/* SPDX-License-Identifier: MIT */
#include "client/session/proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/hostname.h"

static int reject(const char *text, struct outcome *oc)
{
	/* The value may contain a password, so the message does not quote it. */
	(void)text;
	outcome_set(oc, OC_USAGE,
	    "invalid --proxy: expected [SCHEME://][USER:PASSWORD@]HOST[:PORT] or env");
	outcome_advise(oc, "--proxy http://proxy.test:3128, or socks5h://proxy.test:1080");
	return -1;
}

/* Decode "%40" to "@" (RFC 3986 section 2.1). Returns -1 if text is malformed or too long. */
static int unescape(const char *from, size_t len, char to[PROXY_SECRET_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = from[i];

		if (c == '%') {
			char hex[3] = { 0 };
			char *end;

			memcpy(hex, from + i + 1, len - i > 2 ? 2 : len - i - 1);
			c = (char)strtoul(hex, &end, 16);
			if (end != hex + 2 || c == '\0')
				return -1;
			i += 2;
		}
		if (n + 1 >= PROXY_SECRET_MAX)
			return -1;
		to[n++] = c;
	}
	to[n] = '\0';
	return 0;
}

static int parse_user(struct proxy *p, const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);
	size_t user = colon ? (size_t)(colon - text) : len;

	p->authenticate = true;
	if (unescape(text, user, p->user) != 0 || !p->user[0])
		return -1;
	return colon ? unescape(colon + 1, len - user - 1, p->password) : 0;
}

static int parse_scheme(struct proxy *p, const char **text)
{
	static const struct {
		const char *scheme;
		enum proxy_kind kind;
	} schemes[] = {
		{ "http://", PROXY_HTTP },
		{ "socks5://", PROXY_SOCKS5 },
		{ "socks5h://", PROXY_SOCKS5 },
	};

	p->kind = PROXY_HTTP;
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		size_t len = strlen(schemes[i].scheme);

		if (strncasecmp(*text, schemes[i].scheme, len) != 0)
			continue;
		p->kind = schemes[i].kind;
		*text += len;
		return 0;
	}
	return strstr(*text, "://") ? -1 : 0;
}

static int parse_url(struct proxy *p, const char *text, struct outcome *oc)
{
	char host_port[ADDR_HOST_MAX + ADDR_PORT_MAX + 4];
	const char *at;
	size_t len;

	if (parse_scheme(p, &text) != 0)
		return reject(text, oc);
	at = strrchr(text, '@');
	if (at && parse_user(p, text, (size_t)(at - text)) != 0)
		return reject(text, oc);
	text = at ? at + 1 : text;
	len = strcspn(text, "/");
	/* A path has no use here, but URLs often end in "/". */
	if (len == 0 || len >= sizeof host_port || text[len + (text[len] == '/')] != '\0')
		return reject(text, oc);
	snprintf(host_port, sizeof host_port, "%.*s", (int)len, text);
	snprintf(p->at.port, sizeof p->at.port, "1080");
	if (addr_split(host_port, p->at.host, p->at.port, oc) != 0)
		return -1;
	if (!p->at.host[0] || p->at.port[strspn(p->at.port, "0123456789")] != '\0' ||
	    strtoul(p->at.port, NULL, 10) < 1 || strtoul(p->at.port, NULL, 10) > 65535)
		return reject(text, oc);
	/* Not quoted: a password with an @ or a / in it may have become a part of the host. */
	if (hostname_fault(p->at.host)) {
		outcome_set(oc, OC_USAGE, "the host of --proxy is not a valid name: %s",
		    hostname_fault(p->at.host));
		outcome_advise(oc, "--proxy http://proxy.test:3128, or socks5h://proxy.test:1080");
		return -1;
	}
	return 0;
}

/* The variable that is set and not empty: both spellings are in use. */
static const char *first_set(const char *lower, const char *upper)
{
	const char *value = getenv(lower);

	if (value && value[0])
		return lower;
	value = getenv(upper);
	return value && value[0] ? upper : NULL;
}

const char *proxy_variable(void)
{
	const char *name = first_set("https_proxy", "HTTPS_PROXY");

	return name ? name : first_set("all_proxy", "ALL_PROXY");
}

int proxy_parse(struct proxy *p, const char *text, struct outcome *oc)
{
	const char *variable;

	memset(p, 0, sizeof *p);
	if (strcmp(text, "env") != 0)
		return parse_url(p, text, oc);
	p->environment = true;
	variable = proxy_variable();
	return variable ? parse_url(p, getenv(variable), oc) : 0;
}

/* An entry of no_proxy is a host, or a domain with all names below it; a leading dot is ignored. */
static bool matches_entry(const char *entry, size_t len, const char *host)
{
	size_t host_len = strlen(host);

	if (len == 1 && entry[0] == '*')
		return true;
	if (len > 0 && entry[0] == '.') {
		entry++;
		len--;
	}
	if (len == 0 || len > host_len || strncasecmp(host + host_len - len, entry, len) != 0)
		return false;
	return len == host_len || (host[host_len - len - 1] == '.' && !addr_is_literal(host));
}

bool proxy_is_bypassed(const struct proxy *p, const char *host)
{
	const char *variable = first_set("no_proxy", "NO_PROXY");
	const char *list = variable ? getenv(variable) : "";

	if (!p->environment)
		return false;
	while (*list) {
		size_t len;

		list += strspn(list, ", ");
		len = strcspn(list, ", ");
		if (matches_entry(list, len, host))
			return true;
		list += len;
	}
	return false;
}
