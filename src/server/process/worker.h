/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_WORKER_H
#define HELLO_SERVER_PROCESS_WORKER_H

#include "server/confine/confine.h"
#include "server/conn/conn.h"
#include "server/conn/limits.h"
#include "server/listen/listener.h"
#include "server/metrics/counters.h"
#include "server/service/service.h"

struct worker_job {
	unsigned slot, generation;
	int status_fd;    /* our end: we send one byte when ready; EOF: the master is gone */
	unsigned beat_ms; /* interval of further bytes, the heartbeats; 0: none */
	unsigned drain_ms;
	const struct access *access;
	const struct conn_plan *conn;
	enum sandbox_mode sandbox;
	const struct limits *limits;
	const struct privdrop *privdrop;
	struct listener_set *listeners; /* this process's copies of the descriptors */
	struct listener_set *datagrams; /* the same, for the datagram worker alone */
	int successor_fd, predecessor_fd; /* of the datagram worker, see handover.h; -1: none */
	const struct service *service;
	struct counters *counters;  /* this process's copy, for this worker alone */
	struct counters_gauges *gauges; /* NULL: its gauges are not shown */
};

/*
 * The whole life of a worker, called in the child with SIGTERM blocked: it creates the
 * event loop, drops privileges and enters the sandbox, reports that it is ready,
 * accepts and serves. On SIGTERM, or when the master is gone, it accepts what waits in
 * the listeners' queues, then no more, finishes open connections within the drain
 * timeout, and exits with 0. Opens no file.
 */
_Noreturn void worker_main(const struct worker_job *job);

#endif
