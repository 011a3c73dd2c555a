/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_KEYLOG_H
#define HELLO_CLIENT_OUTPUT_KEYLOG_H

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * Append the secrets of every connection of this context to the file named by
 * SSLKEYLOGFILE, in the format that Wireshark reads (RFC 9850), until the
 * process ends. The file is made for its owner alone. Without the variable
 * nothing happens. Returns 0, or -1 with OC_FILE. Before there are threads.
 */
int keylog_start(SSL_CTX *ctx, struct outcome *oc);

/* At the end: were all of them written? Returns 0, or -1 with OC_FILE. */
int keylog_finish(struct outcome *oc);

/* The value of SSLKEYLOGFILE, for a note to the user; NULL: none. */
const char *keylog_file(void);

#endif
