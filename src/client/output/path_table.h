/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_PATH_TABLE_H
#define HELLO_CLIENT_OUTPUT_PATH_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "client/judge/path.h"
#include "net/addr.h"

/* The target, the same for all variants. */
struct path_table_target {
	const char *host, *port; /* of the command line */
	const char *sni;         /* of the plain variant, or "" */
	struct addr peer;        /* the address; length 0: none was found */
	bool through_proxy;      /* peer is the proxy */
};

/* Print --path-test for people, in 80 columns: the outcome of each variant, then the findings. */
void path_table_print(FILE *to, const struct path_table_target *target,
    const struct path_result results[PATH_VARIANTS], const uint64_t took_us[PATH_VARIANTS]);

/* A well-known name other than sni that no filter should block. Static. */
const char *path_table_other_name(const char *sni);

#endif
