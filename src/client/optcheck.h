/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OPTCHECK_H
#define HELLO_CLIENT_OPTCHECK_H

#include "client/options.h"

/*
 * What no single option can tell: which exclude each other, which need another,
 * and a default that depends on others. Returns 0, or -1 with OC_USAGE.
 */
int optcheck(struct client_options *o, struct outcome *oc);

#endif
