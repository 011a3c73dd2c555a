/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_PATH_TEXT_H
#define HELLO_CLIENT_OUTPUT_PATH_TEXT_H

#include <stddef.h>

#include "client/judge/path.h"

/* --path-test in words. */

/* "in two segments" */
const char *path_text_label(enum path_variant v);

/* What is known of the plain variant and of that with another name: their SNI. */
struct path_text_names {
	const char *plain, *other;
};

/* A finding in a sentence or two; buf is returned. */
enum { PATH_TEXT_MAX = 640 };
const char *path_text_write(const struct path_findings *f, size_t i,
    const struct path_result results[PATH_VARIANTS], const struct path_text_names *names,
    char buf[PATH_TEXT_MAX]);

#endif
