/* SPDX-License-Identifier: MIT */
#ifndef HELLO_ZOO_ZOO_H
#define HELLO_ZOO_ZOO_H

#include "base/outcome.h"
#include "zoo/options.h"

/*
 * Serves the certificates that DIR/zoo.tsv lists, one identity each, to clients that
 * request NAME.zoo.test, and greets with the list. A client that requests no name or an
 * unknown one gets ip-ok. Client certificates are skipped. What it allocates lives as
 * long as the process. Returns 0, or -1 with OC_FILE or OC_INTERNAL.
 */
int zoo_open(struct zoo_options *o, struct outcome *oc);

#endif
