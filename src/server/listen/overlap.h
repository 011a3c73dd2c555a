/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_OVERLAP_H
#define HELLO_SERVER_LISTEN_OVERLAP_H

#include "server/listen/listener.h"

/*
 * Can all of them be opened together? The system's own error would blame another process for a
 * socket that this server itself has. metrics: NULL if there is none. Sockets from a service
 * manager are not checked. Returns 0, or -1 with OC_USAGE.
 */
int overlap_check(const struct listen_options *o, const struct endpoint *metrics,
    struct outcome *oc);

#endif
