/* SPDX-License-Identifier: MIT */
#include "server/conn/page.h"

#include <string.h>

#include "base/text.h"

/* tests/unit/check_page.c computes the hash, and shows the new one after a change. */
const char page_policy[] = "default-src 'none'; "
			   "style-src 'sha256-ZE13dCPIH6HoSvNqf4UcVOhIZouQ8Ya7oPCDp9za+0A='; "
			   "img-src data:; base-uri 'none'; form-action 'none'; "
			   "frame-ancestors 'none'";

/* The colors of text have a contrast of 7:1 or more with their ground (WCAG 2.2, level AAA). */
/* clang-format off */
static const char style[] =
    ":root{color-scheme:light dark;"
    "--ground:#f3f5f7;--card:#fff;--ink:#1a2027;--soft:#48525d;"
    "--line:#d5dbe1;--mark:#0b7a5c}\n"
    "@media(prefers-color-scheme:dark){:root{"
    "--ground:#11151a;--card:#1a2027;--ink:#e8ecf0;--soft:#b2bcc7;"
    "--line:#333d48;--mark:#4cc9a0}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--ground);color:var(--ink);"
    "font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\n"
    "main{max-width:52rem;margin:0 auto;padding:2.5rem 1rem}\n"
    "h1{margin:0 0 1rem;font-size:1.75rem;line-height:1.2}\n"
    ".greeting,table{background:var(--card);border:1px solid var(--line)}\n"
    ".greeting{margin:0 0 1.5rem;padding:1rem 1.25rem;"
    "border-left:.375rem solid var(--mark);"
    "font-size:1.25rem;white-space:pre-wrap}\n"
    "table{width:100%;margin:1rem 0;border-collapse:collapse}\n"
    "caption{padding:0 0 .5rem;text-align:left;font-weight:600}\n"
    "th,td{padding:.75rem 1.25rem;border-top:1px solid var(--line);"
    "text-align:left;vertical-align:top}\n"
    "thead th,td p,footer{color:var(--soft);font-size:.875rem}\n"
    "th{overflow-wrap:normal}tbody th{width:13rem;font-weight:600}\n"
    "code{font:.875rem/1.5 ui-monospace,monospace}footer code{white-space:nowrap}\n"
    "p{margin:0 0 1rem}\n"
    "td p{margin:.25rem 0 0}\n"
    "@media(max-width:36rem){main{padding-top:1.5rem}"
    "th,td{padding:.625rem .75rem}tbody th{width:6.75rem}}\n";
/* clang-format on */

static const char begin[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>Your TLS connection</title>\n"
    "<link rel=\"icon\" href=\"data:,\">\n";

static const char introduction[] =
    "<p>The table shows the connection that carried this page, as the server saw it. The "
    "client is your browser, unless something in between connected in its place.</p>\n";

static const char end[] =
    "</tbody>\n</table>\n"
    "<footer>\n"
    "<p>Programs get the same values as text, or as JSON if they prefer "
    "<code>application/json</code>. <code>hello-client --compare</code> compares them with what "
    "the client saw.</p>\n"
    "</footer>\n"
    "</main>\n</body>\n</html>\n";

/* Without markup. */
static const struct {
	const char *title, *meaning;
} rows[CONN_REPORT_FIELDS] = {
	[CONN_REPORT_PEER] = { "Client address",
	    "Where the connection came from. Behind a VPN, a proxy or NAT, your own device has "
	    "another address." },
	[CONN_REPORT_SERVER_NAME] = { "Requested name",
	    "The client requests a name (SNI) so that the server can choose the right "
	    "certificate. It requests none for an IP address." },
	[CONN_REPORT_PROTOCOL] = { "TLS version",
	    "TLSv1.3 is the newest version. TLSv1.2 is secure with the ciphers that this server "
	    "accepts." },
	[CONN_REPORT_CIPHER] = { "Cipher suite",
	    "How the data is encrypted and protected against changes." },
	[CONN_REPORT_GROUP] = { "Key exchange",
	    "How the two ends agreed on a secret. A method with MLKEM in its name also protects "
	    "a recording of the connection against quantum computers." },
	[CONN_REPORT_RESUMED] = { "Resumed session",
	    "\"yes\" means that the client continued an earlier session, and that the server "
	    "did not send its certificate again." },
	[CONN_REPORT_CLIENT] = { "Client certificate",
	    "Subject of the client's certificate, which the server verified. A client sends a "
	    "certificate only if the server requests one." },
	[CONN_REPORT_CERTIFICATE] = { "Server certificate",
	    "SHA-256 fingerprint of the certificate that the server sent. If your browser shows "
	    "another one for this page, something in between decrypts the connection." },
	[CONN_REPORT_NODE] = { "Answered by",
	    "Name of the server that answered. If several servers share the address, it can "
	    "change with each request." },
	[CONN_REPORT_TIME] = { "Server's clock",
	    "In UTC. With a wrong clock, a valid certificate seems expired or not valid yet." },
	[CONN_REPORT_BINDING] = { "Channel binding",
	    "Derived from the keys of the connection (RFC 9266). Only its two ends can compute "
	    "this value: a client with another one is connected to something in between." },
	[CONN_REPORT_OFFERS] = { "Offered by the client",
	    "What your client accepts, in its order of preference: how many of each kind, and "
	    "the first eight. GREASE is a meaningless value, which tests that servers ignore "
	    "unknown ones (RFC 8701)." },
};

static void write_escaped(FILE *to, const char *bytes, size_t len)
{
	char unit[TEXT_UNIT_MAX];
	size_t n;

	for (; len > 0; bytes += n, len -= n) {
		n = text_unit_html(bytes, len, unit);
		fputs(unit, to);
	}
}

/* Its line breaks stay, except one at the end, and so do its tabs. */
static void write_greeting(FILE *to, const char *greeting, size_t len)
{
	if (len > 0 && greeting[len - 1] == '\n')
		len--;
	/* The language is the operator's choice, and so is the direction of the letters. */
	fputs("<p class=\"greeting\" lang=\"\" dir=\"auto\">", to);
	while (len > 0) {
		size_t n = 0;

		while (n < len && greeting[n] != '\n' && greeting[n] != '\t')
			n++;
		write_escaped(to, greeting, n);
		if (n < len)
			fputc(greeting[n++], to);
		greeting += n;
		len -= n;
	}
	fputs("</p>\n", to);
}

static void write_row(FILE *to, const struct conn_report *seen, enum conn_report_field field)
{
	const char *value = conn_report_get(seen, field);

	fprintf(to, "<tr id=\"%s\"><th scope=\"row\">%s</th>\n<td><code>", conn_report_name(field),
	    rows[field].title);
	write_escaped(to, value, strlen(value));
	fputs("</code>\n<p>", to);
	write_escaped(to, rows[field].meaning, strlen(rows[field].meaning));
	fputs("</p></td></tr>\n", to);
}

void page_write(FILE *to, const char *greeting, size_t len, const struct conn_report *seen)
{
	fputs(begin, to);
	fprintf(to, "<style>%s</style>\n</head>\n<body>\n<main>\n", style);
	fputs("<h1>Your TLS connection</h1>\n", to);
	write_greeting(to, greeting, len);
	fputs(introduction, to);
	fputs("<table>\n<caption>What the server saw</caption>\n<thead>\n<tr>"
	      "<th scope=\"col\">Fact</th><th scope=\"col\">Value and meaning</th></tr>\n"
	      "</thead>\n<tbody>\n",
	    to);
	for (int i = 0; i < CONN_REPORT_FIELDS; i++)
		write_row(to, seen, (enum conn_report_field)i);
	fputs(end, to);
}
