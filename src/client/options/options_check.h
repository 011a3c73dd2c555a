/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OPTIONS_OPTIONS_CHECK_H
#define HELLO_CLIENT_OPTIONS_OPTIONS_CHECK_H

#include "client/options/options.h"

/*
 * What no single option can tell: which exclude each other, which need another,
 * and a default that depends on others. Returns 0, or -1 with OC_USAGE.
 */
int client_options_check(struct client_options *o, struct outcome *oc);

#endif
