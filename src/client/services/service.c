/* SPDX-License-Identifier: MIT */
#include "client/services/service.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "client/services/ldap_dialogue.h"
#include "client/services/line_scripts.h"
#include "client/services/message_dialogue.h"
#include "client/services/postgres_dialogue.h"
#include "client/services/xmpp_dialogue.h"

/* UnbindRequest: RFC 4511 section 4.3. */
static const char unbind[] = "\x30\x05\x02\x01\x02\x42";

#define AS_TLS TALK_NOTHING, NULL, NULL, 0, OVER_TCP, NULL
#define ADMITS(admission) TALK_NOTHING, NULL, NULL, 0, OVER_TCP, &admission
#define ASKS(inside) TALK_DIALOGUE, &inside, NULL, 0, OVER_TCP, NULL
#define LEAVES(words, admission) TALK_NOTHING, NULL, words, sizeof words, OVER_TCP, &admission

const struct service_row services[] = {
	{ "hello", "8443", "", NULL, NULL, TALK_HELLO, NULL, NULL, 0, OVER_TCP, NULL },
	{ "https", "443", "6443 2376 2379 9200", NULL, "http/1.1", TALK_HTTP, NULL, NULL, 0,
	    OVER_TCP, NULL },
	{ "tls", "", "", NULL, NULL, AS_TLS },
	{ "quic", "443", "", NULL, "hello/1,h3", TALK_HELLO, NULL, NULL, 0, OVER_QUIC, NULL },

	{ "smtp", "25", "", &smtp_starttls, NULL, ASKS(smtp_resumed) },
	{ "submission", "587", "", &smtp_starttls, NULL, ASKS(smtp_resumed) },
	{ "smtps", "465", "", NULL, NULL, ASKS(smtp_inside) },
	{ "lmtp", "24", "", &lmtp_starttls, NULL, ASKS(lmtp_resumed) },
	{ "imap", "143", "", &imap_starttls, NULL, ASKS(imap_resumed) },
	{ "imaps", "993", "", NULL, NULL, ASKS(imap_inside) },
	{ "pop3", "110", "", &pop3_starttls, NULL, ASKS(pop3_resumed) },
	{ "pop3s", "995", "", NULL, NULL, ASKS(pop3_inside) },
	{ "sieve", "4190", "", &sieve_starttls, NULL, ASKS(sieve_inside) },
	{ "nntp", "119", "", &nntp_starttls, NULL, ASKS(nntp_resumed) },
	{ "nntps", "563", "", NULL, NULL, ASKS(nntp_inside) },
	{ "ftp", "21", "", &ftp_starttls, NULL, ASKS(ftp_resumed) },
	{ "ftps", "990", "", NULL, NULL, ASKS(ftp_inside) },
	{ "irc", "6667", "", &irc_starttls, NULL, ASKS(irc_inside) },
	{ "ircs", "6697", "", NULL, NULL, ASKS(irc_inside) },
	{ "xmpp", "5222", "", &xmpp_starttls, NULL, ASKS(xmpp_inside) },
	{ "xmpp-server", "5269", "", &xmpp_server_starttls, NULL, ASKS(xmpp_server_inside) },

	{ "ldap", "389", "", &ldap_starttls, NULL, LEAVES(unbind, ldap_admission) },
	{ "ldaps", "636", "", NULL, NULL, LEAVES(unbind, ldap_admission) },
	{ "postgres", "5432", "", &postgres_starttls, NULL, ADMITS(postgres_admission) },
	{ "postgres-direct", "5432", "", NULL, "postgresql", ADMITS(postgres_admission) },
	{ "mysql", "3306", "", &mysql_starttls, NULL, AS_TLS },
	{ "mssql", "1433", "", &mssql_starttls, NULL, AS_TLS },
	{ "rdp", "3389", "", &rdp_starttls, NULL, AS_TLS },
	{ "rediss", "6380", "", NULL, NULL, ASKS(redis_inside) },

	{ "mqtts", "8883", "", NULL, NULL, AS_TLS },
	{ "amqps", "5671", "", NULL, NULL, AS_TLS },
	{ "kafka", "9093", "", NULL, NULL, AS_TLS },
	{ "dot", "853", "", NULL, NULL, AS_TLS },
	{ "sips", "5061", "", NULL, NULL, AS_TLS },
	{ "syslog-tls", "6514", "", NULL, NULL, AS_TLS },
	{ .name = NULL },
};

const struct service_row *const service_hello = &services[0];

const struct service_row *service_find(const char *name, size_t len)
{
	for (const struct service_row *s = services; s->name; s++)
		if (strlen(s->name) == len && strncasecmp(s->name, name, len) == 0)
			return s;
	return NULL;
}

/* Is this port a word of the list? */
static bool is_among(const char *port, const char *list)
{
	size_t len = strlen(port);

	for (const char *at = list; *at; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (strcspn(at, " ") == len && memcmp(at, port, len) == 0)
			return true;
	}
	return false;
}

/* If two rows have the same port, it implies the first. */
const struct service_row *service_of_port(const char *port)
{
	for (const struct service_row *s = services; s->name; s++)
		if (port[0] && (strcmp(s->port, port) == 0 || is_among(port, s->others)))
			return s;
	return NULL;
}

bool service_uses_tds(const struct service_row *service)
{
	return service->before && service->before->tds;
}

const char *service_names(char buf[SERVICE_NAMES_MAX])
{
	struct text t;

	text_begin(&t, buf, SERVICE_NAMES_MAX);
	for (const struct service_row *s = services; s->name; s++) {
		text_add(&t, s == services ? "" : ", ");
		text_add(&t, s->name);
	}
	return buf;
}
