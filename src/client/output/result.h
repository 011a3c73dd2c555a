/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_RESULT_H
#define HELLO_CLIENT_OUTPUT_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "client/output/probe_facts.h"
#include "client/session/session.h"
#include "client/session/settings.h"

/*
 * Judge the outcome of a single probe by --expect-outcome, and print the result in the format of
 * the options: the greeting after a success, or always what --json or --nagios prints. Also writes
 * the files of --prometheus, --save-chain and --fetch-issuer. s is NULL if the probe never began.
 * Returns the exit status of that format; oc may become OC_FILE.
 */
int result_probe(const struct client_options *o, struct session *s, struct outcome *oc);

/* Print a note on an expected failure, unless there is none, or with -q. */
void result_note_expected(const struct client_options *o, const struct outcome *oc);

/* Is standard output only for a file (--prometheus -, --save-chain -)? */
bool result_is_file(const struct client_options *o);

/*
 * Write the file of --prometheus, if there is one. If that fails, oc becomes the failure; if oc
 * already holds another one, the failure is printed on standard error.
 */
void result_metrics(const struct client_options *o, const struct probe_facts all[], size_t count,
    struct outcome *oc);

#endif
