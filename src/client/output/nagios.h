/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_NAGIOS_H
#define HELLO_CLIENT_OUTPUT_NAGIOS_H

#include <stdio.h>

#include "client/output/probe_facts.h"

/*
 * If a limit is a share of the lifetime, it depends on the certificate whether --warning is less
 * than --critical. Returns 0 if it is not, or if the probe failed; otherwise -1 with OC_USAGE.
 */
int nagios_check(const struct probe_facts *f, const struct client_nagios *limits,
    struct outcome *oc);

/*
 * --nagios: print one line as in the Monitoring Plugins' guidelines, always with performance data
 * ("U": not known). Returns the plugin's status: 0; 1 or 2 if the first certificate to expire has
 * less time left than required; 2 for any failure of the target; 3 for a failure on this side.
 */
int nagios_print(FILE *to, const struct probe_facts *f, const struct client_nagios *limits);

#endif
