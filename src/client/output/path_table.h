/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_PATH_TABLE_H
#define HELLO_CLIENT_OUTPUT_PATH_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "client/judge/path.h"
#include "net/addr.h"

/* Who was asked, all of them the same. */
struct path_table_target {
	const char *host, *port; /* of the command line */
	const char *sni;         /* of the plain one, or "" */
	struct addr peer;        /* the address; of length 0: none was found */
	bool through_proxy;      /* peer is the proxy */
};

/* --path-test for people, in 80 columns: what became of each variant, then what fits. */
void path_table_print(FILE *to, const struct path_table_target *target,
    const struct path_result results[PATH_VARIANTS], const uint64_t took_us[PATH_VARIANTS]);

/* A well-known name other than sni, which no filter should block. Static. */
const char *path_table_other_name(const char *sni);

#endif
