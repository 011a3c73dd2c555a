/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_OPTIONS_H
#define HELLO_SERVER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"
#include "base/log.h"
#include "base/outcome.h"
#include "tls/context.h"
#include "server/listen/access.h"
#include "server/service/client_auth.h"
#include "zoo/misbehave.h"
#include "server/listen/endpoint.h"
#include "server/confine/sandbox.h"

struct option_row;

enum { SERVER_LISTEN_MAX = 16, SERVER_WORKERS_MAX = 256, SERVER_IDENTITIES_MAX = 64 };

/* What the operator asked for. Strings point into argv or are static. */
struct server_options {
	struct endpoint listen[SERVER_LISTEN_MAX]; /* empty: all addresses, on port */
	size_t listen_count;
	char port[ADDR_PORT_MAX];
	bool port_given;
	struct tls_identity identities[SERVER_IDENTITIES_MAX]; /* the first is the default */
	size_t identity_count;                             /* never 0 once checked, but for zoo */
	bool strict_sni;          /* refuse names that no certificate is for */
	bool credentials;         /* the identity is what systemd put into $CREDENTIALS_DIRECTORY */
	bool usual_files;         /* none was named: those of the system's configuration folder */
	struct tls_context_choice tls; /* all but ask, which clients says */
	struct client_auth clients;
	const char *ticket_keys_file; /* NULL: the master makes them */
	const char *greeting;         /* without its newline */
	const char *greeting_file;    /* instead of greeting; NULL: none */
	bool report;
	const char *node; /* NULL: the host name */
	unsigned workers;
	unsigned max_connections; /* of the whole server; 0: as many as fit, see limits */
	unsigned max_handshakes;  /* in flight, per worker */
	unsigned max_per_client;  /* per worker; 0: no limit */
	struct access access;
	bool metrics_wanted;
	struct endpoint metrics; /* where they are served */
	const char *user, *group;    /* of the workers; NULL: privdrop's defaults */
	enum sandbox_mode sandbox;
	unsigned proxy_ms, handshake_ms, request_ms, greeting_ms, linger_ms, drain_ms;
	const char *zoo; /* a folder of hello-certs zoo, instead of identities; NULL: none */
	enum misbehave misbehave;
	bool unsafe_zoo; /* let other machines come to it */
	bool check;      /* judge, and serve nothing */
	enum log_level log_level;
	enum log_format log_format;
};

/* The table of its options, for --help and completions. */
extern const struct option_row server_option_rows[];

/*
 * Read the command line. Returns 0 to go on, 1 when all is done (--help,
 * --version; printed to standard output), or -1 with OC_USAGE. Whether the
 * options go together is for server_optcheck.
 */
int server_options_parse(struct server_options *o, int argc, char *argv[], struct outcome *oc);

#endif
