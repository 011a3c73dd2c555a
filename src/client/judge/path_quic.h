/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_PATH_QUIC_H
#define HELLO_CLIENT_JUDGE_PATH_QUIC_H

#include "client/judge/path.h"

/* What --path-test concludes. Pure: path_judge for results over TCP, its own rules over QUIC. */

/* The findings of these results, which are all over TCP or all over QUIC. */
void path_quic_conclude(const struct path_result results[PATH_VARIANTS],
    struct path_findings *out);

#endif
