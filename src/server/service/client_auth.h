/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_CLIENT_AUTH_H
#define HELLO_SERVER_SERVICE_CLIENT_AUTH_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "server/service/cert_request.h"
#include "server/service/client_allow.h"
#include "tls/cert_info.h"
#include "tls/cert_issuer.h"
#include "tls/crl.h"

/*
 * Mutual TLS: which clients are admitted. A client is verified during the handshake,
 * before any data is sent to it: first its chain, dates, purpose and revocation, then
 * the list. Each step can only reject.
 */
enum client_auth_mode {
	CLIENT_AUTH_UNSAID, /* until client_auth_settle */
	CLIENT_AUTH_NONE,
	CLIENT_AUTH_OPTIONAL, /* the client may send no certificate, but not a bad one */
	CLIENT_AUTH_REQUIRE
};

/* The operator's settings; initially all zero, complete after client_auth_settle. */
struct client_auth {
	enum client_auth_mode mode;
	const char *ca_file;    /* set unless the mode is none */
	const char *crl_file;   /* NULL: revocation is not checked */
	bool stale_allowed;     /* use a CRL even after its nextUpdate */
	struct client_allow allow; /* empty: every client of these CAs */
};

/*
 * The verification result of one client. Initially all zero, filled during the
 * handshake; plain data, owns nothing.
 */
struct client_auth_peer {
	bool sent;        /* it sent a certificate */
	int error, depth; /* X509_V_OK, or why and where in the chain it failed */
	char subject[CERT_INFO_NAME_MAX], names[CERT_INFO_SANS_MAX]; /* of its certificate */
	struct cert_info culprit;  /* the certificate that error is about */
	struct issuer_cause cause;   /* why that one has no issuer, if trust was the problem */
	enum crl_fault crl_fault; /* if a CRL is at fault: which one, and its fault */
	struct crl crl;
};

/* The values of --client-auth and --crl-stale, each list ending with NULL. */
extern const char *const client_auth_modes[], *const client_auth_stale_modes[];

/* Take one of these values. Return 0, or -1 with OC_USAGE. */
int client_auth_set_mode(struct client_auth *a, const char *value, struct outcome *oc);
int client_auth_set_stale(struct client_auth *a, const char *value, struct outcome *oc);

/*
 * Chooses the default: require if there is a CA, else none. Rejects settings that look
 * strict but would reject nobody: a mode, a list or CRLs without a CA. Returns 0, or -1
 * with OC_USAGE.
 */
int client_auth_settle(struct client_auth *a, struct outcome *oc);

/*
 * The settings for a context's certificate request. c must outlive it; the owner of its
 * connections is a client_auth_peer.
 */
struct cert_request client_auth_ask(const struct client_auth *a);

/*
 * Verifies the certificate of this context, as a handshake does: first with the library, then
 * against the list. Fills p unless it is NULL. Returns the error, X509_V_OK if there is none.
 */
int client_auth_judge(const struct client_auth *a, X509_STORE_CTX *store,
    struct client_auth_peer *p);

/*
 * Why this client was rejected: CLIENT_CERT_REFUSED, or CRL_UNUSABLE if it is not the
 * client's fault. Only if error is set. Returns -1.
 */
int client_auth_explain(const struct client_auth_peer *p, struct outcome *oc);

#endif
