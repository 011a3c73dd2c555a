/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_COMPARE_H
#define HELLO_CLIENT_JUDGE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "net/conn_report.h"

/* Two addresses and the words around them fit. */
enum { COMPARE_REMARK_MAX = 384 };

/*
 * Did both ends see the same connection? ours is what the client saw itself,
 * theirs what the server reports; client, node and time are the server's alone.
 * Each difference is named in words.
 *
 * A source address that was rewritten, and nothing else, becomes a remark and is
 * no failure: the ends share their keys, so TLS was passed through, by NAT or a
 * balancer. Without a binding at either end nothing proves that, and it is one.
 *
 * Pure. Returns 0 with remark, which is "" when there is nothing to remark, or
 * -1 with OC_PATH_DIFFERS.
 */
int compare_reports(const struct conn_report *ours, const struct conn_report *theirs,
    char remark[COMPARE_REMARK_MAX], struct outcome *oc);

/* Does it count as a difference in this field? What only the server knows never does. */
bool compare_differs(const struct conn_report *ours, const struct conn_report *theirs,
    enum conn_report_field field);

#endif
