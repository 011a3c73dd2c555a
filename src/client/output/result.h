/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_RESULT_H
#define HELLO_CLIENT_OUTPUT_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "client/session/settings.h"
#include "client/session/session.h"
#include "client/output/probe_facts.h"
#include "base/outcome.h"

/*
 * What became of the only probe, in the form that the options ask for: the
 * greeting, and only if all went well, or what a program can read, whatever its
 * end; and the file of --prometheus. s is NULL when it never began. Returns the
 * exit status that goes with that form; oc may become OC_FILE.
 */
int result_probe(const struct client_options *o, const struct session *s, struct outcome *oc);

/* Are the metrics all that standard output is for: --prometheus -? */
bool result_is_metrics(const struct client_options *o);

/*
 * The file of --prometheus, if there is one. That it cannot be written becomes oc,
 * unless oc holds a failure already: then it is printed on standard error.
 */
void result_metrics(const struct client_options *o, const struct probe_facts all[], size_t count,
    struct outcome *oc);

#endif
