/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_SNI_H
#define HELLO_SERVER_SERVICE_SNI_H

#include <openssl/types.h>

/*
 * The name that a client requests (server_name, RFC 6066 section 3), and the context
 * that serves it.
 */
enum { SNI_NAME_MAX = 256 };

/*
 * find gets the name in lower case, without the final dot of an absolute name, or NULL
 * if none was requested. It returns NULL to reject the client, which then gets
 * unrecognized_name or missing_extension. It runs during a handshake, so it must not
 * block.
 */
struct sni {
	SSL_CTX *(*find)(const void *table, const char *name);
	const void *table;
};

/*
 * Makes connections of this server context, and those switched to it, use how. All
 * contexts that it returns must be configured alike, because options are not switched
 * with the context, and must be given the same how, which must outlive them.
 *
 * A session is resumed only for the name that it was created for. The client's
 * requested name is known in each handshake, resumed or not.
 */
void sni_use(SSL_CTX *ctx, const struct sni *how);

#endif
