/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_FUZZ_CERTIFICATE_H
#define HELLO_TESTS_FUZZ_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/*
 * A certificate that a trusted CA has signed and that says whatever the input says,
 * so that its content is judged and not only its signature.
 *
 * The input is a list of items, each a kind (a letter), a length (one byte) and
 * that many bytes; the last one may be cut:
 *
 *	S  one attribute of the subject: an ASN.1 string type (one byte), then the text
 *	O  the same, as organizationName instead of commonName
 *	D, U, M, R  a dNSName, URI, rfc822Name or registeredID (raw) of the subjectAltName
 *	I  an iPAddress of it
 *	X  another extension: a letter that says which (see the table), then its value in DER;
 *	   a capital letter makes it critical
 *	n, a  notBefore, notAfter as text, as ASN1_TIME_set_string takes it
 *	N  serial number
 *	V  version (one byte)
 */
X509 *fuzz_certificate(const uint8_t *data, size_t size, const X509 *issuer, EVP_PKEY *issuer_key,
    EVP_PKEY *key);

/* Is it text that may reach a terminal or a log: UTF-8 without control characters? */
int fuzz_is_shown(const char *text);

#endif
