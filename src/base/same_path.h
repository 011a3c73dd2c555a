/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_SAME_PATH_H
#define HELLO_BASE_SAME_PATH_H

#include <stdbool.h>

/*
 * Do both paths name the same entry of the same folder, which need not exist? "a", "./a" and the
 * path through a link to the folder do. The last part is compared as text: links are not
 * followed there, and two hard links of one file are two entries.
 */
bool same_path(const char *a, const char *b);

#endif
