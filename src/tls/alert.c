/* SPDX-License-Identifier: MIT */
#include "tls/alert.h"

#include <openssl/ssl.h>

/* OpenSSL 3.0 has no text for these. */
const char *tls_alert_name(int alert)
{
	switch (alert) {
	case SSL_AD_INAPPROPRIATE_FALLBACK:
		return "inappropriate fallback";
	case SSL_AD_MISSING_EXTENSION:
		return "missing extension";
	case SSL_AD_CERTIFICATE_REQUIRED:
		return "certificate required";
	default:
		return SSL_alert_desc_string_long(alert);
	}
}

/*
 * After an empty Certificate message these alerts mean that a certificate is required.
 * TLS 1.3 has its own alert for that; before, RFC 5246 section 7.4.6 specified
 * handshake_failure. Some servers report the missing certificate as bad or unknown, or
 * the empty list as a decode error (GnuTLS). The parameters were agreed by then, so the
 * alert is not about them.
 */
static bool misses_ours(int alert)
{
	return alert == SSL_AD_HANDSHAKE_FAILURE || alert == SSL_AD_BAD_CERTIFICATE ||
	    alert == SSL_AD_CERTIFICATE_UNKNOWN || alert == SSL_AD_DECODE_ERROR;
}

/*
 * These alerts name a certificate, and the server verified ours last. A
 * handshake_failure or decrypt_error may have another cause.
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
		    "check that its CA is in the server's --client-ca, and that its "
		    "intermediates follow it in the --cert file");
		break;
	case SSL_AD_CERTIFICATE_EXPIRED:
		outcome_advise(oc, "renew it, or correct the clocks of both machines: date -u");
		break;
	case SSL_AD_CERTIFICATE_REVOKED:
		outcome_advise(oc, "get a new certificate, with a new key");
		break;
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
		outcome_advise(oc, "get a certificate with the extended key usage clientAuth");
		break;
	default:
		outcome_advise(oc,
		    "the server's log gives the reason; the server may admit only some of its CA's "
		    "clients");
	}
}

static int lacks_parameters(int alert, struct outcome *oc)
{
	outcome_set(oc, OC_HANDSHAKE_PARAMETERS, "the peer sent the alert \"%s\" (%d)",
	    tls_alert_name(alert), alert);
	if (alert == SSL_AD_NO_APPLICATION_PROTOCOL)
		outcome_advise(oc,
		    "check which application protocol the server expects: name it with --alpn, "
		    "or omit --alpn");
	else if (alert == SSL_AD_PROTOCOL_VERSION)
		outcome_advise(oc,
		    "the server supports no version from --tls-min to --tls-max; if it supports "
		    "nothing above TLS 1.1, it must be upgraded");
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
		    "the server requires a client certificate and none was sent: it sent the "
		    "alert \"%s\" (%d)%s",
		    tls_alert_name(alert), alert, when);
	if (identity == TLS_ALERT_SENT_OURS && refuses_ours(alert)) {
		outcome_set(oc, OC_CLIENT_CERT_REFUSED,
		    "the server rejected the client certificate: it sent the alert \"%s\" (%d)%s",
		    tls_alert_name(alert), alert, when);
		advise_refused(alert, oc);
		return -1;
	}
	/* Three alerts with only one meaning. */
	if (alert == SSL_AD_PROTOCOL_VERSION || alert == SSL_AD_INSUFFICIENT_SECURITY ||
	    alert == SSL_AD_NO_APPLICATION_PROTOCOL)
		return lacks_parameters(alert, oc);
	outcome_set(oc, OC_HANDSHAKE_ALERT, "the peer sent the alert \"%s\" (%d)%s",
	    tls_alert_name(alert), alert, when);
	if (alert == SSL_AD_HANDSHAKE_FAILURE)
		outcome_advise(oc,
		    "usually no version, cipher or group is in common: the peer's log says "
		    "which; widen --tls-min, --tls-max or --groups if you restricted them");
	return -1;
}
