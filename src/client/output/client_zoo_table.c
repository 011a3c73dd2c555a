/* SPDX-License-Identifier: MIT */
#include "client/output/client_zoo_table.h"

#include <string.h>

#include "base/text.h"
#include "client/output/terminal.h"
#include "tls/alert.h"

/* Columns. */
enum { NAME = 25, SHOULD = 8, DID = 14 };

static const char *const shoulds[] = {
	[ADMISSION_REFUSE] = "refuse",
	[ADMISSION_ACCEPT] = "accept",
	[ADMISSION_EITHER] = "either",
};

static const char *const dids[] = {
	[ADMISSION_UNTRIED] = "not tried",
	[ADMISSION_LET_IN] = "accepted",
	[ADMISSION_REFUSED] = "refused",
	[ADMISSION_NOT_ASKED] = "not asked",
	[ADMISSION_NOT_SENT] = "not sent",
	[ADMISSION_NOT_PROVEN] = "not proven",
	[ADMISSION_NO_CONNECTION] = "no connection",
};

static const char *const findings[ADMISSION_FINDINGS] = {
	[ADMISSION_FITS_NO_REQUEST] =
	    "The server requests no client certificate. So only the good client was tried.",
	[ADMISSION_FITS_MIXED] =
	    "The server requests a certificate from some clients and not from others: are "
	    "there several servers behind this address, set up in different ways?",
	[ADMISSION_FITS_OPTIONAL] =
	    "The server lets in a client without a certificate: it requests one, but does not "
	    "require it. In nginx that is ssl_verify_client optional, in HAProxy verify "
	    "optional, in Apache SSLVerifyClient optional, in s_server -verify where -Verify "
	    "is meant, in Go tls.VerifyClientCertIfGiven, in stunnel verify = 1, in "
	    "PostgreSQL a line of pg_hba.conf without clientcert, in OpenLDAP TLSVerifyClient "
	    "try.",
	[ADMISSION_FITS_NOT_VERIFIED] =
	    "The server lets in a certificate that its CA did not issue: it requests one, but "
	    "does not verify it. In nginx that is ssl_verify_client optional_no_ca, in Apache "
	    "optional_no_ca, in HAProxy ca-ignore-err all, in Go tls.RequireAnyClientCert, in "
	    "s_server -Verify without -verify_return_error, in gnutls-serv "
	    "--require-client-cert without --verify-client-cert, in OpenLDAP TLSVerifyClient "
	    "allow.",
	[ADMISSION_FITS_NO_REVOCATION] =
	    "The server lets in a revoked certificate: it has no revocation list of this CA, "
	    "or does not use it. In nginx that is ssl_crl, in HAProxy crl-file, in Apache "
	    "SSLCARevocationFile with SSLCARevocationCheck chain, in PostgreSQL ssl_crl_file, "
	    "in OpenLDAP TLSCRLFile or TLSCRLCheck.",
	[ADMISSION_FITS_SOME] = "The server lets in these clients, which it should refuse:",
	[ADMISSION_FITS_OTHER_CA] =
	    "The server refuses the good client, or closes its connection: does it trust the "
	    "ca.pem of this zoo for clients, and does the service behind it work?",
	[ADMISSION_FITS_NO_KEY] =
	    "The server accepts no key of the good client's type, so that client sent no "
	    "certificate.",
	[ADMISSION_FITS_SILENCE] =
	    "Nothing proves that the server lets in the good client: its answer is missing, or "
	    "proves nothing. With https, request a page that exists, or name its status with "
	    "--expect-status. If the service answers only after a login, log in with a "
	    "client of that service and the good certificate.",
	[ADMISSION_FITS_UNSTEADY] =
	    "The server treated the good client differently the second time, after all others; "
	    "the last row shows that. So a limit of connections, or several servers behind this "
	    "address, may have changed the other rows as well.",
};

/* ---- what proves it ---------------------------------------------------------------------- */

static const char *quote(const char *before, const char *words, char buf[CLIENT_ZOO_BY_MAX])
{
	struct text t;

	text_begin(&t, buf, CLIENT_ZOO_BY_MAX);
	text_add(&t, before);
	text_add(&t, words);
	return buf;
}

static const char *name_end(enum outcome_code code)
{
	switch (code) {
	case OC_HANDSHAKE_RESET:
	case OC_GREETING_RESET:
		return "reset";
	case OC_HANDSHAKE_TIMEOUT:
	case OC_GREETING_TIMEOUT:
	case OC_OK:
		return "silence";
	default:
		return "closed";
	}
}

static const char *name_greeting(const struct session *s, const struct outcome *oc,
    enum admission_did did)
{
	if (s->unproven)
		return "a greeting, before it saw the certificate";
	if (oc->code == OC_GREETING_MISMATCH)
		return "another greeting";
	if (oc->code != OC_OK)
		return "an incomplete greeting";
	return did == ADMISSION_NOT_PROVEN ? "another greeting than to the good client"
					     : "the greeting";
}

const char *client_zoo_table_by(const struct session *s, const struct outcome *oc,
    enum admission_did did, char buf[CLIENT_ZOO_BY_MAX])
{
	char line[CLIENT_ZOO_BY_MAX];

	if (did == ADMISSION_NO_CONNECTION)
		return quote("", outcome_name(oc->code), buf);
	if (did == ADMISSION_NOT_SENT)
		return quote("the server accepts no key of its type", "", buf);
	if (oc->alert != OUTCOME_NO_ALERT)
		return quote("alert ", tls_alert_name(oc->alert), buf);
	if (session_talk(s) == TALK_HELLO && s->phases.us[PHASE_FIRST_BYTE] != PHASE_UNKNOWN)
		return quote(name_greeting(s, oc, did), "", buf);
	if (s->greeting_len == 0)
		return quote(name_end(oc->code), "", buf);
	snprintf(line, sizeof line, "%.*s", (int)strcspn(s->greeting, "\n"), s->greeting);
	return quote("", line, buf);
}

/* ---- the table --------------------------------------------------------------------------- */

static bool is_wrong(const struct admission_trial *t)
{
	if (t->should == ADMISSION_EITHER)
		return false;
	if (t->did == ADMISSION_LET_IN || t->did == ADMISSION_NOT_ASKED)
		return t->should == ADMISSION_REFUSE || t->did == ADMISSION_NOT_ASKED;
	return t->should == ADMISSION_ACCEPT && t->did != ADMISSION_NOT_PROVEN;
}

static void print_row(FILE *to, const struct client_zoo_table_row *row)
{
	const struct admission_trial *t = row->trial;

	fprintf(to, "%-*s%-*s", NAME, t->name, SHOULD, shoulds[t->should]);
	if (is_wrong(t))
		terminal_print_bad(to, dids[t->did], DID);
	else
		fprintf(to, "%-*s", DID, dids[t->did]);
	fprintf(to, "%.*s\n", terminal_room(to, NAME + SHOULD + DID), row->by);
}

static void print_open(FILE *to, const struct client_zoo_table_row *row)
{
	char sentence[256];

	if (row->trial->should != ADMISSION_REFUSE || !is_wrong(row->trial))
		return;
	snprintf(sentence, sizeof sentence, "  %s: %s", row->trial->name, row->wrong);
	terminal_print_wrapped(to, sentence, 0);
}

void client_zoo_table_print(FILE *to, const struct client_zoo_table_row rows[], size_t count,
    const struct admission_verdict *v)
{
	fprintf(to, "%-*s%-*s%-*sBY\n", NAME, "CLIENT", SHOULD, "SHOULD", DID, "DID");
	for (size_t i = 0; i < count; i++) {
		if (rows[i].trial->did != ADMISSION_UNTRIED)
			print_row(to, &rows[i]);
	}
	if (v->fits[ADMISSION_FITS_UNSTEADY])
		print_row(to, &rows[count]);
	fputc('\n', to);
	for (size_t i = 0; i < ADMISSION_FINDINGS; i++) {
		if (v->fits[i])
			terminal_print_wrapped(to, findings[i], 0);
		for (size_t k = 0; i == ADMISSION_FITS_SOME && v->fits[i] && k < count; k++)
			print_open(to, &rows[k]);
	}
}
