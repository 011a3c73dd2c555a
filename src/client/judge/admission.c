/* SPDX-License-Identifier: MIT */
#include "client/judge/admission.h"

#include <string.h>

const char admission_good[] = "client-good";

/* ---- one client -------------------------------------------------------------------------- */

static enum admission_did look_at_status(const struct admission_evidence *e, unsigned reference)
{
	unsigned status = e->http_status;

	if (reference == 0)
		return e->expected || status / 100 == 2 ? ADMISSION_LET_IN
							: ADMISSION_NOT_PROVEN;
	/* A redirection may lead the good client home, and others to a login. */
	if (status == reference)
		return status / 100 == 3 ? ADMISSION_NOT_PROVEN : ADMISSION_LET_IN;
	return status == 401 || status == 403 ? ADMISSION_REFUSED : ADMISSION_NOT_PROVEN;
}

static enum admission_did look_at_failure(const struct admission_evidence *e)
{
	switch (e->code) {
	case OC_CLIENT_CERT_REQUIRED:
	case OC_CLIENT_CERT_REFUSED:
		return ADMISSION_REFUSED;
	case OC_HANDSHAKE_ALERT:
	case OC_HANDSHAKE_RESET:
	case OC_HANDSHAKE_CLOSED:
	case OC_HANDSHAKE_PARAMETERS:
	case OC_GREETING_RESET:
	case OC_GREETING_EMPTY:
	case OC_GREETING_TRUNCATED:
		if (!e->requested)
			return ADMISSION_NO_CONNECTION;
		return e->heard ? ADMISSION_NOT_PROVEN : ADMISSION_REFUSED;
	case OC_HANDSHAKE_TIMEOUT:
	case OC_GREETING_TIMEOUT:
	case OC_GREETING_MISMATCH:
	case OC_GREETING_TOO_LONG:
		return e->requested ? ADMISSION_NOT_PROVEN : ADMISSION_NO_CONNECTION;
	default:
		return ADMISSION_NO_CONNECTION;
	}
}

enum admission_did admission_look(const struct admission_evidence *e, unsigned reference)
{
	enum admission_did did = look_at_failure(e);

	/* It may ask later, for a part of its site: it did not judge any certificate. */
	if (did == ADMISSION_REFUSED && !e->requested)
		return ADMISSION_NO_CONNECTION;
	if (did != ADMISSION_REFUSED && e->offers && e->requested && !e->sent)
		return ADMISSION_NOT_SENT;
	if (e->code != OC_OK && (did == ADMISSION_REFUSED || e->http_status == 0))
		return did;
	if (!e->requested)
		return ADMISSION_NOT_ASKED;
	if (e->unproven)
		return ADMISSION_NOT_PROVEN;
	if (e->denied)
		return e->good_is_in ? ADMISSION_REFUSED : ADMISSION_NOT_PROVEN;
	return e->http_status != 0 ? look_at_status(e, reference) : ADMISSION_LET_IN;
}

/* ---- all of them ------------------------------------------------------------------------- */

static bool is_let_in(enum admission_did did)
{
	return did == ADMISSION_LET_IN || did == ADMISSION_NOT_ASKED;
}

/* No trusted CA issued these. */
static bool is_stranger(const char *name)
{
	return strcmp(name, "client-unknown-root") == 0 || strcmp(name, "client-self-signed") == 0;
}

/* before: what the server did with it the first time. */
static void judge_good(const struct admission_trial *t, enum admission_did *before,
    struct admission_verdict *out)
{
	const enum admission_did did = t->did;
	bool unsteady =
	    *before != ADMISSION_UNTRIED && did != ADMISSION_UNTRIED && did != *before;

	if (*before == ADMISSION_UNTRIED)
		*before = did;
	out->fits[ADMISSION_FITS_UNSTEADY] = unsteady;
	out->fits[ADMISSION_FITS_NO_REQUEST] = *before == ADMISSION_NOT_ASKED;
	out->fits[ADMISSION_FITS_OTHER_CA] = *before == ADMISSION_REFUSED && !unsteady;
	out->fits[ADMISSION_FITS_NO_KEY] = *before == ADMISSION_NOT_SENT && !unsteady;
	out->fits[ADMISSION_FITS_SILENCE] = *before == ADMISSION_NOT_PROVEN && !unsteady;
	out->good_failed = out->fits[ADMISSION_FITS_SILENCE] && t->failed;
}

static void judge_bad(const struct admission_trial *t, struct admission_verdict *out)
{
	out->bad++;
	out->lost += t->did == ADMISSION_NO_CONNECTION;
	out->unknown += t->did == ADMISSION_NOT_PROVEN || t->did == ADMISSION_NO_CONNECTION;
	if (!is_let_in(t->did))
		return;
	out->open++;
	if (t->did == ADMISSION_NOT_ASKED)
		out->fits[ADMISSION_FITS_MIXED] = true;
	else if (strcmp(t->name, "client-none") == 0)
		out->fits[ADMISSION_FITS_OPTIONAL] = true;
	else if (is_stranger(t->name))
		out->fits[ADMISSION_FITS_NOT_VERIFIED] = true;
	else if (strcmp(t->name, "client-revoked") == 0)
		out->fits[ADMISSION_FITS_NO_REVOCATION] = true;
	else
		out->fits[ADMISSION_FITS_SOME] = true;
}

static void choose_code(struct admission_verdict *out)
{
	const bool *fits = out->fits;

	if (out->open > 0 || fits[ADMISSION_FITS_NO_REQUEST])
		out->code = OC_CLIENT_AUTH_OPEN;
	else if (fits[ADMISSION_FITS_UNSTEADY])
		out->code = OC_CLIENT_AUTH_UNKNOWN;
	else if (fits[ADMISSION_FITS_OTHER_CA] || fits[ADMISSION_FITS_NO_KEY])
		out->code = OC_CLIENT_CERT_REFUSED;
	else if (out->unknown > 0 || out->good_failed)
		out->code = OC_CLIENT_AUTH_UNKNOWN;
}

void admission_judge(const struct admission_trial trials[], size_t count,
    struct admission_verdict *out)
{
	enum admission_did good = ADMISSION_UNTRIED;
	bool *fits = out->fits;

	*out = (struct admission_verdict){ .code = OC_OK };
	for (size_t i = 0; i < count; i++) {
		if (strcmp(trials[i].name, admission_good) == 0)
			judge_good(&trials[i], &good, out);
		else if (trials[i].should == ADMISSION_REFUSE)
			judge_bad(&trials[i], out);
	}
	/* If the good one is refused, the CA of a stranger may be the trusted one. */
	if (fits[ADMISSION_FITS_OTHER_CA])
		fits[ADMISSION_FITS_NOT_VERIFIED] = false;
	/* If strangers get in, that is the reason why others do. */
	if (fits[ADMISSION_FITS_NOT_VERIFIED])
		fits[ADMISSION_FITS_SOME] = fits[ADMISSION_FITS_NO_REVOCATION] = false;
	choose_code(out);
}
