/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_DATAGRAM_WORKER_H
#define HELLO_SERVER_PROCESS_DATAGRAM_WORKER_H

#include "server/process/worker.h"

/*
 * The whole life of the datagram worker, as worker_main: one thread that waits in
 * ppoll(2) and serves all listeners of datagrams. It begins to read them once its
 * predecessor has stopped, and passes on to it what belongs to its connections; see
 * handover.h. On SIGTERM, or when the master is gone, it begins no connection any more,
 * finishes open ones within the drain timeout, and exits with 0.
 */
_Noreturn void datagram_worker_main(const struct worker_job *job);

#endif
