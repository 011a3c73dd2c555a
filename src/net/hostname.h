/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_HOSTNAME_H
#define HELLO_NET_HOSTNAME_H

#include "base/outcome.h"

/*
 * Is this a name that may be resolved, asked for by SNI and verified, or an address?
 * Letters, digits, "-" and "_" in labels of 1 to 63 characters, 253 in all (RFC 1035
 * section 2.3.4), with or without a dot at the end; no asterisk. Or an IPv4 or IPv6
 * literal, with a zone of printable ASCII (RFC 4007 section 11).
 *
 * Names in other scripts have to be given in their xn-- form (RFC 5890 section 2.3.2.1).
 *
 * This is the one check for all names that a person gives. The TLS library has none: to
 * it ".test" means every name below test (X509_check_host).
 *
 * Pure. Returns NULL, or what is wrong, as the end of a sentence.
 */
const char *hostname_fault(const char *name);

/* The same with words for a person: what is the option. Returns 0, or -1 with OC_USAGE. */
int hostname_check(const char *what, const char *name, struct outcome *oc);

#endif
