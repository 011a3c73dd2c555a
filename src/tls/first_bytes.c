/* SPDX-License-Identifier: MIT */
#include "tls/first_bytes.h"

#include <string.h>

#include "net/proxy_protocol.h"
#include "base/text.h"

enum { SHOWN_MAX = 24 };

/* RFC 8446 section 5.1: content type 20 to 24, then legacy_record_version 3.x. */
bool first_bytes_are_tls(const unsigned char *bytes, size_t len)
{
	if (len > 0 && (bytes[0] < 20 || bytes[0] > 24))
		return false;
	return len < 2 || bytes[1] == 3;
}

/* What a server is by its first bytes, what a client is; NULL: that side does not begin so. */
static const struct {
	const char *prefix, *server, *client, *advice;
} known[] = {
	{ "HTTP/", "an HTTP answer", "an HTTP answer",
	    "curl -v http://HOST:PORT shows what it is; TLS has another port" },
	{ "GET ", "an HTTP request", "an HTTP request", NULL },
	{ "HEAD ", "an HTTP request", "an HTTP request", NULL },
	{ "POST ", "an HTTP request", "an HTTP request", NULL },
	{ "PUT ", "an HTTP request", "an HTTP request", NULL },
	{ "OPTIONS ", "an HTTP request", "an HTTP request", NULL },
	{ "CONNECT ", "an HTTP request", "an HTTP request", NULL },
	{ "PRI * HTTP/2", "an HTTP/2 request", "an HTTP/2 request", NULL },
	{ "SSH-", "an SSH server", "an SSH client",
	    "is it the right port? ssh -p PORT HOST is what answers here" },
	{ "220", "a mail or FTP server", NULL,
	    "TLS comes after STARTTLS: hello-client smtp://HOST:PORT, or ftp://HOST:PORT" },
	{ "EHLO ", NULL, "a mail client", NULL },
	{ "HELO ", NULL, "a mail client", NULL },
	{ "* OK", "an IMAP server", NULL,
	    "TLS comes after STARTTLS: hello-client imap://HOST:PORT" },
	{ "+OK", "a POP3 server", NULL,
	    "TLS comes after STLS: hello-client pop3://HOST:PORT" },
	{ "RFB ", "a VNC server", "a VNC client", NULL },
	{ "-ERR", "a Redis server", NULL, NULL },
	{ "*1\r\n", NULL, "a Redis client", NULL },
	{ "PROXY ", "a PROXY protocol header", NULL, NULL },
	{ "\r\n\r\n", "a PROXY protocol header", NULL, NULL },
};

int first_bytes_explain(const unsigned char *bytes, size_t len, bool from_client,
    struct outcome *oc)
{
	const char *guess = "not a TLS record", *advice = NULL;
	char shown[4 * SHOWN_MAX + 1];

	if (from_client && proxy_protocol_begins(bytes, len))
		return outcome_set(oc, OC_PROXY_HEADER_BAD,
		    "a PROXY protocol header came where none may be");
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		const char *side = from_client ? known[i].client : known[i].server;
		size_t n = strlen(known[i].prefix);

		if (side && len >= n && memcmp(bytes, known[i].prefix, n) == 0) {
			guess = side;
			/* It is for whoever has asked the server. */
			advice = from_client ? NULL : known[i].advice;
		}
	}
	text_quotable(bytes, text_fit((const char *)bytes, len, SHOWN_MAX), shown, sizeof shown);
	outcome_set(oc, OC_NOT_TLS, "the peer speaks no TLS; its first bytes are \"%s\": %s", shown,
	    guess);
	if (advice)
		outcome_advise(oc, "%s", advice);
	return -1;
}
