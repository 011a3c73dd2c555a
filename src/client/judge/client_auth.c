/* SPDX-License-Identifier: MIT */
#include "client/judge/client_auth.h"

#include <string.h>

const char client_auth_good[] = "client-good";

/* ---- one client -------------------------------------------------------------------------- */

static enum client_auth_did look_at_status(const struct client_auth_evidence *e, unsigned reference)
{
	unsigned status = e->http_status;

	if (reference == 0)
		return e->expected || status / 100 == 2 ? CLIENT_AUTH_LET_IN
							: CLIENT_AUTH_NOT_PROVEN;
	if (status == reference)
		return CLIENT_AUTH_LET_IN;
	return status == 401 || status == 403 ? CLIENT_AUTH_REFUSED : CLIENT_AUTH_NOT_PROVEN;
}

static enum client_auth_did look_at_failure(const struct client_auth_evidence *e)
{
	switch (e->code) {
	case OC_CLIENT_CERT_REQUIRED:
	case OC_CLIENT_CERT_REFUSED:
		return CLIENT_AUTH_REFUSED;
	case OC_HANDSHAKE_ALERT:
	case OC_HANDSHAKE_RESET:
	case OC_HANDSHAKE_CLOSED:
	case OC_HANDSHAKE_PARAMETERS:
	case OC_GREETING_RESET:
	case OC_GREETING_EMPTY:
	case OC_GREETING_TRUNCATED:
		if (!e->requested)
			return CLIENT_AUTH_NO_CONNECTION;
		return e->heard ? CLIENT_AUTH_NOT_PROVEN : CLIENT_AUTH_REFUSED;
	case OC_HANDSHAKE_TIMEOUT:
	case OC_GREETING_TIMEOUT:
	case OC_GREETING_MISMATCH:
	case OC_GREETING_TOO_LONG:
		return e->requested ? CLIENT_AUTH_NOT_PROVEN : CLIENT_AUTH_NO_CONNECTION;
	default:
		return CLIENT_AUTH_NO_CONNECTION;
	}
}

enum client_auth_did client_auth_look(const struct client_auth_evidence *e, unsigned reference)
{
	enum client_auth_did did = look_at_failure(e);

	/* It may ask later, for a part of its site: it did not judge any certificate. */
	if (did == CLIENT_AUTH_REFUSED && !e->requested)
		return CLIENT_AUTH_NO_CONNECTION;
	if (did != CLIENT_AUTH_REFUSED && e->offers && e->requested && !e->sent)
		return CLIENT_AUTH_NOT_SENT;
	if (e->code != OC_OK && (did == CLIENT_AUTH_REFUSED || e->http_status == 0))
		return did;
	if (!e->requested)
		return CLIENT_AUTH_NOT_ASKED;
	if (e->unproven)
		return CLIENT_AUTH_NOT_PROVEN;
	return e->http_status != 0 ? look_at_status(e, reference) : CLIENT_AUTH_LET_IN;
}

/* ---- all of them ------------------------------------------------------------------------- */

static bool is_let_in(enum client_auth_did did)
{
	return did == CLIENT_AUTH_LET_IN || did == CLIENT_AUTH_NOT_ASKED;
}

/* No trusted CA issued these. */
static bool is_stranger(const char *name)
{
	return strcmp(name, "client-unknown-root") == 0 || strcmp(name, "client-self-signed") == 0;
}

/* before: what the server did with it the first time. */
static void judge_good(enum client_auth_did did, enum client_auth_did *before,
    struct client_auth_verdict *out)
{
	bool unsteady =
	    *before != CLIENT_AUTH_UNTRIED && did != CLIENT_AUTH_UNTRIED && did != *before;

	if (*before == CLIENT_AUTH_UNTRIED)
		*before = did;
	out->fits[CLIENT_AUTH_FITS_UNSTEADY] = unsteady;
	out->fits[CLIENT_AUTH_FITS_NO_REQUEST] = *before == CLIENT_AUTH_NOT_ASKED;
	out->fits[CLIENT_AUTH_FITS_OTHER_CA] = *before == CLIENT_AUTH_REFUSED && !unsteady;
	out->fits[CLIENT_AUTH_FITS_NO_KEY] = *before == CLIENT_AUTH_NOT_SENT && !unsteady;
	out->fits[CLIENT_AUTH_FITS_SILENCE] = *before == CLIENT_AUTH_NOT_PROVEN && !unsteady;
}

static void judge_bad(const struct client_auth_trial *t, struct client_auth_verdict *out)
{
	out->bad++;
	out->lost += t->did == CLIENT_AUTH_NO_CONNECTION;
	out->unknown += t->did == CLIENT_AUTH_NOT_PROVEN || t->did == CLIENT_AUTH_NO_CONNECTION;
	if (!is_let_in(t->did))
		return;
	out->open++;
	if (t->did == CLIENT_AUTH_NOT_ASKED)
		out->fits[CLIENT_AUTH_FITS_MIXED] = true;
	else if (strcmp(t->name, "client-none") == 0)
		out->fits[CLIENT_AUTH_FITS_OPTIONAL] = true;
	else if (is_stranger(t->name))
		out->fits[CLIENT_AUTH_FITS_NOT_VERIFIED] = true;
	else if (strcmp(t->name, "client-revoked") == 0)
		out->fits[CLIENT_AUTH_FITS_NO_REVOCATION] = true;
	else
		out->fits[CLIENT_AUTH_FITS_SOME] = true;
}

static void choose_code(struct client_auth_verdict *out)
{
	const bool *fits = out->fits;

	if (out->open > 0 || fits[CLIENT_AUTH_FITS_NO_REQUEST])
		out->code = OC_CLIENT_AUTH_OPEN;
	else if (fits[CLIENT_AUTH_FITS_UNSTEADY])
		out->code = OC_CLIENT_AUTH_UNKNOWN;
	else if (fits[CLIENT_AUTH_FITS_OTHER_CA] || fits[CLIENT_AUTH_FITS_NO_KEY])
		out->code = OC_CLIENT_CERT_REFUSED;
	else if (out->unknown > 0)
		out->code = OC_CLIENT_AUTH_UNKNOWN;
}

void client_auth_judge(const struct client_auth_trial trials[], size_t count,
    struct client_auth_verdict *out)
{
	enum client_auth_did good = CLIENT_AUTH_UNTRIED;
	bool *fits = out->fits;

	*out = (struct client_auth_verdict){ .code = OC_OK };
	for (size_t i = 0; i < count; i++) {
		if (strcmp(trials[i].name, client_auth_good) == 0)
			judge_good(trials[i].did, &good, out);
		else if (trials[i].should == CLIENT_AUTH_REFUSE)
			judge_bad(&trials[i], out);
	}
	/* If the good one is refused, the CA of a stranger may be the trusted one. */
	if (fits[CLIENT_AUTH_FITS_OTHER_CA])
		fits[CLIENT_AUTH_FITS_NOT_VERIFIED] = false;
	/* If strangers get in, that is the reason why others do. */
	if (fits[CLIENT_AUTH_FITS_NOT_VERIFIED])
		fits[CLIENT_AUTH_FITS_SOME] = fits[CLIENT_AUTH_FITS_NO_REVOCATION] = false;
	choose_code(out);
}
