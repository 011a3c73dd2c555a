/* SPDX-License-Identifier: MIT */
#include "tls/weakness.h"

#include <stdio.h>

#include <openssl/x509_vfy.h>

enum weakness weakness_of(int error)
{
	switch (error) {
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
		return WEAKNESS_KEY;
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return WEAKNESS_SIGNATURE;
	default:
		return WEAKNESS_NONE;
	}
}

const char *weakness_phrase(enum weakness w, const struct cert_info *c, const char *signature,
    char buf[WEAKNESS_TEXT_MAX])
{
	const char *what = w == WEAKNESS_KEY ? c->key : signature;

	snprintf(buf, WEAKNESS_TEXT_MAX, "has a %s%s%s%s that is too weak",
	    w == WEAKNESS_KEY ? "key" : "signature", what && what[0] ? ", " : "",
	    what ? what : "", what && what[0] ? "," : "");
	return buf;
}

const char *weakness_advice(enum weakness w)
{
	return w == WEAKNESS_KEY
	    ? "issue a certificate with an RSA key of at least 2048 bits, or with a P-256 key"
	    : "issue the certificate again, and sign it with SHA-256";
}
