/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_KEYLOG_H
#define HELLO_CLIENT_OUTPUT_KEYLOG_H

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * If SSLKEYLOGFILE is set, append the secrets of every connection of this context to that file, in
 * the format that Wireshark reads (RFC 9850). A new file is readable by its owner only. To be
 * called before there are threads. Returns 0, or -1 with OC_FILE.
 */
int keylog_start(SSL_CTX *ctx, struct outcome *oc);

/* At the end: returns 0 if all secrets were written, or -1 with OC_FILE. */
int keylog_finish(struct outcome *oc);

/* The value of SSLKEYLOGFILE, for a note to the user; NULL: not set. */
const char *keylog_file(void);

#endif
