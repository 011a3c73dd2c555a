/* SPDX-License-Identifier: MIT */
#include "client/services/dialogue.h"

#include <stdio.h>
#include <string.h>

#include "client/services/service.h"
#include "support/check_main.h"

#define B(bytes) bytes, sizeof(bytes) - 1
#define EHLO "EHLO hello-client.invalid\r\n"
#define XMPP_OPEN(ns) \
	"<?xml version='1.0'?><stream:stream to='mx.test' version='1.0' " \
	"xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:" ns "'>"
#define XMPP_ASK "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define STREAM "<?xml version='1.0'?><stream:stream id='1' from=\"a>b\" version='1.0'>"
#define FEATURES \
	STREAM "<stream:features><starttls xmlns='urn:x'><required/></starttls>" \
	       "<mechanisms><mechanism>PLAIN</mechanism></mechanisms></stream:features>"
#define LDAP_ASK \
	"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" \
	"1.3.6.1.4.1.1466.20037"
#define POSTGRES_ASK "\0\0\0\x08\x04\xd2\x16\x2f"
#define POSTGRES_START \
	"\0\0\0\x4b\0\3\0\0" \
	"user\0hello-client\0" \
	"database\0postgres\0" \
	"application_name\0hello-client\0\0"
#define LDAP_ROOT \
	"\x30\x2a\2\1\2\x63\x25\4\0\x0a\1\0\x0a\1\0\2\1\1\2\1\5\1\1\0" \
	"\x87\x0bobjectClass\x30\5\4\3" \
	"1.1"
#define LDAP_ENTRY "\x30\x09\2\1\2\x64\4\4\0\x30\0"
#define LDAP_UNBIND "\x30\5\2\1\3\x42\0"
#define MYSQL_GREETING(low, high) \
	"\x1c\0\0\0" \
	"\x0a" \
	"8.0\0" \
	"\1\0\0\0" \
	"12345678" \
	"\0" low high "\x21\2\0\0\0\0\0\0"
#define MYSQL_ASK \
	"\x20\0\0\1\0\x8a\0\0\0\0\0\1\x21" \
	"\0\0\0\0\0\0\0\0\0\0\0\0" \
	"\0\0\0\0\0\0\0\0\0\0\0"
#define MSSQL_ASK \
	"\x12\x01\0\x29\0\0\0\0" \
	"\0\0\x15\0\6\1\0\x1b\0\1\2\0\x1c\0\1\3\0\x1d\0\4\xff" \
	"\0\0\0\0\0\0\1\0\0\0\0\0"
/* As SQL Server 2000 answers. */
#define MSSQL_OPTIONS "\0\0\x15\0\6\1\0\x1b\0\1\2\0\x1c\0\1\3\0\x1d\0\0\xff"
#define MSSQL_ANSWER(encryption) \
	"\4\1\0\x25\0\0\1\0" MSSQL_OPTIONS "\x8\0\2\xf8\0\0" encryption "\0"
#define RDP_ASK "\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0"

/* clang-format off */
static const struct row {
	const char *service;
	bool inside; /* its dialogue inside TLS, or for --client-zoo there, else before */
	const char *heard; /* what the server sends, in one piece */
	size_t heard_len;
	const char *said; /* what we send, in one piece */
	size_t said_len;
	enum dialogue_end end;
	const char *words; /* part of words, or of why where it failed */
} rows[] = {
	/* SMTP */
	{ "smtp", false, B("220 mx ESMTP\r\n250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n220 go\r\n"),
	    B(EHLO "STARTTLS\r\n"), DIALOGUE_DONE, "" },
	{ "submission", false, B("220-a\r\n220-b\r\n220 c\n250-mx\n250-starttls\n250 OK\n220 \n"),
	    B(EHLO "STARTTLS\r\n"), DIALOGUE_DONE, "" },
	{ "smtp", false, B("220\r\n250-mx\r\n250-STARTTLS x\r\n250 HELP\r\n220\r\n"),
	    B(EHLO "STARTTLS\r\n"), DIALOGUE_DONE, "" },
	{ "smtp", false, B("220 mx\r\n250-mx\r\n250-SIZE 1\r\n250-XXXXXXXX\r\n250 HELP\r\n"),
	    B(EHLO), DIALOGUE_NOT_OFFERED, "SIZE, XXXXXXXX, HELP" },
	{ "smtp", false, B("220 mx\r\n250 mx\r\n"), B(EHLO), DIALOGUE_NOT_OFFERED, "" },
	{ "smtp", false, B("220 mx\r\n250 STARTTLS\r\n"), B(EHLO), DIALOGUE_NOT_OFFERED, "" },
	{ "smtp", false, B("220 mx\r\n250-mx\r\n250 STARTTLSX\r\n"), B(EHLO),
	    DIALOGUE_NOT_OFFERED, "STARTTLSX" },
	{ "smtp", false, B("220 mx\r\n250-mx\r\n250 STARTTLS\r\n454 TLS \x1b not now\r\n"),
	    B(EHLO "STARTTLS\r\n"), DIALOGUE_REFUSED, "454 TLS" },
	{ "smtp", false, B("554 not you\r\n"), B(""), DIALOGUE_REFUSED, "554 not you" },
	{ "smtp", false, B("220 mx\r\n502 what?\r\n"), B(EHLO), DIALOGUE_REFUSED, "502 what?" },
	{ "smtp", false, B("220 mx\r\n250-mx\r\n250 STARTTLS\r\n220 go\r\n250 injected\r\n"),
	    B(EHLO "STARTTLS\r\n"), DIALOGUE_FAILED, "clear text follows" },
	{ "smtp", false, B("220 mx\r\n354 go on\r\n"), B(EHLO), DIALOGUE_FAILED, "does not fit" },
	{ "smtp", false, B("220 mx\r\n250-mx\r\n250 STARTTLS\r\n250 what?\r\n"),
	    B(EHLO "STARTTLS\r\n"), DIALOGUE_FAILED, "does not fit" },
	{ "smtp", false, B("220 mx\r\n250-\0x\r\n"), B(EHLO), DIALOGUE_FAILED, "breaks the rules" },
	{ "smtp", false, B("220 mx\r\n\x16\x03\x03"),
	    B(EHLO), DIALOGUE_FAILED, "breaks the rules" },
	{ "smtp", false, B("SSH-2.0-OpenSSH_9\r\n"), B(""), DIALOGUE_FAILED, "another protocol" },
	{ "smtp", false, B("\x16\x03\x03\0\x50"), B(""), DIALOGUE_FAILED, "TLS at once" },
	{ "smtp", false, B("220 \0mx\r\n"), B(""), DIALOGUE_FAILED, "another protocol" },
	{ "smtp", false, B("220 mx"), B(""), DIALOGUE_GOES_ON, "" },
	{ "smtp", true, B("250-mx\r\n250 OK\r\n221 bye\r\n"), B(EHLO "QUIT\r\n"), DIALOGUE_DONE,
	    "" },
	{ "smtps", true, B("220 mx\r\n250 OK\r\n221 bye\r\nmore"), B(EHLO "QUIT\r\n"),
	    DIALOGUE_DONE, "" },
	{ "smtps", true, B("421 certificate, please\r\n"), B(""), DIALOGUE_REFUSED, "421 cert" },
	{ "smtps", true, B("220 mx\r\n550 certificate, please\r\n"), B(EHLO), DIALOGUE_REFUSED,
	    "550 cert" },
	{ "smtps", true, B("120 in a moment\r\n"), B(""), DIALOGUE_FAILED, "does not fit" },
	{ "lmtp", false, B("220 mx\r\n250-mx\r\n250 STARTTLS\r\n220 go\r\n"),
	    B("LHLO hello-client.invalid\r\nSTARTTLS\r\n"), DIALOGUE_DONE, "" },
	{ "lmtp", true, B("250 mx\r\n221 bye\r\n"), B("LHLO hello-client.invalid\r\nQUIT\r\n"),
	    DIALOGUE_DONE, "" },
	/* IMAP */
	{ "imap", false,
	    B("* OK [CAPABILITY IMAP4rev1] hi\r\n* CAPABILITY IMAP4rev1 STARTTLS ID\r\n"
			   "a OK done\r\na OK go\r\n"),
	    B("a CAPABILITY\r\na STARTTLS\r\n"), DIALOGUE_DONE, "" },
	{ "imap", false, B("* ok hi\r\n* capability imap4rev1 starttls\r\nA ok\r\nA ok\r\n"),
	    B("a CAPABILITY\r\na STARTTLS\r\n"), DIALOGUE_DONE, "" },
	{ "imap", false, B("* OK hi\r\n* CAPABILITY IMAP4rev1 XXXXXXXX\r\na OK done\r\n"),
	    B("a CAPABILITY\r\n"), DIALOGUE_NOT_OFFERED, "IMAP4rev1, XXXXXXXX" },
	{ "imap", false,
	    B("* OK hi\r\n* CAPABILITY STARTTLS\r\na OK\r\na BAD TLS support missing\r\n"),
	    B("a CAPABILITY\r\na STARTTLS\r\n"), DIALOGUE_REFUSED, "a BAD TLS" },
	{ "imap", false, B("* PREAUTH hi\r\n"), B(""), DIALOGUE_REFUSED, "PREAUTH" },
	{ "imap", false, B("* BYE full\r\n"), B(""), DIALOGUE_REFUSED, "* BYE full" },
	{ "imap", false, B("+OK pop\r\n"), B(""), DIALOGUE_FAILED, "another protocol" },
	{ "imap", false, B("* OK hi\r\n* CAPABILITY STARTTLS\r\na OK\r\na OK\r\n* INJECTED\r\n"),
	    B("a CAPABILITY\r\na STARTTLS\r\n"), DIALOGUE_FAILED, "clear text follows" },
	{ "imap", true, B("* BYE out\r\nb OK done\r\n"), B("b LOGOUT\r\n"), DIALOGUE_DONE, "" },
	{ "imaps", true, B("* PREAUTH hi\r\n* BYE out\r\nb OK done\r\n"), B("b LOGOUT\r\n"),
	    DIALOGUE_DONE, "" },
	{ "imaps", true, B("* BYE certificate needed\r\n"), B(""), DIALOGUE_REFUSED,
	    "certificate" },
	/* POP3 */
	{ "pop3", false, B("+OK hi\r\n+OK\r\nSASL PLAIN\r\nSTLS\r\n.\r\n+OK go\r\n"),
	    B("CAPA\r\nSTLS\r\n"), DIALOGUE_DONE, "" },
	{ "pop3", false, B("+OK hi\r\n-ERR what?\r\n+OK go\r\n"), B("CAPA\r\nSTLS\r\n"),
	    DIALOGUE_DONE, "" },
	{ "pop3", false, B("+OK hi\r\n+OK\r\nUIDL\r\nTOP\r\n.\r\n"), B("CAPA\r\n"),
	    DIALOGUE_NOT_OFFERED, "UIDL, TOP" },
	{ "pop3", false, B("+OK hi\r\n-ERR\r\n-ERR TLS is off\r\n"), B("CAPA\r\nSTLS\r\n"),
	    DIALOGUE_REFUSED, "-ERR TLS is off" },
	{ "pop3", false, B("220 ftp\r\n"), B(""), DIALOGUE_FAILED, "another protocol" },
	{ "pop3", true, B("+OK bye\r\n"), B("QUIT\r\n"), DIALOGUE_DONE, "" },
	{ "pop3s", true, B("+OK hi\r\n+OK bye\r\n"), B("QUIT\r\n"), DIALOGUE_DONE, "" },
	/* ManageSieve */
	{ "sieve", false, B("\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK hi\r\nOK go\r\n"),
	    B("STARTTLS\r\n"), DIALOGUE_DONE, "" },
	{ "sieve", false, B("\"SASL\" \"PLAIN\"\r\nOK hi\r\n"), B(""), DIALOGUE_NOT_OFFERED,
	    "SASL" },
	{ "sieve", false, B("\"starttls\"\r\nok\r\nNO \"not now\"\r\n"), B("STARTTLS\r\n"),
	    DIALOGUE_REFUSED, "NO" },
	{ "sieve", false, B("BYE\r\n"), B(""), DIALOGUE_REFUSED, "BYE" },
	{ "sieve", false, B("hello\r\n"), B(""), DIALOGUE_FAILED, "another protocol" },
	{ "sieve", true, B("\"SIEVE\" \"x\"\r\nOK hi\r\nOK bye\r\n"), B("LOGOUT\r\n"),
	    DIALOGUE_DONE, "" },
	/* NNTP */
	{ "nntp", false, B("200 hi\r\n101 list\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n382 go\r\n"),
	    B("CAPABILITIES\r\nSTARTTLS\r\n"), DIALOGUE_DONE, "" },
	{ "nntp", false, B("201 hi\r\n500 what?\r\n382 go\r\n"), B("CAPABILITIES\r\nSTARTTLS\r\n"),
	    DIALOGUE_DONE, "" },
	{ "nntp", false, B("200 hi\r\n101 list\r\nREADER\r\n.\r\n"), B("CAPABILITIES\r\n"),
	    DIALOGUE_NOT_OFFERED, "READER" },
	{ "nntp", false, B("200 hi\r\n500 what?\r\n580 no\r\n"), B("CAPABILITIES\r\nSTARTTLS\r\n"),
	    DIALOGUE_REFUSED, "580 no" },
	{ "nntp", false, B("200 hi\r\n200 hi\r\n"), B("CAPABILITIES\r\n"), DIALOGUE_FAILED,
	    "does not fit" },
	{ "nntp", false, B("200 hi\r\nfoo\r\n"), B("CAPABILITIES\r\n"), DIALOGUE_FAILED,
	    "breaks the rules" },
	{ "nntp", true, B("205 bye\r\n"), B("QUIT\r\n"), DIALOGUE_DONE, "" },
	{ "nntps", true, B("201 hi\r\n205 bye\r\n"), B("QUIT\r\n"), DIALOGUE_DONE, "" },
	/* FTP */
	{ "ftp", false, B("220-Welcome\r\n no code\r\n220 ready\r\n234 go\r\n"), B("AUTH TLS\r\n"),
	    DIALOGUE_DONE, "" },
	{ "ftp", false, B("220-a\r\n530 b\r\n220 c\r\n234-x\r\n234 go\r\n"), B("AUTH TLS\r\n"),
	    DIALOGUE_DONE, "" },
	{ "ftp", false, B("120 in 5 minutes\r\n"), B(""), DIALOGUE_FAILED, "does not fit" },
	{ "ftp", false, B("220 hi\r\n500 AUTH not understood\r\n"), B("AUTH TLS\r\n"),
	    DIALOGUE_REFUSED, "500 AUTH" },
	{ "ftp", true, B("221 bye\r\n"), B("QUIT\r\n"), DIALOGUE_DONE, "" },
	{ "ftps", true, B("220 hi\r\n221 bye\r\n"), B("QUIT\r\n"), DIALOGUE_DONE, "" },
	/* IRC */
	{ "irc", false, B(":s NOTICE * :hi\r\nPING :1\r\n:s 020 * :hi\r\n:s 670 * :go\r\n"),
	    B("STARTTLS\r\n"), DIALOGUE_DONE, "" },
	{ "irc", false, B(":s 421 * STARTTLS :Unknown command\r\n"), B("STARTTLS\r\n"),
	    DIALOGUE_REFUSED, "421 * STARTTLS" },
	{ "irc", false, B(":s 691 * :STARTTLS failed\r\n"), B("STARTTLS\r\n"), DIALOGUE_REFUSED,
	    "691" },
	{ "irc", false, B("ERROR :too many\r\n"), B("STARTTLS\r\n"), DIALOGUE_REFUSED, "too many" },
	{ "irc", false, B("-ERR what\r\n"), B("STARTTLS\r\n"), DIALOGUE_FAILED, "another" },
	{ "irc", false, B("FOO\r\n"), B("STARTTLS\r\n"), DIALOGUE_FAILED, "another" },
	{ "irc", true, B(":s FOO x\r\nERROR :bye\r\n"), B("QUIT\r\n"), DIALOGUE_DONE, "" },
	{ "ircs", true, B("ERROR :bye\r\n"), B("QUIT\r\n"), DIALOGUE_DONE, "" },
	/* XMPP */
	{ "xmpp", false, B(FEATURES "<proceed xmlns='urn:x'/>"), B(XMPP_OPEN("client") XMPP_ASK),
	    DIALOGUE_DONE, "" },
	{ "xmpp-server", false, B(FEATURES " <proceed xmlns='urn:x'></proceed>"),
	    B(XMPP_OPEN("server") XMPP_ASK), DIALOGUE_DONE, "" },
	{ "xmpp", false, B(FEATURES "<proceed/><x/>"), B(XMPP_OPEN("client") XMPP_ASK),
	    DIALOGUE_FAILED, "clear text follows" },
	{ "xmpp", false, B(STREAM "<stream:features><bind/></stream:features>"),
	    B(XMPP_OPEN("client")), DIALOGUE_NOT_OFFERED, "bind" },
	{ "xmpp", false, B(STREAM "<features/>"), B(XMPP_OPEN("client")), DIALOGUE_NOT_OFFERED,
	    "" },
	{ "xmpp", false, B(FEATURES "<failure xmlns='urn:x'/>"), B(XMPP_OPEN("client") XMPP_ASK),
	    DIALOGUE_REFUSED, "failure" },
	{ "xmpp", false, B(STREAM "<stream:error><host-unknown xmlns='urn:x'/></stream:error>"),
	    B(XMPP_OPEN("client")), DIALOGUE_REFUSED, "host-unknown" },
	{ "xmpp", false, B(STREAM "</stream:stream>"), B(XMPP_OPEN("client")), DIALOGUE_FAILED,
	    "closed its stream" },
	{ "xmpp", false, B(STREAM "<message/>"), B(XMPP_OPEN("client")), DIALOGUE_FAILED,
	    "breaks the rules" },
	{ "xmpp", false, B("HTTP/1.1 400 Bad Request\r\n"), B(XMPP_OPEN("client")), DIALOGUE_FAILED,
	    "another" },
	{ "xmpp", false, B("\x15\x03\x01\0\2\2\x46"), B(XMPP_OPEN("client")), DIALOGUE_FAILED,
	    "TLS at once" },
	{ "xmpp", false, B("<html>"), B(XMPP_OPEN("client")), DIALOGUE_FAILED, "another" },
	{ "xmpp", true, B(FEATURES), B(XMPP_OPEN("client") "</stream:stream>"), DIALOGUE_DONE, "" },
	{ "xmpp-server", true, B(STREAM "<features/>"), B(XMPP_OPEN("server") "</stream:stream>"),
	    DIALOGUE_DONE, "" },
	/* LDAP */
	{ "ldap", false, B("\x30\x0c\2\1\1\x78\7\x0a\1\0\4\0\4\0"), B(LDAP_ASK), DIALOGUE_DONE,
	    "" },
	{ "ldap", false, B("\x30\x84\0\0\0\x10\2\1\1\x78\x84\0\0\0\7\x0a\1\0\4\0\4\0"),
	    B(LDAP_ASK), DIALOGUE_DONE, "" },
	{ "ldap", false, B("\x30\x0f\2\1\1\x78\x0a\x0a\1\2\4\0\4\3off"), B(LDAP_ASK),
	    DIALOGUE_REFUSED, "protocolError: off" },
	{ "ldap", false, B("\x30\x0c\2\1\1\x78\7\x0a\1\x77\4\0\4\0"), B(LDAP_ASK),
	    DIALOGUE_REFUSED, "an error" },
	{ "ldap", false, B("\x30\x0c\2\1\1\x61\7\x0a\1\0\4\0\4\0"), B(LDAP_ASK), DIALOGUE_FAILED,
	    "ExtendedResponse" },
	{ "ldap", false, B("\x30\x0c\2\x20\1\x78\7\x0a\1\0\4\0\4\0"), B(LDAP_ASK), DIALOGUE_FAILED,
	    "another" },
	{ "ldap", false, B("\x30\x80\2\1\1\0\0"), B(LDAP_ASK), DIALOGUE_FAILED, "another" },
	{ "ldap", false, B("\x30\x82\xff\xff\2"), B(LDAP_ASK), DIALOGUE_FAILED, "longer than 4" },
	{ "ldap", false, B("\x30\x84\xff\xff\xff\xff\2"),
	    B(LDAP_ASK), DIALOGUE_FAILED, "longer than 4" },
	{ "ldap", false, B("\x30\x85\xff\xff\xff\xff\2"), B(LDAP_ASK), DIALOGUE_FAILED, "another" },
	{ "ldap", false, B("\x30\x0c\2\1\2\x78\7\x0a\1\0\4\0\4\0"), B(LDAP_ASK), DIALOGUE_FAILED,
	    "another request" },
	{ "ldap", false, B("\x30\x0c\2\1\0\x78\7\x0a\1\0\4\0\4\0"), B(LDAP_ASK), DIALOGUE_FAILED,
	    "another request" },
	/* With controls behind the response. */
	{ "ldap", false, B("\x30\x0e\2\1\1\x78\7\x0a\1\0\4\0\4\0\xa0\0"),
	    B(LDAP_ASK), DIALOGUE_DONE,
	    "" },
	/* The notice of disconnection: RFC 4511 section 4.4.1. */
	{ "ldap", false, B("\x30\x0c\2\1\0\x78\7\x0a\1\x34\4\0\4\0"), B(LDAP_ASK),
	    DIALOGUE_REFUSED, "unavailable" },
	{ "ldap", false, B("\x30\x0c\2\1\1\x78\x7f\x0a\1\0\4\0\4\0"), B(LDAP_ASK), DIALOGUE_FAILED,
	    "ExtendedResponse" },
	{ "ldap", false, B("\x15\x03\x01\0\2\2\x50"), B(LDAP_ASK), DIALOGUE_FAILED, "TLS at once" },
	{ "ldap", false, B("\x30\x0c\2\1\1\x78\7\x0a\1\0\4\0\4\0x"), B(LDAP_ASK), DIALOGUE_FAILED,
	    "clear text follows" },
	/* LDAP, for --client-zoo */
	{ "ldap", true, B(LDAP_ENTRY "\x30\x0c\2\1\2\x65\7\x0a\1\0\4\0\4\0"),
	    B(LDAP_ROOT LDAP_UNBIND), DIALOGUE_DONE, "" },
	{ "ldaps", true, B("\x30\x0c\2\1\2\x65\7\x0a\1\0\4\0\4\0more"),
	    B(LDAP_ROOT LDAP_UNBIND), DIALOGUE_DONE, "" },
	{ "ldaps", true, B("\x30\x09\2\1\2\x73\4\4\2ld\x30\x0c\2\1\2\x65\7\x0a\1\0\4\0\4\0"),
	    B(LDAP_ROOT LDAP_UNBIND), DIALOGUE_DONE, "" },
	{ "ldap", true, B("\x30\x0f\2\1\2\x65\x0a\x0a\1\x08\4\0\4\3tls"), B(LDAP_ROOT),
	    DIALOGUE_DONE, "strongerAuthRequired: tls" },
	{ "ldap", true, B("\x30\x0c\2\1\0\x78\7\x0a\1\x0d\4\0\4\0"), B(LDAP_ROOT),
	    DIALOGUE_DONE, "confidentialityRequired" },
	{ "ldap", true, B("\x30\x0c\2\1\0\x78\7\x0a\1\x34\4\0\4\0"), B(LDAP_ROOT),
	    DIALOGUE_FAILED, "a search with an error" },
	{ "ldap", true, B("\x30\x0c\2\1\2\x65\7\x0a\1\x33\4\0\4\0"), B(LDAP_ROOT),
	    DIALOGUE_FAILED, "a search with an error" },
	{ "ldap", true, B("\x30\x0c\2\1\1\x65\7\x0a\1\0\4\0\4\0"), B(LDAP_ROOT),
	    DIALOGUE_FAILED, "SearchResultDone" },
	{ "ldap", true, B("\x30\x0c\2\1\0\x78\7\x0a\1\0\4\0\4\0"), B(LDAP_ROOT),
	    DIALOGUE_FAILED, "SearchResultDone" },
	{ "ldap", true, B("\x30\3\2\1\2"), B(LDAP_ROOT), DIALOGUE_FAILED, "another" },
	{ "ldap", true, B("\x30\x0c\2\1\2\x65\x7f\x0a\1\0\4\0\4\0"), B(LDAP_ROOT),
	    DIALOGUE_FAILED, "SearchResultDone" },
	{ "ldap", true, B("-ERR what\r\n"), B(LDAP_ROOT), DIALOGUE_FAILED, "another" },
	/* PostgreSQL */
	{ "postgres", false, B("S"), B(POSTGRES_ASK), DIALOGUE_DONE, "" },
	{ "postgres", false, B("N"), B(POSTGRES_ASK), DIALOGUE_REFUSED, "N" },
	{ "postgres", false, B("E\0\0\0\x12SFATAL\0Mfull\0\0"), B(POSTGRES_ASK), DIALOGUE_REFUSED,
	    "full" },
	{ "postgres", false, B("E\0\0\0\x06Mx"), B(POSTGRES_ASK), DIALOGUE_REFUSED,
	    "an error without a message" },
	{ "postgres", false, B("E\0\0\0\4"), B(POSTGRES_ASK), DIALOGUE_REFUSED,
	    "an error without a message" },
	{ "postgres", false, B("E\0\1\0\0"), B(POSTGRES_ASK), DIALOGUE_FAILED, "another" },
	{ "postgres", false, B("SE"), B(POSTGRES_ASK), DIALOGUE_FAILED, "clear text follows" },
	{ "postgres", false, B("HTTP/1.1 400 Bad Request\r\n"), B(POSTGRES_ASK), DIALOGUE_FAILED,
	    "another" },
	/* PostgreSQL, for --client-zoo */
	{ "postgres", true, B("R\0\0\0\x08\0\0\0\0E\0\0\0\4"), B(POSTGRES_START),
	    DIALOGUE_DONE, "" },
	{ "postgres", true, B("N\0\0\0\x05\0R\0\0\0\x0c\0\0\0\5salt"), B(POSTGRES_START),
	    DIALOGUE_DONE, "" },
	{ "postgres-direct", true, B("v\0\0\0\x0c\0\3\0\0\0\0\0\0R\0\0\0\x08\0\0\0\x0c"),
	    B(POSTGRES_START), DIALOGUE_DONE, "" },
	{ "postgres", true, B("E\0\0\0\x17SFATAL\0C28000\0Mno\0\0"), B(POSTGRES_START),
	    DIALOGUE_DONE, "no" },
	{ "postgres", true, B("E\0\0\0\x0d\x43" "28P01\0\0"), B(POSTGRES_START), DIALOGUE_GOES_ON,
	    "" },
	{ "postgres", true, B("E\0\0\0\x0c\x43" "28P01\0\0"), B(POSTGRES_START), DIALOGUE_DONE,
	    "an error without a message" },
	{ "postgres", true, B("E\0\0\0\x19SFATAL\0C53300\0Mfull\0\0"), B(POSTGRES_START),
	    DIALOGUE_FAILED, "answers with an error" },
	{ "postgres", true, B("E\0\0\0\x16SFATAL\0C2800\0Mno\0\0"), B(POSTGRES_START),
	    DIALOGUE_FAILED, "answers with an error" },
	{ "postgres", true, B("R\0\0\0\4"), B(POSTGRES_START), DIALOGUE_FAILED, "malformed" },
	{ "postgres", true, B("R\0\0\0\3"), B(POSTGRES_START), DIALOGUE_FAILED, "another" },
	{ "postgres", true, B("R\0\0\x20\0"), B(POSTGRES_START), DIALOGUE_FAILED, "longer than 4" },
	{ "postgres", true, B("Z\0\0\0\5I"), B(POSTGRES_START), DIALOGUE_FAILED, "another" },
	{ "postgres", true, B("HTTP/1.1 400 Bad Request\r\n"), B(POSTGRES_START), DIALOGUE_FAILED,
	    "another" },
	/* MySQL */
	{ "mysql", false, B(MYSQL_GREETING("\xff", "\xf7")), B(""), DIALOGUE_NOT_OFFERED, "8.0" },
	{ "mysql", false, B(MYSQL_GREETING("\xff", "\xff")), B(MYSQL_ASK), DIALOGUE_DONE, "" },
	{ "mysql", false, B(MYSQL_GREETING("\xff", "\xff") "x"), B(MYSQL_ASK), DIALOGUE_FAILED,
	    "clear text follows" },
	{ "mysql", false, B("\x07\0\0\0\xff\x10\x04" "full"), B(""), DIALOGUE_REFUSED, "full" },
	{ "mysql", false, B("\x04\0\0\0\x0a" "8.0"), B(""), DIALOGUE_FAILED, "another" },
	{ "mysql", false, B("\x05\0\0\0\x0a" "8.0\0"), B(""), DIALOGUE_FAILED, "another" },
	{ "mysql", false, B("\0\0\0\0"), B(""), DIALOGUE_FAILED, "another" },
	{ "mysql", false, B("220 mx ESMTP\r\n"), B(""), DIALOGUE_FAILED, "another" },
	/* SQL Server */
	{ "mssql", false, B(MSSQL_ANSWER("\1")), B(MSSQL_ASK), DIALOGUE_DONE, "" },
	{ "mssql", false, B(MSSQL_ANSWER("\3")), B(MSSQL_ASK), DIALOGUE_DONE, "" },
	{ "mssql", false, B(MSSQL_ANSWER("\x81")), B(MSSQL_ASK), DIALOGUE_DONE, "" },
	{ "mssql", false, B("\4\0\0\x1d\0\0\1\0" MSSQL_OPTIONS "\4\1\0\x10\0\0\2\0"
			    "\x8\0\2\xf8\0\0" "\1\0"),
	    B(MSSQL_ASK), DIALOGUE_DONE, "" },
	{ "mssql", false, B(MSSQL_ANSWER("\0")), B(MSSQL_ASK), DIALOGUE_REFUSED,
	    "ENCRYPT_OFF: only the login" },
	{ "mssql", false, B(MSSQL_ANSWER("\2")), B(MSSQL_ASK), DIALOGUE_REFUSED,
	    "ENCRYPT_NOT_SUP" },
	{ "mssql", false, B(MSSQL_ANSWER("\4")), B(MSSQL_ASK), DIALOGUE_FAILED, "unknown" },
	{ "mssql", false, B("\4\1\0\x14\0\0\1\0\0\0\6\0\6\xff\x0f\0\x07\xd0\0\0"),
	    B(MSSQL_ASK), DIALOGUE_NOT_OFFERED, "version 15.0.2000, without ENCRYPTION" },
	{ "mssql", false, B("\4\1\0\x14\0\0\1\0\0\0\7\0\6\xff\x0f\0\x07\xd0\0\0"),
	    B(MSSQL_ASK), DIALOGUE_FAILED, "not a PRELOGIN" },
	{ "mssql", false, B("\4\1\0\x0d\0\0\1\0\0\0\6\0\6"), B(MSSQL_ASK),
	    DIALOGUE_FAILED, "not a PRELOGIN" },
	{ "mssql", false, B("\4\1\0\x0b\0\0\1\0\xaa\1\0"), B(MSSQL_ASK), DIALOGUE_FAILED,
	    "not a PRELOGIN" },
	{ "mssql", false, B(MSSQL_ANSWER("\1") "x"), B(MSSQL_ASK), DIALOGUE_FAILED,
	    "clear text follows" },
	{ "mssql", false, B("\4\1\0\x08\0\0\1\0"), B(MSSQL_ASK), DIALOGUE_FAILED, "another" },
	{ "mssql", false, B("\4\1\x7f\xff\0\0\1\0"), B(MSSQL_ASK), DIALOGUE_FAILED,
	    "longer than 4" },
	{ "mssql", false, B("\4\0\0\x09\0\0\1\0\0\x12\1"), B(MSSQL_ASK), DIALOGUE_FAILED,
	    "another" },
	{ "mssql", false, B("\x12\1\0\x09\0\0\1\0\0"), B(MSSQL_ASK), DIALOGUE_FAILED,
	    "another" },
	{ "mssql", false, B("\x15\3\1\0\2\2\x50"), B(MSSQL_ASK), DIALOGUE_FAILED, "TLS at once" },
	{ "mssql", false, B("SSH-2.0-x\r\n"), B(MSSQL_ASK), DIALOGUE_FAILED, "another" },
	/* RDP */
	{ "rdp", false, B("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\1\0\0\0"), B(RDP_ASK),
	    DIALOGUE_DONE, "" },
	{ "rdp", false, B("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\3\0\x08\0\5\0\0\0"), B(RDP_ASK),
	    DIALOGUE_REFUSED, "HYBRID_REQUIRED" },
	/* CredSSP is inside TLS. */
	{ "rdp", false, B("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\2\0\0\0"), B(RDP_ASK),
	    DIALOGUE_DONE, "" },
	{ "rdp", false, B("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\0\0\0\0"), B(RDP_ASK),
	    DIALOGUE_NOT_OFFERED, "standard RDP" },
	{ "rdp", false, B("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\x10\0\0\0"), B(RDP_ASK),
	    DIALOGUE_REFUSED, "another security" },
	{ "rdp", false, B("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\1\1\0\0"), B(RDP_ASK),
	    DIALOGUE_REFUSED, "another security" },
	{ "rdp", false, B("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\3\0\x08\0\5\1\0\0"), B(RDP_ASK),
	    DIALOGUE_REFUSED, "unknown reason" },
	{ "rdp", false, B("\3\0\x10\1\x0e\xd0"), B(RDP_ASK), DIALOGUE_FAILED, "longer than 4" },
	{ "rdp", false, B("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\4\0\x08\0\0\0\0\0"), B(RDP_ASK),
	    DIALOGUE_FAILED, "negotiation" },
	{ "rdp", false, B("\3\0\0\x0b\x06\xd0\0\0\x12\x34\0"), B(RDP_ASK), DIALOGUE_NOT_OFFERED,
	    "standard RDP" },
	{ "rdp", false, B("\3\0\0\x0b\x06\xe0\0\0\x12\x34\0"), B(RDP_ASK), DIALOGUE_FAILED,
	    "X.224" },
	{ "rdp", false, B("\3\0\0\x05\x06"), B(RDP_ASK), DIALOGUE_FAILED, "another" },
	{ "rdp", false, B("SSH-2.0-x\r\n"), B(RDP_ASK), DIALOGUE_FAILED, "another" },
	/* Redis */
	{ "rediss", true, B("+PONG\r\n"), B("PING\r\n"), DIALOGUE_DONE, "" },
	{ "rediss", true, B("-NOAUTH log in\r\n"), B("PING\r\n"), DIALOGUE_DONE, "" },
	{ "rediss", true, B("-ERR max clients\r\n"), B("PING\r\n"), DIALOGUE_REFUSED,
	    "max clients" },
};
/* clang-format on */

static const struct dialogue_kind *kind_of(const struct row *row)
{
	const struct service_row *s = service_find(row->service, strlen(row->service));

	ck_assert_msg(s != NULL, "%s", row->service);
	return !row->inside ? s->before : s->inside ? s->inside : s->admission;
}

static char said[4 * DIALOGUE_OUT_MAX];
static size_t said_len;

static void send_out(struct dialogue *d)
{
	memcpy(said + said_len, d->out, d->out_len);
	said_len += d->out_len;
	d->out_len = 0;
}

/* Feed all, piece bytes at a time. Returns how many were left. */
static size_t play(struct dialogue *d, const struct row *row, size_t piece)
{
	size_t at = 0, used;

	said_len = 0;
	dialogue_begin(d, kind_of(row), "mx.test");
	send_out(d);
	while (at < row->heard_len) {
		size_t n = row->heard_len - at < piece ? row->heard_len - at : piece;

		if (dialogue_feed(d, row->heard + at, n, &used) != DIALOGUE_GOES_ON) {
			at += used;
			break;
		}
		at += used;
		send_out(d);
	}
	send_out(d);
	return row->heard_len - at;
}

static bool fits(const struct row *row)
{
	return said_len == row->said_len && memcmp(said, row->said, said_len) == 0;
}

START_TEST(test_whole_conversations)
{
	static struct dialogue d;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		bool injected = row->end == DIALOGUE_FAILED && strstr(row->words, "clear text");

		play(&d, row, row->heard_len);
		ck_assert_msg(d.end == row->end, "row %zu (%s): end %d: %s, %s", i, row->service,
		    (int)d.end, d.why ? d.why : "-", d.words);
		ck_assert_has(d.end == DIALOGUE_FAILED ? d.why : d.words, row->words);
		ck_assert_msg(fits(row), "row %zu (%s): said \"%.*s\"", i, row->service,
		    (int)said_len, said);
		ck_assert_int_eq(d.injected, injected);
	}
}
END_TEST

/* The end of the last answer, and not a byte further: what is behind it stays where it is. */
START_TEST(test_one_byte_at_a_time)
{
	static struct dialogue whole, pieces;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		size_t whole_left = play(&whole, row, row->heard_len);
		size_t left = play(&pieces, row, 1);

		ck_assert_msg(fits(row), "row %zu (%s): said \"%.*s\"", i, row->service,
		    (int)said_len, said);
		ck_assert_uint_eq(whole_left, left);
		ck_assert_int_eq(pieces.end, whole.injected ? DIALOGUE_DONE : whole.end);
		ck_assert_str_eq(pieces.first, whole.first);
		ck_assert_int_eq(pieces.masked, whole.masked);
	}
}
END_TEST

/* What proves a service: the answer before the one to our farewell. */
START_TEST(test_the_last_turn_only_takes_leave)
{
	static const struct {
		const char *service, *heard;
		bool proven;
	} proofs[] = {
		{ "smtps", "220 mx\r\n", false },
		{ "smtps", "220 mx\r\n250 mx\r\n", true },
		{ "smtps", "220 mx\r\n250 mx\r\n500 what?\r\n", true },
		{ "smtps", "220 mx\r\n550 no\r\n", false },
		{ "smtp", "250 mx\r\n", true },
		{ "imaps", "* OK hi\r\n", true },
		{ "imap", "* BYE out\r\n", false },
		{ "ircs", ":s NOTICE * :hi\r\n", false },
	};
	static struct dialogue d;

	for (size_t i = 0; i < sizeof proofs / sizeof proofs[0]; i++) {
		struct row row = { proofs[i].service, true, proofs[i].heard,
			strlen(proofs[i].heard), "", 0, DIALOGUE_GOES_ON, "" };

		play(&d, &row, row.heard_len);
		ck_assert_msg(d.proven == proofs[i].proven, "%s: %s", row.service, row.heard);
	}
}
END_TEST

/* Words that refuse us may have another reason than our certificate; an error is none of it. */
START_TEST(test_denials)
{
	static const struct {
		const char *service, *heard;
		size_t len;
		bool denied;
		const char *first;
	} denials[] = {
		{ "postgres", B("R\0\0\0\x08\0\0\0\3"), false, "AuthenticationCleartextPassword" },
		{ "postgres", B("R\0\0\0\x08\0\0\0\x63"), false,
		    "another request to authenticate" },
		{ "postgres", B("E\0\0\0\x10\x43" "28000\0Mno\0\0"), true, "no" },
		{ "postgres", B("E\0\0\0\x12\x43" "53300\0Mfull\0\0"), false, "full" },
		{ "ldaps", B(LDAP_ENTRY "\x30\x0c\2\1\2\x65\7\x0a\1\0\4\0\4\0"), false,
		    "a search of the root DSE" },
		{ "ldaps", B("\x30\x0c\2\1\2\x65\7\x0a\1\x32\4\0\4\0"), true,
		    "insufficientAccessRights" },
		{ "ldaps", B("\x30\x0c\2\1\2\x65\7\x0a\1\x33\4\0\4\0"), false, "busy" },
	};
	static struct dialogue d;

	for (size_t i = 0; i < sizeof denials / sizeof denials[0]; i++) {
		struct row row = { denials[i].service, true, denials[i].heard, denials[i].len, "",
			0, DIALOGUE_DONE, "" };

		play(&d, &row, row.heard_len);
		ck_assert_msg(d.denied == denials[i].denied, "row %zu", i);
		ck_assert_str_eq(d.first, denials[i].first);
	}
}
END_TEST

/* What a server says before it is asked is no answer to a farewell. */
START_TEST(test_unasked)
{
	static const char *const heard[][2] = {
		{ "irc", "ERROR :no certificate\r\n" },
		{ "ircs", "ERROR :no certificate\r\n" },
		{ "imap", "* BYE no certificate\r\n" },
	};
	static struct dialogue d;
	size_t used;

	for (size_t i = 0; i < sizeof heard / sizeof heard[0]; i++) {
		struct row row = { heard[i][0], true, heard[i][1], strlen(heard[i][1]), "", 0,
			DIALOGUE_REFUSED, "" };

		dialogue_begin(&d, kind_of(&row), "mx.test");
		d.out_len = 0;
		d.unasked = true;
		ck_assert_int_eq(dialogue_feed(&d, row.heard, row.heard_len, &used),
		    DIALOGUE_REFUSED);
		ck_assert_has(d.words, "no certificate");
		ck_assert(!d.proven);
	}
}
END_TEST

/* Each service that has a dialogue has rows here: how it ends well, and otherwise. */
START_TEST(test_every_service_has_rows)
{
	for (const struct service_row *s = services; s->name; s++) {
		bool well[3] = { s->before == NULL, s->inside == NULL, s->admission == NULL };

		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			const struct dialogue_kind *kind = kind_of(&rows[i]);

			if (rows[i].end == DIALOGUE_DONE) {
				well[0] |= kind == s->before;
				well[1] |= kind == s->inside;
				well[2] |= kind == s->admission;
			}
		}
		ck_assert_msg(well[0], "%s before TLS", s->name);
		ck_assert_msg(well[1], "%s inside TLS", s->name);
		ck_assert_msg(well[2], "%s for --client-zoo", s->name);
	}
}
END_TEST

/* A line without an end, and lines without an end: each dialogue gives up. */
static void never_ends(const char *piece, size_t len)
{
	static struct dialogue d;

	for (const struct service_row *s = services; s->name; s++) {
		const struct dialogue_kind *kinds[3] = { s->before, s->inside,
			s->admission };

		for (int k = 0; k < 3; k++) {
			size_t used = 0, total = 0;

			if (!kinds[k])
				continue;
			dialogue_begin(&d, kinds[k], "mx.test");
			d.out_len = 0;
			while (dialogue_feed(&d, piece, len, &used) == DIALOGUE_GOES_ON) {
				d.out_len = 0;
				total += used;
				ck_assert_uint_le(total, DIALOGUE_BYTES_MAX);
			}
			ck_assert_msg(total > 0 || used > 0, "%s", s->name);
		}
	}
}

START_TEST(test_an_endless_line)
{
	never_ends(B("220 * OK +OK \"x\" :a 020 <stream x "));
}
END_TEST

START_TEST(test_endless_lines)
{
	never_ends(B("220-x\r\n"));
	never_ends(B("* OK x\r\n"));
	never_ends(B("+OK x\r\n"));
	never_ends(B("\"x\"\r\n"));
	never_ends(B(":s NOTICE * :x\r\n"));
	never_ends(B("<stream:stream><stream:features><x/>"));
	never_ends(B(LDAP_ENTRY));
	never_ends(B("N\0\0\0\5\0"));
}
END_TEST

/* An offer that is longer than there is room for is left out, and one that fits is not. */
START_TEST(test_offers_are_cut)
{
	static char heard[2048];
	struct row row = { "smtp", false, heard, 0, "", 0, DIALOGUE_NOT_OFFERED, "" };
	static struct dialogue d;

	snprintf(heard, sizeof heard, "220 mx\r\n250-mx\r\n250-%0500d\r\n250 SIZE\r\n", 7);
	row.heard_len = strlen(heard);
	play(&d, &row, row.heard_len);
	ck_assert_int_eq(d.end, DIALOGUE_NOT_OFFERED);
	ck_assert_str_eq(d.words, "SIZE");
}
END_TEST

CHECK_MAIN("dialogue", test_whole_conversations, test_one_byte_at_a_time,
    test_the_last_turn_only_takes_leave, test_denials, test_unasked, test_every_service_has_rows,
    test_an_endless_line, test_endless_lines, test_offers_are_cut)
