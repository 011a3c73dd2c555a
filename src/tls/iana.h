/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_IANA_H
#define HELLO_TLS_IANA_H

#include <stdbool.h>

/*
 * Names of IANA's TLS registries for the numbers that a client offers, also for what the
 * TLS library lacks, because this is often why a handshake fails.
 * Pure; the strings are static, and NULL stands for an unknown number.
 */

/* "TLSv1.2", in the form of SSL_get_version(3). */
const char *iana_version(unsigned number);

/* TLS Supported Groups. */
const char *iana_group(unsigned number);

/* TLS SignatureScheme. */
const char *iana_signature(unsigned number);

/* TLS Cipher Suites, but only those that current TLS libraries are built without. */
const char *iana_old_cipher(unsigned number);

/*
 * A number without a meaning, which a client offers to test that servers ignore unknown
 * ones (RFC 8701). The same in all four registries.
 */
bool iana_is_grease(unsigned number);

#endif
