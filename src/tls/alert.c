/* SPDX-License-Identifier: MIT */
#include "tls/alert.h"

#include <openssl/ssl.h>

/* The library's words, but for the one alert that OpenSSL 3.0 has no words for. */
static const char *text_of(int alert)
{
	return alert == TLS13_AD_CERTIFICATE_REQUIRED ? "certificate required"
						      : SSL_alert_desc_string_long(alert);
}

/*
 * After an empty Certificate message these say that it was not enough. TLS 1.3
 * has a word of its own for it; before, RFC 5246 section 7.4.6 asked for
 * handshake_failure, and there are servers that call the missing one bad or
 * unknown, or the empty list an error of decoding (GnuTLS). Parameters are agreed
 * on by then, so it is not about those.
 */
static bool misses_ours(int alert)
{
	return alert == SSL_AD_HANDSHAKE_FAILURE || alert == SSL_AD_BAD_CERTIFICATE ||
	    alert == SSL_AD_CERTIFICATE_UNKNOWN || alert == SSL_AD_DECODE_ERROR;
}

/*
 * These name a certificate, and it is ours that the server judged last. A
 * handshake_failure or decrypt_error may be about something else.
 */
static bool refuses_ours(int alert)
{
	switch (alert) {
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
	case SSL_AD_CERTIFICATE_REVOKED:
	case SSL_AD_CERTIFICATE_EXPIRED:
	case SSL_AD_CERTIFICATE_UNKNOWN:
	case SSL_AD_UNKNOWN_CA:
	case SSL_AD_ACCESS_DENIED:
		return true;
	default:
		return false;
	}
}

static void advise_refused(int alert, struct outcome *oc)
{
	switch (alert) {
	case SSL_AD_UNKNOWN_CA:
		outcome_advise(oc,
		    "is its CA in the server's --client-ca, and are its intermediates "
		    "behind it in the file of --cert?");
		break;
	case SSL_AD_CERTIFICATE_EXPIRED:
		outcome_advise(oc,
		    "openssl x509 -noout -dates -in FILE; renew it, or mend a clock");
		break;
	case SSL_AD_CERTIFICATE_REVOKED:
		outcome_advise(oc, "have a new one issued, with a new key");
		break;
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
		outcome_advise(oc, "have one issued with the extended key usage clientAuth");
		break;
	default:
		outcome_advise(oc,
		    "the server's log says why; it may let in only some of its CA's clients");
	}
}

static int lacks_parameters(int alert, struct outcome *oc)
{
	outcome_set(oc, OC_HANDSHAKE_PARAMETERS, "the peer sent the alert \"%s\" (%d)",
	    text_of(alert), alert);
	if (alert == SSL_AD_NO_APPLICATION_PROTOCOL)
		outcome_advise(oc,
		    "does it want another application protocol, or one at all? "
		    "--alpn http/1.1, or no --alpn");
	else if (alert == SSL_AD_PROTOCOL_VERSION)
		outcome_advise(oc,
		    "it takes no version from --tls-min to --tls-max; one that knows nothing "
		    "newer than TLS 1.1 must be renewed");
	return -1;
}

int tls_alert_explain(int alert, enum tls_alert_identity identity, bool open, struct outcome *oc)
{
	const char *when = open ? ", after the handshake" : "";

	if (oc)
		oc->alert = alert;
	if (alert == TLS13_AD_CERTIFICATE_REQUIRED ||
	    (identity == TLS_ALERT_SENT_NONE && misses_ours(alert)))
		return outcome_set(oc, OC_CLIENT_CERT_REQUIRED,
		    "the server wants a certificate of ours and got none: "
		    "it sent the alert \"%s\" (%d)%s",
		    text_of(alert), alert, when);
	if (identity == TLS_ALERT_SENT_OURS && refuses_ours(alert)) {
		outcome_set(oc, OC_CLIENT_CERT_REFUSED,
		    "the server refused our certificate: it sent the alert \"%s\" (%d)%s",
		    text_of(alert), alert, when);
		advise_refused(alert, oc);
		return -1;
	}
	/* Three that have no other meaning. */
	if (alert == SSL_AD_PROTOCOL_VERSION || alert == SSL_AD_INSUFFICIENT_SECURITY ||
	    alert == SSL_AD_NO_APPLICATION_PROTOCOL)
		return lacks_parameters(alert, oc);
	outcome_set(oc, OC_HANDSHAKE_ALERT, "the peer sent the alert \"%s\" (%d)%s", text_of(alert),
	    alert, when);
	if (alert == SSL_AD_HANDSHAKE_FAILURE)
		outcome_advise(oc,
		    "often no version, cipher or group is in common: the peer's log says which; "
		    "widen --tls-min, --tls-max, --groups if you narrowed them");
	return -1;
}
