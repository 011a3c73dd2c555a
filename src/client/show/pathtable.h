/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SHOW_PATHTABLE_H
#define HELLO_CLIENT_SHOW_PATHTABLE_H

#include <stdint.h>
#include <stdio.h>

#include "client/mode/pathjudge.h"
#include "client/options.h"
#include "common/addr.h"

/*
 * --path-test for people, in 80 columns: what became of each variant at this
 * address, then what fits. sni is that of the plain one, or "".
 */
void pathtable_print(FILE *to, const struct client_options *o, const struct addr *peer,
    const char *sni, const struct path_result results[PATH_VARIANTS],
    const uint64_t took_us[PATH_VARIANTS]);

/* A name that is not sni, that everybody knows and nobody forbids. Static. */
const char *pathtable_other_name(const char *sni);

#endif
