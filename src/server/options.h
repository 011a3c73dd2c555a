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
 * What the operator asked for: the options of each folder, which alone are seen there. Strings
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
	bool check;      /* judge, and serve nothing */
	enum log_level log_level;
	enum log_format log_format;
};

/* The table of its options, for --help and completions. */
extern const struct option_row server_option_rows[];

/*
 * Read the command line. Returns 0 to go on, 1 when all is done (--help,
 * --version; printed to standard output), or -1 with OC_USAGE. Whether the
 * options go together is for server_optcheck.
 */
int server_options_parse(struct server_options *o, int argc, char *argv[], struct outcome *oc);

#endif
