/* SPDX-License-Identifier: MIT */
#include "client/judge/spiffe_id.h"

#include <string.h>
#include <strings.h>

static const char scheme[] = "spiffe://";

enum { SCHEME_LEN = sizeof scheme - 1, DOMAIN_MAX = 255 };

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789.-_"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

bool spiffe_id_is_uri(const char *text)
{
	return strncasecmp(text, "spiffe:", strlen("spiffe:")) == 0 || strstr(text, "://");
}

/* Parts of other URIs; each may occur in the domain or in the path. */
static const char *foreign_part(char c)
{
	switch (c) {
	case '?':
		return "it has a query, and a SPIFFE ID has none";
	case '#':
		return "it has a fragment, and a SPIFFE ID has none";
	case '%':
		return "it has a percent sign, and percent-encoding is not allowed";
	default:
		return NULL;
	}
}

static const char *domain_fault(const char *domain, size_t len)
{
	size_t plain = strspn(domain, LOWER);

	if (len == 0)
		return "the trust domain is missing";
	if (memchr(domain, '@', len))
		return "it has a user name before the trust domain";
	if (plain < len) {
		if (domain[plain] == ':')
			return "it has a port, or a colon in the trust domain";
		if (strchr(UPPER, domain[plain]))
			return "the trust domain must be in lower case";
		if (!foreign_part(domain[plain]))
			return "the trust domain may contain only lower-case letters, digits, "
			       "\".\", \"-\" and \"_\"";
		return foreign_part(domain[plain]);
	}
	return len > DOMAIN_MAX ? "the trust domain is longer than 255 bytes" : NULL;
}

static bool is_dots(const char *segment, size_t len)
{
	return len <= 2 && strspn(segment, ".") >= len;
}

/* path begins with a slash. */
static const char *path_fault(const char *path)
{
	size_t plain = strspn(path, LOWER UPPER "/");

	if (path[plain]) {
		const char *foreign = foreign_part(path[plain]);

		return foreign ? foreign
			       : "its path may contain only letters, digits, \".\", \"-\" "
				 "and \"_\"";
	}
	while (*path) {
		size_t len = strcspn(++path, "/");

		if (len == 0)
			return *path ? "its path has an empty segment" : "it ends with a slash";
		if (is_dots(path, len))
			return "its path has a segment \".\" or \"..\"";
		path += len;
	}
	return NULL;
}

const char *spiffe_id_fault(const char *id)
{
	const char *domain = id + SCHEME_LEN;
	const char *fault;
	size_t len;

	if (strncmp(id, scheme, SCHEME_LEN) != 0)
		return strncasecmp(id, scheme, SCHEME_LEN) == 0
		    ? "the scheme must be in lower case"
		    : "it does not begin with spiffe://";
	if (strlen(id) >= SPIFFE_ID_MAX)
		return "it is longer than 2048 bytes";
	len = strcspn(domain, "/");
	fault = domain_fault(domain, len);
	if (fault)
		return fault;
	if (!domain[len] || !domain[len + 1])
		return "its path is missing, and only a CA may have an ID without one";
	return path_fault(domain + len);
}

/* A longer text hides the reason behind it. */
enum { SHOWN_MAX = 200 };

int spiffe_id_check(const char *what, const char *id, struct outcome *oc)
{
	const char *fault = spiffe_id_fault(id);

	if (!fault)
		return 0;
	outcome_set(oc, OC_USAGE, "%s: invalid SPIFFE ID \"%.*s%s\": %s", what, SHOWN_MAX, id,
	    strlen(id) > SHOWN_MAX ? "..." : "", fault);
	outcome_advise(oc, "give the whole ID, such as spiffe://example.org/web");
	return -1;
}
