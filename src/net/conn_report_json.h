/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_CONN_REPORT_JSON_H
#define HELLO_NET_CONN_REPORT_JSON_H

#include <jansson.h>

#include "net/conn_report.h"

/*
 * A report as members of a JSON object, the same in the server's HTTP response and in
 * the client's output.
 */

/* "server-name" as a name that most languages accept: "server_name". Returns buf. */
enum { CONN_REPORT_JSON_KEY_MAX = 32 };
const char *conn_report_json_key(enum conn_report_field field, char buf[CONN_REPORT_JSON_KEY_MAX]);

/* A boolean for CONN_REPORT_RESUMED, null for "none", else a string; NULL if out of memory. */
json_t *conn_report_json_value(const struct conn_report *r, enum conn_report_field field);

/* Adds all fields. Returns 0, or -1 if out of memory. */
int conn_report_json_add(json_t *object, const struct conn_report *r);

#endif
