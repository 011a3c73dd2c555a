/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_OPTIONS_H
#define HELLO_SERVER_OPTIONS_H

#include <stdbool.h>

#include "base/log.h"
#include "base/outcome.h"
#include "server/confine/confine.h"
#include "server/conn/conn_states.h"
#include "server/conn/limits.h"
#include "server/listen/listener.h"
#include "server/metrics/metrics.h"
#include "server/process/workers.h"
#include "server/service/service.h"

struct option_row;

/*
 * The operator's options, one struct for each folder, which sees no others. Strings
 * point into argv or are static.
 */
struct server_options {
	struct listen_options listen;
	struct service_options service;
	struct limits_options limits;
	struct conn_plan conn;
	struct confine_options confine;
	struct metrics_options metrics;
	struct process_options process;
	bool check;      /* check only, serve nothing */
	const char *client_cert; /* with check: a client to judge; NULL: none */
	enum log_level log_level;
	enum log_format log_format;
};

/* The option table of hello-server, for --help and completions. */
extern const struct option_row server_option_rows[];

/*
 * The processes that share the connections: the workers, if there is a listener for
 * streams, and the datagram worker, if there is one for datagrams.
 */
unsigned server_options_processes(const struct server_options *o);

/*
 * Reads the command line. Returns 0 to go on, 1 if the program is done (--help,
 * --version; printed to standard output), or -1 with OC_USAGE. server_optcheck checks
 * the options together.
 */
int server_options_parse(struct server_options *o, int argc, char *argv[], struct outcome *oc);

#endif
