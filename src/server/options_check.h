/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_OPTIONS_CHECK_H
#define HELLO_SERVER_OPTIONS_CHECK_H

#include "server/options.h"

/*
 * What no single option can tell: which exclude each other, which need another,
 * and the files and the client judgement that are meant where none is named.
 * Returns 0, or -1 with OC_USAGE.
 */
int server_optcheck(struct server_options *o, struct outcome *oc);

#endif
