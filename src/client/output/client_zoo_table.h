/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_CLIENT_ZOO_TABLE_H
#define HELLO_CLIENT_OUTPUT_CLIENT_ZOO_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "base/outcome.h"
#include "client/judge/admission.h"
#include "client/session/session.h"

/* The table of --client-zoo, in 80 columns. */

/* What proves the result of a probe: 'alert "unknown CA"', 'HTTP/1.1 200 OK'. Returns buf. */
enum { CLIENT_ZOO_BY_MAX = 96 };
const char *client_zoo_table_by(const struct session *s, const struct outcome *oc,
    enum admission_did did, char buf[CLIENT_ZOO_BY_MAX]);

struct client_zoo_table_row {
	const struct admission_trial *trial;
	const char *wrong; /* with its certificate */
	char by[CLIENT_ZOO_BY_MAX];
};

/*
 * Print count rows, then what they say about the server. One more row follows them: the second
 * trial of the good client, which is only printed if it ended in another way.
 */
void client_zoo_table_print(FILE *to, const struct client_zoo_table_row rows[], size_t count,
    const struct admission_verdict *v);

#endif
