/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_OUTPUT_FILE_H
#define HELLO_CLIENT_OUTPUT_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

/* The one place that opens and writes a file which an option names. */

/*
 * Is this a regular file, or a new one, reached without a link to a descriptor?
 * Only such a file is replaced by output_file_replace, and worth reading back.
 */
bool output_file_is_replaced(const char *path);

/*
 * Put these bytes there. "-" is standard output (which is flushed and checked by
 * streams_finish). A regular or a new file is replaced as a whole: written beside
 * with this mode, synced and renamed; a symbolic link to one stays a link.
 * Anything else (a device, a FIFO, /dev/fd/N or a link to it) is written to as it
 * is, and waits at most 5 s for its reader. Returns 0, or -1 with OC_FILE.
 */
int output_file_write(const char *path, const void *bytes, size_t len, unsigned mode,
    struct outcome *oc);

/*
 * Open for one line after the other at its end; a new file gets mode 0600. Never
 * blocks, here or in write(2): a FIFO without a reader is refused. Returns the
 * descriptor, or -1 with OC_FILE and errno's reason.
 */
int output_file_open_append(const char *path, struct outcome *oc);

#endif
