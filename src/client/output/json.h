/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_JSON_H
#define HELLO_CLIENT_OUTPUT_JSON_H

#include <stdint.h>
#include <stdio.h>

#include "base/outcome.h"
#include "client/output/stats.h"
#include "client/session/session.h"
#include "client/session/settings.h"

/*
 * --json: one object a line (JSON Lines), described by doc/hello-client.schema.json, which the
 * tests check. Within a schema version members are only added, and never change their meaning.
 */
enum { JSON_SCHEMA = 1 };

/* To be called once, before there are threads. */
void json_prepare(void);

/* Print a probe. s is NULL if it never began; seq is its number among many, or 0. */
void json_print_probe(FILE *to, const struct session *s, const struct outcome *oc, uint64_t seq);

/*
 * For other objects: begin one with its type, time and target; add the outcome and what is known of
 * it; print and release the object.
 */
struct json_t *json_begin(const char *type, const struct client_options *o);
void json_add_outcome(struct json_t *object, const struct outcome *oc);
void json_end(FILE *to, struct json_t *object);

/* Print the summary of many probes. */
void json_print_summary(FILE *to, const struct client_options *o, const struct stats *t,
    uint64_t took_us);

#endif
