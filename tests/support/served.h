/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_SERVED_H
#define HELLO_TESTS_SERVED_H

#include <stdint.h>

#include "server/conn/conn.h"
#include "support/tls_peer_client.h"

/* What tests of a server's connections share. Each ends the test if it cannot do its part. */

/* A folder of test_pki with a chain and a key for localhost, and the context of s for them. */
void served_begin(struct service *s);

/* The end of both. */
void served_end(struct service *s);

/* Client and connection in turn, until the client has nothing more to do. The time stands still. */
void served_play(struct conn *c, struct peer_client *client, uint64_t now_ms);

/* The open descriptors of this process, the one that counts them included. */
int served_descriptors(void);

#endif
