/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_STREAMS_H
#define HELLO_BASE_STREAMS_H

#include "base/outcome.h"

/*
 * Call it first in main. If descriptor 0, 1 or 2 is closed, it opens /dev/null there.
 * Otherwise a socket would get that number, and the peer would receive what we print or
 * log. It also ignores SIGPIPE: a reader of our output that exits early causes a failed
 * write, not the end of the program.
 */
void streams_prepare(void);

/*
 * Call it last in main: it flushes and closes standard output. Returns 0, or -1 with
 * OC_FILE if some of the output could not be written.
 */
int streams_finish(struct outcome *oc);

#endif
