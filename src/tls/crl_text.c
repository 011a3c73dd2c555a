/* SPDX-License-Identifier: MIT */
#include "tls/crl_text.h"

#include <stdio.h>

#include <openssl/x509_vfy.h>

#include "base/time.h"

/* Faults without a number in their text; the subject of the fault follows. */
static const char *const sentences[] = {
	[CRL_USABLE] = "can be used",
	[CRL_NO_END] = "has no nextUpdate",
	[CRL_LONE_DELTA] = "is a delta CRL, and the complete CRL that it belongs to is missing",
	[CRL_MISFIT] = "is a delta CRL for a newer complete CRL than the given one",
	[CRL_INDIRECT] = "is an indirect CRL: it has entries of other CAs, which is not supported",
	[CRL_SOME_REASONS] = "covers only some reasons of a revocation, which is not supported",
	[CRL_ATTRIBUTES] = "covers only attribute certificates",
	[CRL_RELATIVE] =
	    "names its distribution point relative to its issuer, which is not supported",
	[CRL_CRITICAL] = "has an unsupported critical extension: ",
	[CRL_CRITICAL_ENTRY] = "has an entry with an unsupported critical extension: ",
	[CRL_WEAK] = "has a weak signature, with ",
	[CRL_NOT_SIGNER] = "cannot be used: the key usage of that CA does not include cRLSign",
	[CRL_FORGED] = "was not signed by that CA: the signature is wrong",
	[CRL_OTHER_KEY] = "was signed with another key of a CA of that name",
	[CRL_MALFORMED] = "cannot be used: one of its extensions is invalid or occurs twice",
	[CRL_MISSING] = "is missing",
};

static const char *scope_of(const struct crl *crl)
{
	if (crl->only_users)
		return "covers only end-entity certificates";
	return crl->only_cas ? "covers only CA certificates"
			     : "is for a distribution point that the certificate does not name";
}

const char *crl_text_describe(const struct crl *crl, enum crl_fault fault, int64_t now,
    char buf[CRL_TEXT_MAX])
{
	char text[160];

	switch (fault) {
	case CRL_EARLY:
		time_phrase_early(crl->this_update, now, text);
		break;
	case CRL_STALE:
		time_phrase_stale(crl->next_update, now, text);
		break;
	case CRL_OUT_OF_SCOPE:
		snprintf(text, sizeof text, "%s", scope_of(crl));
		break;
	default:
		snprintf(text, sizeof text, "%s%s", sentences[fault], crl->what);
	}
	snprintf(buf, CRL_TEXT_MAX, "the %sCRL of \"%s\" %s",
	    crl->base.given && fault < CRL_LONE_DELTA ? "delta " : "", crl->issuer, text);
	return buf;
}

const char *crl_text_advice(enum crl_fault fault)
{
	switch (fault) {
	case CRL_STALE:
	case CRL_NO_END:
		return "get the current CRL from the CA";
	case CRL_EARLY:
		return "check the clocks: date -u here and at the CA";
	case CRL_LONE_DELTA:
	case CRL_MISFIT:
		return "put the current complete CRL of the CA and its delta into one file";
	case CRL_WEAK:
		return "have the CA sign it with SHA-256 or better and a key of at least RSA "
		       "2048 or P-256";
	case CRL_NOT_SIGNER:
		return "issue the CA certificate with cRLSign in its key usage";
	case CRL_FORGED:
	case CRL_OTHER_KEY:
		return "get the CRL from the CA itself; a CA that was recreated under its old "
		       "name needs a new CRL";
	case CRL_MISSING:
		return "put the CRLs of all CAs of the chain into one file: cat A.pem B.pem >FILE";
	default:
		return "get a complete CRL without restrictions from the CA";
	}
}

int crl_text_error(enum crl_fault fault)
{
	switch (fault) {
	case CRL_USABLE:
		return X509_V_OK;
	case CRL_STALE:
		return X509_V_ERR_CRL_HAS_EXPIRED;
	case CRL_NO_END:
		return X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD;
	case CRL_EARLY:
		return X509_V_ERR_CRL_NOT_YET_VALID;
	case CRL_CRITICAL:
	case CRL_CRITICAL_ENTRY:
		return X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION;
	case CRL_NOT_SIGNER:
		return X509_V_ERR_KEYUSAGE_NO_CRL_SIGN;
	case CRL_WEAK:
	case CRL_FORGED:
		return X509_V_ERR_CRL_SIGNATURE_FAILURE;
	case CRL_LONE_DELTA:
	case CRL_MISFIT:
	case CRL_OTHER_KEY:
	case CRL_MALFORMED:
	case CRL_MISSING:
		return X509_V_ERR_UNABLE_TO_GET_CRL;
	default:
		return X509_V_ERR_DIFFERENT_CRL_SCOPE;
	}
}
