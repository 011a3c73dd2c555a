/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_HOSTNAME_H
#define HELLO_NET_HOSTNAME_H

#include "base/outcome.h"

/*
 * Checks a name before it is resolved, requested by SNI and verified. It must be
 * letters, digits, "-" and "_" in labels of 1 to 63 characters, 253 in all (RFC 1035
 * section 2.3.4), with or without a final dot and without an asterisk. IPv4 and IPv6
 * literals are valid too, with a zone of printable ASCII (RFC 4007 section 11).
 *
 * Names in other scripts must be given in their xn-- form (RFC 5890 section 2.3.2.1).
 *
 * This is the one check for all names that a user gives. The TLS library has none: it
 * takes ".test" for every name below test (X509_check_host).
 *
 * Pure. Returns NULL, or the error as the end of a sentence.
 */
const char *hostname_fault(const char *name);

/*
 * The same with an error message: what is the name of the option. Returns 0, or -1 with
 * OC_USAGE.
 */
int hostname_check(const char *what, const char *name, struct outcome *oc);

#endif
