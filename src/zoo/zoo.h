/* SPDX-License-Identifier: MIT */
#ifndef HELLO_ZOO_ZOO_H
#define HELLO_ZOO_ZOO_H

#include "base/outcome.h"
#include "server/options.h"

/*
 * Make o serve the animals that o->zoo/zoo.tsv lists, one identity each, to who
 * asks for ANIMAL.zoo.test, and greet with the list. Who asks for no name or an
 * unknown one gets ip-ok. Animals that are clients are left out. What it allocates
 * lives as long as the process. Master only. Returns 0, or -1 with OC_FILE or
 * OC_INTERNAL.
 */
int zoo_open(struct server_options *o, struct outcome *oc);

#endif
