/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_SNI_H
#define HELLO_SERVER_SERVICE_SNI_H

#include <openssl/types.h>

/*
 * The name that a client asks for (server_name, RFC 6066 section 3), and the
 * context that answers to it.
 */
enum { SNI_NAME_MAX = 256 };

/*
 * find is given the name in lower case, without the final dot of an absolute
 * one, or NULL when none was asked for. It answers NULL to refuse the client, who
 * is then told unrecognized_name, or missing_extension. Called while a handshake
 * runs: it must not block.
 */
struct sni {
	SSL_CTX *(*find)(const void *table, const char *name);
	const void *table;
};

/*
 * Let connections of this server context, and those that were switched to it, ask
 * how. All contexts that it answers must have been made alike, for options are
 * not switched with them, and must be given the same how. It must outlive them.
 *
 * A session is resumed only for the name that it was made for. What the client
 * asked for is known in each handshake, resumed or not.
 */
void sni_use(SSL_CTX *ctx, const struct sni *how);

#endif
