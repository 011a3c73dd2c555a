/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_SERVICE_H
#define HELLO_SERVER_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "server/service/client_auth.h"
#include "server/service/client_cas.h"
#include "server/service/context.h"
#include "server/service/identity.h"
#include "server/service/server_names.h"

/* Maximum length of a greeting with its report; the client rejects a longer one. */
enum { SERVICE_GREETING_MAX = 65536 };

/* RFC 1035: a host name has 253 characters. */
enum { SERVICE_NODE_MAX = 256 };

/* What to serve. */
struct service_options {
	struct tls_identity identities[IDENTITIES_MAX]; /* the first is the default */
	size_t identity_count; /* never 0 after server_optcheck */
	bool dtls, quic;       /* for listeners of these, too */
	bool strict_sni;       /* reject names that no certificate covers */
	bool credentials;      /* the identity is from systemd's $CREDENTIALS_DIRECTORY */
	bool usual_files;      /* no --cert: files of the system's configuration folder */
	struct server_context_choice tls; /* all except ask, which follows from clients */
	struct client_auth clients;
	const char *ticket_keys_file; /* NULL: the master generates the keys */
	const char *greeting;         /* without its line break */
	const char *greeting_file;    /* replaces greeting; NULL: none */
	bool report;
	const char *node; /* NULL: the host name */
};

struct option_row;

/*
 * The take function of an option for struct service_options: adds an identity, or a
 * file to the last one, which the row's number selects. See options.h.
 */
enum service_file { SERVICE_FILE_KEY, SERVICE_FILE_OCSP };

int service_take_cert(void *options, const struct option_row *row, const char *value,
    struct outcome *oc);
int service_take_cert_file(void *options, const struct option_row *row, const char *value,
    struct outcome *oc);

/* Maximum length of the greeting: less with --report, so that a client accepts both together. */
size_t service_greeting_max(const struct service_options *o);

/* What one generation of workers serves. Immutable once loaded; inherited by fork. */
struct service {
	SSL_CTX *tls; /* the context to begin a connection with: the default of names */
	SSL_CTX *dtls, *quic; /* the same for DTLS and QUIC; NULL: no listener needs it */
	struct identity *identities;
	size_t identity_count;             /* never 0 */
	struct ticket_keys ticket_keys; /* of all identities */
	struct server_names *names;               /* which identity serves which name */
	bool asks_clients; /* a client is verified before it gets any data */
	struct client_cas clients;
	char *greeting;
	size_t greeting_len;         /* in bytes, never 0 */
	bool report;                 /* append a report of the connection */
	char node[SERVICE_NODE_MAX]; /* node name in the report */
	/*
	 * Whether close_notify may be sent before the client's Finished. Not with
	 * tickets, which are written after it: nothing may follow a close_notify.
	 */
	bool close_early;
	uint64_t files;       /* the versions of the files that it was loaded from */
};

/*
 * Reads certificates, keys, ticket keys, greeting, and the CAs and CRLs for clients,
 * and rehearses handshakes in memory. After this no file is needed any more. Without a
 * file of ticket keys it generates a key, and keeps the newest key of the service
 * before, which it replaces (NULL: none). A certificate that has expired or is not valid yet is
 * served, but does not replace a valid one; the same holds for the CAs of clients.
 * Master only. NULL with OC_FILE and nothing kept, so a failed reload leaves the
 * running generation unchanged.
 */
struct service *service_load(const struct service_options *o, const struct service *before,
    struct outcome *oc);

/*
 * Were both loaded from the same files, unchanged in size, inode and times? The log
 * says so if a reload changed nothing.
 */
bool service_is_same(const struct service *a, const struct service *b);

/* Releases it; NULL is allowed. */
void service_free(struct service *s);

#endif
