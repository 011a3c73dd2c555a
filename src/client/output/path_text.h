/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_PATH_TEXT_H
#define HELLO_CLIENT_OUTPUT_PATH_TEXT_H

#include <stddef.h>

#include "client/judge/path.h"

/* --path-test in words. */

/* "in two segments" */
const char *pathwords_label(enum path_variant v);

/* What is known of the plain variant and of that with another name: their SNI. */
struct pathwords_names {
	const char *plain, *other;
};

/* A finding in a sentence or two; buf is returned. */
enum { PATHWORDS_MAX = 640 };
const char *pathwords_say(const struct path_findings *f, size_t i,
    const struct path_result results[PATH_VARIANTS], const struct pathwords_names *names,
    char buf[PATHWORDS_MAX]);

#endif
