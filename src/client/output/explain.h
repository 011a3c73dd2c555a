/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_EXPLAIN_H
#define HELLO_CLIENT_OUTPUT_EXPLAIN_H

#include <stdio.h>

#include "base/outcome.h"

/*
 * Print what an outcome means, in 80 columns: name, status, layer, causes, and how to investigate.
 * reason is its name, in upper or lower case, or its exit status.
 * Returns 0, or -1 with OC_USAGE.
 */
int explain_reason(FILE *to, const char *reason, struct outcome *oc);

#endif
