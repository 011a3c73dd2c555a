/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_OWN_CERTIFICATE_H
#define HELLO_CLIENT_JUDGE_OWN_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/time.h"
#include "tls/conn.h"

/*
 * Faults of our certificate for which most servers reject it, whichever CAs and keys they asked for
 * (certificate_request). A server may accept it anyway, so a fault is never an outcome.
 */
enum own_fault {
	OWN_FAULT_EXPIRED,
	OWN_FAULT_EARLY,
	OWN_FAULT_NO_CLIENT_AUTH, /* its extended key usage lacks clientAuth (RFC 5280) */
	OWN_FAULT_NO_SIGNATURE,   /* its key usage lacks digitalSignature */
	OWN_FAULT_GAP,            /* the next certificate of the file did not issue it */
	OWN_FAULTS
};

struct own_certificate {
	bool known; /* the server asked, and we have a certificate; else nothing is set */
	bool sent;
	unsigned faults;       /* 1 << each */
	bool from_public_ca;   /* it has a policy of public CAs for TLS servers */
	int64_t from, until, now;
};

/* Call after the handshake, even a failed one. now: seconds since 1970. */
void own_certificate_get(const struct tls_conn *t, int64_t now, struct own_certificate *out);

/* The fault's name for programs, "expired". Static. */
const char *own_certificate_fault(enum own_fault fault);

/* "expired on ..., 3 days ago": to follow "our certificate". Only for a fault that it has. */
enum { OWN_CERTIFICATE_TEXT_MAX = TIME_PHRASE_MAX };
const char *own_certificate_text(const struct own_certificate *own, enum own_fault fault,
    char buf[OWN_CERTIFICATE_TEXT_MAX]);

/* "our certificate expired on ..., and it lacks ..."; "" without faults. Returns buf. */
enum { OWN_CERTIFICATE_LINE_MAX = 400 };
const char *own_certificate_line(const struct own_certificate *own,
    char buf[OWN_CERTIFICATE_LINE_MAX]);

/* Appends the faults to a failure that they may have caused, and advises. */
void own_certificate_explain(const struct own_certificate *own, struct outcome *oc);

#endif
