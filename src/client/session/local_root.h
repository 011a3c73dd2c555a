/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_LOCAL_ROOT_H
#define HELLO_CLIENT_SESSION_LOCAL_ROOT_H

#include <stdbool.h>

#include <openssl/types.h>

/*
 * Was a root of the system's store added on this machine? The store itself does not show it, but
 * distributions have a folder for such roots, from which their tool makes the store.
 */

enum { LOCAL_ROOT_MAX = 256 };

struct local_root_folders {
	const char *added;        /* for roots that were added */
	const char *distribution; /* for those of the distribution, or NULL: one file for all */
};

/* Known distributions; ends with a row without a folder. */
extern const struct local_root_folders local_root_folders[];

/*
 * Find the file in one of these folders (and in folders below) that has this certificate. If the
 * distribution has it as well, nothing is known about why it is trusted. Looks at 200 files
 * of the folder, and ignores what it cannot read. Returns whether path was set.
 */
bool local_root_find(const struct local_root_folders folders[], const X509 *root,
    char path[LOCAL_ROOT_MAX]);

#endif
