/* SPDX-License-Identifier: MIT */
#include "client/step/issuer_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/addr.h"
#include "net/hostname.h"

static const char scheme[] = "http://";

enum { SCHEME_LEN = sizeof scheme - 1 };

static bool is_printable(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] <= ' ' || bytes[i] > '~')
			return false;
	}
	return true;
}

static const char *parse_authority(const char *text, struct issuer_url *out)
{
	char *end;
	unsigned long port;

	snprintf(out->at.host, sizeof out->at.host, "%s", "");
	snprintf(out->at.port, sizeof out->at.port, "80");
	if (strchr(text, '@') || addr_split(text, out->at.host, out->at.port, NULL) != 0 ||
	    hostname_fault(out->at.host))
		return "the address has no valid host name";
	port = strtoul(out->at.port, &end, 10);
	if (out->at.port[0] < '0' || out->at.port[0] > '9' || *end || port == 0 || port > 65535)
		return "the address has no valid port";
	return NULL;
}

/* path: "", or from a slash or a question mark on. */
static void set_path(const char *path, struct issuer_url *out)
{
	snprintf(out->path, sizeof out->path, "%s%.*s", path[0] == '/' ? "" : "/",
	    (int)strcspn(path, "#"), path);
}

const char *issuer_url_parse(const char *bytes, size_t len, struct issuer_url *out)
{
	char text[ISSUER_URL_MAX], authority[ISSUER_URL_MAX];
	struct issuer_url url;
	const char *fault;
	size_t host_len;

	/* One byte less, because the path may get a slash. */
	if (len + 1 >= sizeof text)
		return "the address is too long";
	if (!is_printable(bytes, len))
		return "the address has characters that no URL has";
	snprintf(text, sizeof text, "%.*s", (int)len, bytes);
	if (strncasecmp(text, scheme, SCHEME_LEN) != 0)
		return "the address is not an http URL";
	host_len = strcspn(text + SCHEME_LEN, "/?#");
	snprintf(authority, sizeof authority, "%.*s", (int)host_len, text + SCHEME_LEN);
	fault = parse_authority(authority, &url);
	if (fault)
		return fault;
	set_path(text + SCHEME_LEN + host_len, &url);
	*out = url;
	return NULL;
}

static const char *find_field(const char *head, size_t len, const char *name, size_t *value_len)
{
	size_t name_len = strlen(name);

	for (const char *at = head, *end = head + len; at < end;) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		const char *value;

		if (!line_end || *at == '\r')
			return NULL;
		if ((size_t)(line_end - at) > name_len && strncasecmp(at, name, name_len) == 0) {
			value = at + name_len;
			while (value < line_end && (*value == ' ' || *value == '\t'))
				value++;
			while (line_end > value && strchr("\r \t", line_end[-1]))
				line_end--;
			*value_len = (size_t)(line_end - value);
			return value;
		}
		at = line_end + 1;
	}
	return NULL;
}

/* Interim answers (1xx) have a head of their own, before that of the answer. */
static void skip_interim(const char **head, size_t *len)
{
	enum { STATUS_AT = sizeof "HTTP/1.1 " - 1 };

	while (*len > STATUS_AT && (*head)[STATUS_AT] == '1') {
		size_t n = 4;

		while (n <= *len && memcmp(*head + n - 4, "\r\n\r\n", 4) != 0)
			n++;
		n = n <= *len ? n : *len;
		*head += n;
		*len -= n;
	}
}

const char *issuer_url_redirect(const char *head, size_t len, const struct issuer_url *from,
    struct issuer_url *out)
{
	size_t value_len = 0;
	char path[ISSUER_URL_MAX];
	struct issuer_url url = *from;
	const char *value;

	skip_interim(&head, &len);
	value = find_field(head, len, "Location:", &value_len);
	if (!value)
		return "there is no Location in the first 8 KiB of its answer";
	if (value_len == 0 || value[0] != '/' || (value_len > 1 && value[1] == '/'))
		return issuer_url_parse(value, value_len, out);
	if (value_len >= sizeof path)
		return "the address is too long";
	if (!is_printable(value, value_len))
		return "the address has characters that no URL has";
	snprintf(path, sizeof path, "%.*s", (int)value_len, value);
	set_path(path, &url);
	*out = url;
	return NULL;
}
