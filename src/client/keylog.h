/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_KEYLOG_H
#define HELLO_CLIENT_KEYLOG_H

#include <openssl/types.h>

#include "common/outcome.h"

/*
 * Append the secrets of every connection of this context to the file named by
 * SSLKEYLOGFILE, in the format that Wireshark reads (RFC 9850), until the
 * process ends. The file is made for its owner alone. Without the variable
 * nothing happens. *file is its value, or NULL: whoever called says it aloud.
 * Returns 0, or -1 with OC_FILE. To be called once, before there are threads.
 */
int keylog_start(SSL_CTX *ctx, const char **file, struct outcome *oc);

#endif
