/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_NAGIOS_H
#define HELLO_CLIENT_OUTPUT_NAGIOS_H

#include <stdio.h>

#include "client/output/probe_facts.h"

/*
 * --nagios: print one line as in the Monitoring Plugins' guidelines, always with performance data
 * ("U": not known). Returns the plugin's status: 0; 1 or 2 if a certificate of the chain has fewer
 * days left than required; 2 for any failure of the target; 3 for a failure on this side.
 */
int nagios_print(FILE *to, const struct probe_facts *f, const struct client_nagios *limits);

#endif
