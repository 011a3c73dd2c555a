/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_STREAMS_H
#define HELLO_BASE_STREAMS_H

#include "base/outcome.h"

/*
 * For the first line of main. Where descriptor 0, 1 or 2 is closed, /dev/null
 * takes its place: else a socket would get that number, and the peer what we
 * print or log. And SIGPIPE is ignored: a reader of our output who leaves early
 * is a failed write, not the end of the program.
 */
void streams_prepare(void);

/*
 * For the last line of main: flush and close standard output. Returns 0, or -1
 * with OC_FILE when not all that was printed could be written.
 */
int streams_finish(struct outcome *oc);

#endif
