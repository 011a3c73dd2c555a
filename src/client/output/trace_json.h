/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_TRACE_JSON_H
#define HELLO_CLIENT_OUTPUT_TRACE_JSON_H

#include <jansson.h>

#include "client/judge/trace.h"

/* A trace as a JSON value, owned by the caller; null for NULL. See doc/hello-client.schema.json. */
json_t *trace_json_value(const struct trace *t);

#endif
