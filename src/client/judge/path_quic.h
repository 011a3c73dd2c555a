/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_PATH_QUIC_H
#define HELLO_CLIENT_JUDGE_PATH_QUIC_H

#include "client/judge/path.h"

/* What --path-test concludes over QUIC. Pure. */

/* As path_judge, whether the results are over QUIC or over TCP. */
void path_quic_conclude(const struct path_result results[PATH_VARIANTS],
    struct path_findings *out);

#endif
