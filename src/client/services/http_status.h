/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_HTTP_STATUS_H
#define HELLO_CLIENT_SERVICES_HTTP_STATUS_H

#include <stdbool.h>

#include "base/outcome.h"

/* Statuses of HTTP: "200", "200,301", "200-299,404". Pure. */

/* 0, or -1 with OC_USAGE. */
int http_status_check(const char *list, struct outcome *oc);

/* Is it in this list, which was checked? NULL: is it below 500? */
bool http_status_fits(const char *list, unsigned status);

#endif
