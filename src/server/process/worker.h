/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_WORKER_H
#define HELLO_SERVER_PROCESS_WORKER_H

#include "server/metrics/counters.h"
#include "server/conn/limits.h"
#include "server/listen/listener.h"
#include "server/conn/conn.h"
#include "server/confine/confine.h"
#include "server/service/service.h"

struct worker_job {
	unsigned slot, generation;
	int status_fd;    /* ours: one byte out when ready; EOF: the master is gone */
	unsigned beat_ms; /* how often another byte has to follow; 0: never */
	unsigned drain_ms;
	const struct access *access;
	const struct conn_plan *conn;
	enum sandbox_mode sandbox;
	const struct limits *limits;
	const struct privdrop *privdrop;
	struct listener_set *listeners; /* this process's copies of the descriptors */
	const struct service *service;
	struct counters *counters;  /* this process's copy: of the work alone */
	struct counters_seat *seat; /* NULL: its gauges are not shown */
};

/*
 * The whole life of a worker, called in the child with SIGTERM blocked: make
 * the event loop, give up privileges and enter the sandbox, report ready, accept
 * and serve. On SIGTERM, or when the
 * master is gone: take what waits in the listeners' queues, accept no more,
 * finish what is open within the drain timeout, exit 0. Opens no file.
 */
_Noreturn void worker_main(const struct worker_job *job);

#endif
