/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_OUTPUT_FILE_H
#define HELLO_CLIENT_OUTPUT_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

/* Opens and writes all output files that an option or the environment names. */

/*
 * Is this a regular or a new file, not reached through a link to a descriptor? output_file_write
 * replaces only such a file, and only such a file can be read back.
 */
bool output_file_is_replaced(const char *path);

/*
 * Are both of that kind, and the same file? Links are followed. Two names of one file (hard links)
 * are not: replacing one leaves the other.
 */
bool output_file_is_same(const char *a, const char *b);

/*
 * Write these bytes to a file. "-" is standard output, which streams_finish flushes and checks. A
 * regular or new file is replaced as a whole: a new file with this mode is written beside it,
 * synced and renamed; a symbolic link stays a link. Anything else (a device, a FIFO, /dev/fd/N or a
 * link to it) is written directly, with at most 5 s for its reader. Returns 0, or -1 with OC_FILE.
 */
int output_file_write(const char *path, const void *bytes, size_t len, unsigned mode,
    struct outcome *oc);

/*
 * Open a file to append lines; a new file gets mode 0600. Never blocks, here or in write(2): a FIFO
 * without a reader is rejected. Returns the descriptor, or -1 with OC_FILE.
 */
int output_file_open_append(const char *path, struct outcome *oc);

#endif
