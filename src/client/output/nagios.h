/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_NAGIOS_H
#define HELLO_CLIENT_OUTPUT_NAGIOS_H

#include <stdio.h>

#include "client/output/probe_facts.h"

/*
 * --nagios: one line as the Monitoring Plugins' guidelines want it, with
 * performance data whatever happened ("U": not known). Returns the plugin's
 * status: 0, or 1 and 2 when a certificate of the chain has less days left than
 * asked for; 2 for any failure, 3 when the fault is on this side.
 */
int nagios_print(FILE *to, const struct probe_facts *f, const struct client_nagios *limits);

#endif
