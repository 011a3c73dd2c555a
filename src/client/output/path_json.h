/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_PATH_JSON_H
#define HELLO_CLIENT_OUTPUT_PATH_JSON_H

#include <stdint.h>
#include <stdio.h>

#include "base/outcome.h"
#include "client/judge/path.h"
#include "client/output/path_table.h"
#include "client/session/settings.h"

/* Print --path-test as one object of --json: each variant, what they show, and the outcome. */
void path_json_print(FILE *to, const struct client_options *o,
    const struct path_table_target *target, const struct path_result results[PATH_VARIANTS],
    const uint64_t took_us[PATH_VARIANTS], const struct outcome *oc);

#endif
