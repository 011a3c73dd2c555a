/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_PATH_TEXT_H
#define HELLO_CLIENT_OUTPUT_PATH_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "client/judge/path.h"

/* The texts of --path-test. */

/* The variant's name, such as "in two segments". */
const char *path_text_label(enum path_variant v);

/* The option that sends the variant in another run, such as "--hello records"; NULL: none. */
const char *path_text_option(enum path_variant v);

/* The finding's name for programs, such as "one-record"; part of the interface. */
const char *path_text_finding(enum path_finding what);

/* The SNI of the plain variant and of the one with another name; can --trace find a hop? */
struct path_text_names {
	const char *plain, *other;
	bool traceable;
};

/* Write finding i in a few sentences; returns buf. */
enum { PATH_TEXT_MAX = 640 };
const char *path_text_write(const struct path_findings *f, size_t i,
    const struct path_result results[PATH_VARIANTS], const struct path_text_names *names,
    char buf[PATH_TEXT_MAX]);

#endif
