/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_CLIENT_TRY_H
#define HELLO_SERVER_SERVICE_CLIENT_TRY_H

#include <openssl/types.h>

#include "base/outcome.h"
#include "server/service/client_auth.h"

/*
 * Would this context, which requests client certificates as a describes, admit a client with the
 * chain in this PEM file? Judges it now, as a handshake would, and whether anybody can sign for
 * this server with its key. It cannot test that the client has the key, and signs with an
 * algorithm that the server accepts.
 *
 * Returns 0 and fills peer; or -1 with OC_CLIENT_CERT_REFUSED or OC_CRL_UNUSABLE for a client that
 * would be rejected, with OC_FILE for an unusable file, or with OC_INTERNAL.
 */
int client_try_file(const struct client_auth *a, SSL_CTX *ctx, const char *path,
    struct client_auth_peer *peer, struct outcome *oc);

#endif
