/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_COMPARE_H
#define HELLO_CLIENT_JUDGE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "net/conn_report.h"

/* Room for two addresses and the words around them. */
enum { COMPARE_REMARK_MAX = 384 };

/*
 * Did both ends see the same connection? ours is what the client observed, theirs what the server
 * reported; only the server knows client, node and time. The outcome names each difference.
 *
 * If only the source address was rewritten, this is a remark and not a failure: the ends share
 * their keys, so NAT or a balancer passed TLS through. Without a binding nothing proves that, and
 * the difference is a failure.
 *
 * Pure. Returns 0 with remark, which may be "", or -1 with OC_PATH_DIFFERS.
 */
int compare_reports(const struct conn_report *ours, const struct conn_report *theirs,
    char remark[COMPARE_REMARK_MAX], struct outcome *oc);

/* Do the two differ in this field? What only the server knows never counts. */
bool compare_differs(const struct conn_report *ours, const struct conn_report *theirs,
    enum conn_report_field field);

#endif
