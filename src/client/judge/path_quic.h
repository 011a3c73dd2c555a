/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_PATH_QUIC_H
#define HELLO_CLIENT_JUDGE_PATH_QUIC_H

#include <stdbool.h>

#include "client/judge/path.h"

/* What --path-test concludes over QUIC; client/judge/path calls it. Pure. */

/* Find all that the results support, in the order of printing. The plain variant was tried. */
void path_quic_judge(const struct path_result results[PATH_VARIANTS], struct path_findings *out);

/* However the variant ended, a good server and a good path may do this. */
bool path_quic_is_fact(const struct path_result results[PATH_VARIANTS], enum path_variant v);

#endif
