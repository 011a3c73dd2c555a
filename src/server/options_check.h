/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_OPTIONS_CHECK_H
#define HELLO_SERVER_OPTIONS_CHECK_H

#include "server/options.h"

/*
 * Checks that involve several options: which exclude each other, which need another;
 * and chooses the default files and client authentication. Returns 0, or -1 with
 * OC_USAGE.
 */
int server_optcheck(struct server_options *o, struct outcome *oc);

#endif
