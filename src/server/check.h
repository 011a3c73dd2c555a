/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CHECK_H
#define HELLO_SERVER_CHECK_H

#include "base/outcome.h"
#include "server/options.h"

/*
 * --check: load everything as a start would, judge it, and serve nothing. One
 * line for each finding on standard output. Returns OC_OK (nothing, or only
 * notes), OC_WARNINGS or OC_FILE (any error).
 */
enum outcome_code check_run(const struct server_options *o);

#endif
