/* SPDX-License-Identifier: MIT */
#include "client/services/line_scripts.h"

#include "client/services/line_dialogue.h"

/* Reserved (RFC 2606); servers must not refuse mail because of it (RFC 5321 section 4.1.4). */
#define OUR_NAME "hello-client.invalid"

#define SCRIPT(id, words, inside, begins, ...) \
	static const struct line_script id##_script = __VA_ARGS__; \
	const struct dialogue_kind id = { .protocol = words, \
		.inside_tls = inside, \
		.server_begins = begins, \
		.data = &id##_script, \
		.begin = line_begin, \
		.whole = line_whole, \
		.take = line_take }

/* ---- before TLS ----------------------------------------------------------------------------- */

/* RFC 3207. */
SCRIPT(smtp_starttls, "SMTP", false, true,
    { .turns = {
	  { NULL, LINE_CODE, "220", NULL, NULL, false },
	  { "EHLO " OUR_NAME "\r\n", LINE_CODE, "250", NULL, "STARTTLS", false },
	  { "STARTTLS\r\n", LINE_CODE, "220", NULL, NULL, false },
      } });

/* RFC 2033. */
SCRIPT(lmtp_starttls, "LMTP", false, true,
    { .turns = {
	  { NULL, LINE_CODE, "220", NULL, NULL, false },
	  { "LHLO " OUR_NAME "\r\n", LINE_CODE, "250", NULL, "STARTTLS", false },
	  { "STARTTLS\r\n", LINE_CODE, "220", NULL, NULL, false },
      } });

/* RFC 9051 section 6.2.1. */
SCRIPT(imap_starttls, "IMAP", false, true,
    { .tag = "a ",
	.turns = {
	    { NULL, LINE_UNTAGGED, "* OK", NULL, NULL, false },
	    { "a CAPABILITY\r\n", LINE_TAGGED, "OK", NULL, "STARTTLS", false },
	    { "a STARTTLS\r\n", LINE_TAGGED, "OK", NULL, NULL, false },
	} });

/* RFC 2595 section 4; servers without CAPA (RFC 2449) may have STLS. */
SCRIPT(pop3_starttls, "POP3", false, true,
    { .turns = {
	  { NULL, LINE_ONE, "+OK", NULL, NULL, false },
	  { "CAPA\r\n", LINE_LIST, "+OK", NULL, "STLS", true },
	  { "STLS\r\n", LINE_ONE, "+OK", NULL, NULL, false },
      } });

/* RFC 5804 section 2.2. */
SCRIPT(sieve_starttls, "ManageSieve", false, true,
    { .turns = {
	  { NULL, LINE_SIEVE, "OK", NULL, "STARTTLS", false },
	  { "STARTTLS\r\n", LINE_SIEVE, "OK", NULL, NULL, false },
      } });

/* RFC 4642; servers without CAPABILITIES (RFC 3977) may have STARTTLS. */
SCRIPT(nntp_starttls, "NNTP", false, true,
    { .turns = {
	  { NULL, LINE_CODE, "200", "201", NULL, false },
	  { "CAPABILITIES\r\n", LINE_CODE_LIST, "101", NULL, "STARTTLS", true },
	  { "STARTTLS\r\n", LINE_CODE, "382", NULL, NULL, false },
      } });

/* RFC 4217 section 4. */
SCRIPT(ftp_starttls, "FTP", false, true,
    { .turns = {
	  { NULL, LINE_CODE, "220", NULL, NULL, false },
	  { "AUTH TLS\r\n", LINE_CODE, "234", NULL, NULL, false },
      } });

/* The extension "tls" of IRCv3. */
SCRIPT(irc_starttls, "IRC", false, false,
    { .turns = {
	  { "STARTTLS\r\n", LINE_IRC, "670", NULL, NULL, false },
      } });

/* ---- inside TLS ----------------------------------------------------------------------------- */

SCRIPT(smtp_inside, "SMTP", true, true,
    { .turns = {
	  { NULL, LINE_CODE, "220", NULL, NULL, false },
	  { "EHLO " OUR_NAME "\r\n", LINE_CODE, "250", NULL, NULL, false },
	  { "QUIT\r\n", LINE_CODE, "221", NULL, NULL, false },
      } });

SCRIPT(smtp_resumed, "SMTP", true, false,
    { .turns = {
	  { "EHLO " OUR_NAME "\r\n", LINE_CODE, "250", NULL, NULL, false },
	  { "QUIT\r\n", LINE_CODE, "221", NULL, NULL, false },
      } });

SCRIPT(lmtp_resumed, "LMTP", true, false,
    { .turns = {
	  { "LHLO " OUR_NAME "\r\n", LINE_CODE, "250", NULL, NULL, false },
	  { "QUIT\r\n", LINE_CODE, "221", NULL, NULL, false },
      } });

SCRIPT(imap_inside, "IMAP", true, true,
    { .tag = "b ",
	.turns = {
	    { NULL, LINE_UNTAGGED, "* OK", "* PREAUTH", NULL, false },
	    { "b LOGOUT\r\n", LINE_TAGGED, "OK", NULL, NULL, false },
	} });

SCRIPT(imap_resumed, "IMAP", true, false,
    { .tag = "b ",
	.turns = {
	    { "b LOGOUT\r\n", LINE_TAGGED, "OK", NULL, NULL, false },
	} });

SCRIPT(pop3_inside, "POP3", true, true,
    { .turns = {
	  { NULL, LINE_ONE, "+OK", NULL, NULL, false },
	  { "QUIT\r\n", LINE_ONE, "+OK", NULL, NULL, false },
      } });

SCRIPT(pop3_resumed, "POP3", true, false,
    { .turns = {
	  { "QUIT\r\n", LINE_ONE, "+OK", NULL, NULL, false },
      } });

SCRIPT(sieve_inside, "ManageSieve", true, true,
    { .turns = {
	  { NULL, LINE_SIEVE, "OK", NULL, NULL, false },
	  { "LOGOUT\r\n", LINE_SIEVE, "OK", NULL, NULL, false },
      } });

SCRIPT(nntp_inside, "NNTP", true, true,
    { .turns = {
	  { NULL, LINE_CODE, "200", "201", NULL, false },
	  { "QUIT\r\n", LINE_CODE, "205", NULL, NULL, false },
      } });

SCRIPT(nntp_resumed, "NNTP", true, false,
    { .turns = {
	  { "QUIT\r\n", LINE_CODE, "205", NULL, NULL, false },
      } });

SCRIPT(ftp_inside, "FTP", true, true,
    { .turns = {
	  { NULL, LINE_CODE, "220", NULL, NULL, false },
	  { "QUIT\r\n", LINE_CODE, "221", NULL, NULL, false },
      } });

SCRIPT(ftp_resumed, "FTP", true, false,
    { .turns = {
	  { "QUIT\r\n", LINE_CODE, "221", NULL, NULL, false },
      } });

SCRIPT(irc_inside, "IRC", true, false,
    { .turns = {
	  { "QUIT\r\n", LINE_IRC, "ERROR", NULL, NULL, false },
      } });

/* A server that requires a password answers -NOAUTH, which proves the service as well. */
SCRIPT(redis_inside, "Redis", true, false,
    { .turns = {
	  { "PING\r\n", LINE_ONE, "+PONG", "-NOAUTH", NULL, false },
      } });
