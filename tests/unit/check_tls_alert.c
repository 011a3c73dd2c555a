/* SPDX-License-Identifier: MIT */
#include "tls/alert.h"

#include <openssl/ssl.h>

#include "support/check_main.h"

static struct outcome explained(int alert, enum tls_alert_identity identity, bool open)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(tls_alert_explain(alert, identity, open, &oc), -1);
	ck_assert_int_eq(oc.alert, alert);
	return oc;
}

static enum outcome_code code_of(int alert, enum tls_alert_identity identity)
{
	return explained(alert, identity, false).code;
}

/* Every alert there is, for a client that was not asked: none is about its certificate. */
START_TEST(test_who_was_not_asked_is_told_of_parameters_at_most)
{
	for (int alert = 1; alert < 256; alert++) {
		enum outcome_code code = code_of(alert, TLS_ALERT_NOT_ASKED);

		if (alert == SSL_AD_PROTOCOL_VERSION || alert == SSL_AD_INSUFFICIENT_SECURITY ||
		    alert == SSL_AD_NO_APPLICATION_PROTOCOL)
			ck_assert_int_eq(code, OC_HANDSHAKE_PARAMETERS);
		else if (alert != TLS13_AD_CERTIFICATE_REQUIRED)
			ck_assert_int_eq(code, OC_HANDSHAKE_ALERT);
	}
}
END_TEST

START_TEST(test_none_was_sent)
{
	static const int missing[] = { TLS13_AD_CERTIFICATE_REQUIRED, SSL_AD_HANDSHAKE_FAILURE,
		SSL_AD_BAD_CERTIFICATE, SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_DECODE_ERROR };

	for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++)
		ck_assert_int_eq(code_of(missing[i], TLS_ALERT_SENT_NONE), OC_CLIENT_CERT_REQUIRED);
	ck_assert_int_eq(code_of(SSL_AD_DECRYPT_ERROR, TLS_ALERT_SENT_NONE), OC_HANDSHAKE_ALERT);
	ck_assert_int_eq(code_of(SSL_AD_ACCESS_DENIED, TLS_ALERT_SENT_NONE), OC_HANDSHAKE_ALERT);
	/* Nothing else can be meant by it, whatever we think that we were asked. */
	ck_assert_int_eq(code_of(TLS13_AD_CERTIFICATE_REQUIRED, TLS_ALERT_NOT_ASKED),
	    OC_CLIENT_CERT_REQUIRED);
}
END_TEST

START_TEST(test_ours_was_refused)
{
	static const int refused[] = { SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE,
		SSL_AD_CERTIFICATE_REVOKED, SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN,
		SSL_AD_UNKNOWN_CA, SSL_AD_ACCESS_DENIED };

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct outcome oc = explained(refused[i], TLS_ALERT_SENT_OURS, false);

		ck_assert_int_eq(oc.code, OC_CLIENT_CERT_REFUSED);
		ck_assert_str_ne(oc.advice, "");
	}
	/* What may be about the key exchange or the signature just as well. */
	ck_assert_int_eq(code_of(SSL_AD_HANDSHAKE_FAILURE, TLS_ALERT_SENT_OURS),
	    OC_HANDSHAKE_ALERT);
	ck_assert_int_eq(code_of(SSL_AD_DECRYPT_ERROR, TLS_ALERT_SENT_OURS), OC_HANDSHAKE_ALERT);
}
END_TEST

START_TEST(test_the_alert_is_named_and_when_it_came)
{
	struct outcome oc = explained(TLS13_AD_CERTIFICATE_REQUIRED, TLS_ALERT_SENT_NONE, true);

	ck_assert_has(oc.detail, "\"certificate required\" (116), after the handshake");
	oc = explained(SSL_AD_UNKNOWN_CA, TLS_ALERT_SENT_OURS, false);
	ck_assert_has(oc.detail, "\"unknown CA\" (48)");
	ck_assert_ptr_null(strstr(oc.detail, "after"));
	/* A server with --strict-sni, and OpenSSL 3.0 has no name for it. */
	oc = explained(SSL_AD_MISSING_EXTENSION, TLS_ALERT_NOT_ASKED, false);
	ck_assert_has(oc.detail, "\"missing extension\" (109)");
	oc = explained(SSL_AD_INAPPROPRIATE_FALLBACK, TLS_ALERT_NOT_ASKED, false);
	ck_assert_has(oc.detail, "\"inappropriate fallback\" (86)");
}
END_TEST

CHECK_MAIN("tls_alert",
    test_who_was_not_asked_is_told_of_parameters_at_most,
    test_none_was_sent,
    test_ours_was_refused,
    test_the_alert_is_named_and_when_it_came)
