/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_SETTINGS_H
#define HELLO_CLIENT_SESSION_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lifetime.h"
#include "base/options.h"
#include "client/judge/expected.h"
#include "client/services/service.h"
#include "client/services/target.h"
#include "client/session/proxy.h"
#include "client/session/route.h"
#include "net/addr.h"
#include "net/proxy_protocol.h"
#include "tls/identity.h"
#include "tls/policy.h"
#include "tls/trust.h"

/*
 * The user's settings: client/options fills them, and this folder and those above it read them.
 */
enum { CLIENT_PARALLEL_MAX = 1024 };

/* Many probes. */
struct client_series {
	bool on;        /* -c or -i was given: ping mode */
	unsigned count; /* 0: until a signal */
	unsigned interval_ms;
	unsigned parallel; /* at a time: 1 to CLIENT_PARALLEL_MAX */
};

/* --nagios: a plugin of a monitoring system. */
struct client_nagios {
	bool on; /* also set when the rest of the command line is invalid */
	struct lifetime_limit warning, critical; /* for the certificate that expires first */
};

/* Changes to the ClientHello, by --hello and --path-test: see hello_variant.h. */
struct client_hello {
	unsigned padding; /* bytes of an extension that no server knows; 0: none */
	bool ech;         /* with a GREASE extension for Encrypted ClientHello */
	bool classical_signatures;
	size_t split;     /* bytes of the first segment; 0: not split */
	size_t record;    /* bytes of each record; 0: not cut */
	unsigned segment; /* longest TCP segment, in both directions; 0: any */
	unsigned datagram;    /* bytes of the first datagrams over QUIC; 0: as the library does */
	bool unknown_version; /* ask a QUIC server for its versions */
};

/* Strings point into argv. */
struct client_options {
	struct options_given given; /* for client_options_check */
	const char *operands[2];    /* HOST and PORT as typed */
	char host[ADDR_HOST_MAX];   /* without brackets */
	char port[ADDR_PORT_MAX];
	struct service_choice service;     /* the service, and what determined it */
	const struct service_row *said;        /* --service; NULL: none */
	char path[SERVICE_PATH_MAX];       /* for https; never empty */
	const char *path_said;             /* --path; NULL: none */
	const char *expect_status;         /* --expect-status, see http_status.h; NULL: below 500 */
	int family;              /* AF_UNSPEC, AF_INET, AF_INET6 */
	const char *servername;  /* --servername: SNI and verification; NULL: host */
	const char *verify_name; /* --verify-name: verification only; NULL: servername */
	bool no_sni;
	struct proxy proxy; /* --proxy */
	bool announce;      /* --haproxy-protocol */
	enum proxy_protocol_version announce_version;
	struct route route; /* --connect-to, --resolve */
	struct tls_trust trust;
	struct tls_policy_choice policy;
	struct tls_identity identity; /* the client certificate; chain_file NULL: none */
	unsigned connect_ms;          /* resolve, connect and proxy, as in curl */
	unsigned handshake_ms, read_ms, max_ms;
	unsigned hello_variant; /* --hello: an enum hello_variant */
	struct client_hello hello;
	struct client_series series;
	bool resume;
	bool path_test;
	bool trace;
	const char *client_zoo; /* the folder; NULL: none */
	bool all_addresses;
	const char *targets; /* a file, "-"; NULL: host and port */
	const char *chain;   /* a file or "-" to judge, without a server; NULL: none */
	const char *save_chain;   /* the file for the server's certificates, or "-"; NULL: none */
	const char *fetch_issuer; /* the file for a missing issuer, or "-"; NULL: none */
	bool json;           /* also set when the rest of the command line is invalid */
	struct client_nagios nagios;
	const char *prometheus;   /* the file; NULL: none */
	const char *alpn;         /* protocols to offer, joined by commas; NULL: none */
	bool compare;             /* compare the server's report with what the client observed */
	const char *expect;       /* greeting without its last newline; NULL: any */
	struct expected expected; /* --pinnedpubkey, --expect-cert */
	const char *expect_outcome; /* see expected_outcome.h; NULL: OK */
	bool expect_pq;             /* require a post-quantum key exchange */
	bool verbose, quiet;
};

#endif
