/* SPDX-License-Identifier: MIT */
#include "common/firstbytes.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 24 };

/* RFC 8446 section 5.1: content type 20 to 24, then legacy_record_version 3.x. */
bool firstbytes_are_tls(const unsigned char *bytes, size_t len)
{
	if (len > 0 && (bytes[0] < 20 || bytes[0] > 24))
		return false;
	return len < 2 || bytes[1] == 3;
}

int firstbytes_explain(const unsigned char *bytes, size_t len, struct outcome *oc)
{
	static const struct {
		const char *prefix, *guess;
	} known[] = {
		{ "HTTP/", "an HTTP answer" },
		{ "GET ", "an HTTP request" },
		{ "HEAD ", "an HTTP request" },
		{ "POST ", "an HTTP request" },
		{ "SSH-", "an SSH server" },
		{ "220", "a mail or FTP server" },
		{ "PROXY ", "a PROXY protocol header" },
		{ "\r\n\r\n", "a PROXY protocol header" },
	};
	const char *guess = "not a TLS record";
	char shown[4 * SHOWN_MAX + 1] = "";
	size_t at = 0;

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		size_t n = strlen(known[i].prefix);

		if (len >= n && memcmp(bytes, known[i].prefix, n) == 0)
			guess = known[i].guess;
	}
	for (size_t i = 0; i < len && i < SHOWN_MAX; i++) {
		bool plain = bytes[i] >= ' ' && bytes[i] <= '~' && bytes[i] != '"';

		at += (size_t)snprintf(shown + at, sizeof shown - at, plain ? "%c" : "\\x%02x",
		    bytes[i]);
	}
	return outcome_set(oc, OC_NOT_TLS, "the peer speaks no TLS; its first bytes are \"%s\": %s",
	    shown, guess);
}
