/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_CLIENT_AUTH_H
#define HELLO_SERVER_SERVICE_CLIENT_AUTH_H

#include <stdbool.h>

#include <openssl/types.h>

#include "tls/cert_info.h"
#include "tls/cert_issuer.h"
#include "tls/crl.h"
#include "base/outcome.h"
#include "server/service/cert_request.h"
#include "server/service/client_allow.h"

/*
 * Mutual TLS: which clients are let in. A client is judged inside the handshake,
 * so that nothing is said to one that does not pass: first its chain, dates,
 * purpose and revocation, then the list. Each step can only refuse.
 */
enum client_auth_mode {
	CLIENT_AUTH_UNSAID, /* until client_auth_settle */
	CLIENT_AUTH_NONE,
	CLIENT_AUTH_OPTIONAL, /* without a certificate a client is let in, with a bad one not */
	CLIENT_AUTH_REQUIRE
};

/* What the operator wants; zeroed at first, settled once all is said. */
struct client_auth {
	enum client_auth_mode mode;
	const char *ca_file;    /* set unless the mode is none */
	const char *crl_file;   /* NULL: revocation is not looked at */
	bool stale_allowed;     /* a CRL is used beyond its nextUpdate */
	struct client_allow allow; /* empty: every client of these CAs */
};

/*
 * What was found out about one client. Zeroed at first, filled while the
 * handshake runs; plain data, owns nothing.
 */
struct client_auth_peer {
	bool sent;        /* it has shown a certificate */
	int error, depth; /* X509_V_OK, or why it was refused, and where in the chain */
	char subject[CERT_INFO_NAME_MAX], names[CERT_INFO_SANS_MAX]; /* of its certificate */
	struct cert_info culprit;  /* the certificate that error is about */
	struct issuer_cause cause;   /* why that one has no issuer, where trust was at fault */
	enum crl_fault crl_fault; /* where a CRL is at fault: which one, and how */
	struct crl crl;
};

/* The value of --client-auth, and that of --crl-stale. Return 0, or -1 with OC_USAGE. */
int client_auth_set_mode(struct client_auth *a, const char *value, struct outcome *oc);
int client_auth_set_stale(struct client_auth *a, const char *value, struct outcome *oc);

/*
 * Choose what was not said: require where there is a CA, else none. What would
 * keep out nobody, though it looks as if it did, is refused: a mode, a list or
 * CRLs without a CA. Returns 0, or -1 with OC_USAGE.
 */
int client_auth_settle(struct client_auth *a, struct outcome *oc);

/* How a context asks. c must outlive it; its connections' owner is a client_auth_peer. */
struct cert_request client_auth_ask(const struct client_auth *a);

/*
 * Why this client was refused: CLIENT_CERT_REFUSED, or CRL_UNUSABLE when it is
 * not the client's fault. Only where error is set. Returns -1.
 */
int client_auth_explain(const struct client_auth_peer *p, struct outcome *oc);

#endif
