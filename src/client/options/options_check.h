/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OPTIONS_OPTIONS_CHECK_H
#define HELLO_CLIENT_OPTIONS_OPTIONS_CHECK_H

#include "client/options/options.h"

/*
 * Check which options exclude each other and which need another. Then read the certificate of
 * --expect-cert. Returns 0, or -1 with OC_USAGE or OC_FILE.
 */
int client_options_check(struct client_options *o, struct outcome *oc);

#endif
