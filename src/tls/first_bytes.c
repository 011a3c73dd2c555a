/* SPDX-License-Identifier: MIT */
#include "tls/first_bytes.h"

#include <string.h>

#include "base/text.h"
#include "net/proxy_protocol.h"

enum { SHOWN_MAX = 24 };

/* RFC 8446 section 5.1: content type 20 to 24, then legacy_record_version 3.x. */
bool first_bytes_are_tls(const unsigned char *bytes, size_t len)
{
	if (len > 0 && (bytes[0] < 20 || bytes[0] > 24))
		return false;
	return len < 2 || bytes[1] == 3;
}

/*
 * The name of a protocol for a server, and for a client; NULL: that side does not begin
 * with these bytes.
 */
static const struct {
	const char *prefix, *server, *client, *advice;
} known[] = {
	{ "HTTP/", "an HTTP answer", "an HTTP answer",
	    "curl -v http://HOST:PORT shows what it is; TLS needs another port" },
	{ "GET ", "an HTTP request", "an HTTP request", NULL },
	{ "HEAD ", "an HTTP request", "an HTTP request", NULL },
	{ "POST ", "an HTTP request", "an HTTP request", NULL },
	{ "PUT ", "an HTTP request", "an HTTP request", NULL },
	{ "OPTIONS ", "an HTTP request", "an HTTP request", NULL },
	{ "CONNECT ", "an HTTP request", "an HTTP request", NULL },
	{ "PRI * HTTP/2", "an HTTP/2 request", "an HTTP/2 request", NULL },
	{ "SSH-", "an SSH server", "an SSH client",
	    "check the port; ssh -p PORT HOST shows which SSH server answers" },
	{ "220", "a mail or FTP server", NULL,
	    "TLS starts after STARTTLS: hello-client smtp://HOST:PORT or ftp://HOST:PORT" },
	{ "EHLO ", NULL, "a mail client", NULL },
	{ "HELO ", NULL, "a mail client", NULL },
	{ "* OK", "an IMAP server", NULL,
	    "TLS starts after STARTTLS: hello-client imap://HOST:PORT" },
	{ "+OK", "a POP3 server", NULL,
	    "TLS starts after STLS: hello-client pop3://HOST:PORT" },
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
		    "unexpected PROXY protocol header");
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		const char *side = from_client ? known[i].client : known[i].server;
		size_t n = strlen(known[i].prefix);

		if (side && len >= n && memcmp(bytes, known[i].prefix, n) == 0) {
			guess = side;
			/* The advice is for the client of a server. */
			advice = from_client ? NULL : known[i].advice;
		}
	}
	text_quotable(bytes, text_fit((const char *)bytes, len, SHOWN_MAX), shown, sizeof shown);
	outcome_set(oc, OC_NOT_TLS,
	    "the peer does not speak TLS; its first bytes are \"%s\": %s", shown,
	    guess);
	if (advice)
		outcome_advise(oc, "%s", advice);
	return -1;
}
