/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_JSON_H
#define HELLO_CLIENT_OUTPUT_JSON_H

#include <stdint.h>
#include <stdio.h>

#include "client/session/settings.h"
#include "client/session/session.h"
#include "client/output/stats.h"
#include "base/outcome.h"

/*
 * --json: one object, one line (JSON Lines). Described by
 * doc/hello-client.schema.json, which the tests hold it against. Members are
 * added within a schema version, and never change their meaning.
 */
enum { JSON_SCHEMA = 1 };

/* Once, before there are threads. */
void json_prepare(void);

/* A probe, whatever its end. s is NULL when it never began; seq is its number of many, or 0. */
void json_print_probe(FILE *to, const struct session *s, const struct outcome *oc, uint64_t seq);

/* Of many probes, at their end. */
void json_print_summary(FILE *to, const struct client_options *o, const struct stats *t,
    uint64_t took_us);

#endif
