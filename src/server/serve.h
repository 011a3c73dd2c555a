/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVE_H
#define HELLO_SERVER_SERVE_H

#include "base/outcome.h"
#include "server/confine/privdrop.h"
#include "server/confine/sandbox.h"
#include "server/conn/limits.h"
#include "server/listen/listener.h"
#include "server/metrics/counters.h"
#include "server/options.h"
#include "server/process/service_manager.h"
#include "server/service/service.h"

/* A server between its two steps: everything is loaded and open. */
struct server {
	const struct server_options *options;
	struct service *service;
	struct listener_set listeners, datagrams, metrics;
	struct limits limits;
	struct privdrop who;
	struct counters counters;
	struct service_manager service_manager;
	char confinement[SANDBOX_TEXT_MAX];
};

/*
 * Loads the files of the options and opens the listeners, which it logs. Returns 0, and
 * serve_run must follow; or -1 with the reason for the failure.
 */
int serve_open(struct server *s, const struct server_options *o, struct outcome *oc);

/*
 * Runs the server to its end, and releases it. argv is used to execute the metrics
 * process. Returns 0 after a requested stop, or -1 with the reason for the failure.
 */
int serve_run(struct server *s, char *const *argv, struct outcome *oc);

#endif
