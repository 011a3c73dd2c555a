/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_HTTP_STATUS_H
#define HELLO_CLIENT_SERVICES_HTTP_STATUS_H

#include <stdbool.h>

#include "base/outcome.h"

/* Lists of HTTP statuses: "200", "200,301", "200-299,404". Pure. */

/* Checks a list; what names the option. Returns 0, or -1 with OC_USAGE. */
int http_status_check(const char *what, const char *list, struct outcome *oc);

/* Is status in this list? Needs a list that was checked. If list is NULL: is it below 500? */
bool http_status_fits(const char *list, unsigned status);

#endif
