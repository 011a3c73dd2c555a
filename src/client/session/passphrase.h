/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_PASSPHRASE_H
#define HELLO_CLIENT_SESSION_PASSPHRASE_H

#include "base/input_file.h"
#include "base/outcome.h"

/*
 * The passphrase of a key, or the PIN of a token: the only line of a file. Its line break, LF or
 * CRLF, is not a part of it, and neither is a byte order mark. The line may be empty, but needs its
 * line break then.
 */
enum { PASSPHRASE_FILE_MAX = 1024 };

struct passphrase {
	struct input_file file;
	const char *text; /* NULL: none was given */
};

#define PASSPHRASE_NONE ((struct passphrase){ .text = NULL })

/* path may be NULL: none. Returns 0, or -1 with OC_FILE and nothing kept. */
int passphrase_read(struct passphrase *p, const char *path, struct outcome *oc);

/* Wipes it. Idempotent. */
void passphrase_free(struct passphrase *p);

#endif
