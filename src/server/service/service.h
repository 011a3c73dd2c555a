/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_SERVICE_H
#define HELLO_SERVER_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "server/service/client_cas.h"
#include "server/service/identity.h"
#include "server/service/server_names.h"
#include "server/service/client_auth.h"
#include "server/service/context.h"

/* A greeting is a greeting: the client takes no longer one either. */
enum { SERVICE_GREETING_MAX = 65536 };

/* RFC 1035: a host name has 253 characters. */
enum { SERVICE_NODE_MAX = 256 };

/* What to serve. */
struct service_options {
	struct tls_identity identities[IDENTITIES_MAX]; /* the first is the default */
	size_t identity_count; /* never 0 once checked */
	bool strict_sni;       /* refuse names that no certificate is for */
	bool credentials;      /* the identity is what systemd put into $CREDENTIALS_DIRECTORY */
	bool usual_files;      /* none was named: those of the system's configuration folder */
	struct server_context_choice tls; /* all but ask, which clients says */
	struct client_auth clients;
	const char *ticket_keys_file; /* NULL: the master makes them */
	const char *greeting;         /* without its newline */
	const char *greeting_file;    /* instead of greeting; NULL: none */
	bool report;
	const char *node; /* NULL: the host name */
};

struct option_row;

/*
 * Take the value of an option for struct service_options: one more identity, or a file of the last
 * one, which the row's number names. See options.h.
 */
enum service_file { SERVICE_FILE_KEY, SERVICE_FILE_OCSP };

int service_take_cert(void *options, const struct option_row *row, const char *value,
    struct outcome *oc);
int service_take_cert_file(void *options, const struct option_row *row, const char *value,
    struct outcome *oc);

/* How long the greeting may be: with the report, no longer than a client takes. */
size_t service_greeting_max(const struct service_options *o);

/* What one generation of workers serves. Immutable once loaded; inherited by fork. */
struct service {
	SSL_CTX *tls; /* which a connection begins with: the default of names */
	struct identity *identities;
	size_t identity_count;             /* never 0 */
	struct ticket_keys ticket_keys; /* of all identities */
	struct server_names *names;               /* which of them answers to which name */
	bool asks_clients; /* for a certificate; then nothing is said before it passed */
	struct client_cas clients;
	char *greeting;
	size_t greeting_len;         /* bytes, never 0 */
	bool report;                 /* and then what was seen of the connection */
	char node[SERVICE_NODE_MAX]; /* this machine, in the report */
	/*
	 * close_notify may leave before the client's Finished. Not with tickets:
	 * those are written after it, and nothing may follow a close_notify.
	 */
	bool close_early;
	uint64_t files;       /* which versions of which files it was loaded from */
};

/*
 * Read certificates, keys, ticket keys, greeting, and by what clients are judged,
 * and rehearse handshakes in memory. After this nothing needs a file any more.
 * Ticket keys that no file holds are made: a new one, and behind it the newest of
 * before, the service that is replaced (NULL: none). A certificate that has expired
 * or is not valid yet is served, but it does not replace one that is valid; so are the
 * CAs for clients. Master only. NULL with OC_FILE and nothing kept, so that a bad
 * reload leaves the running generation as it was.
 */
struct service *service_load(const struct service_options *o, const struct service *before,
    struct outcome *oc);

/*
 * Were both loaded from the same files, unchanged meanwhile as far as size,
 * inode and times tell? A reload that brings nothing new should say so.
 */
bool service_is_same(const struct service *a, const struct service *b);

/* Release; NULL is fine. */
void service_free(struct service *s);

#endif
