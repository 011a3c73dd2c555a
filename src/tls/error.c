/* SPDX-License-Identifier: MIT */
#include "tls/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tls/alert.h"
#include "tls/first_bytes.h"
#include "tls/params.h"

void tls_error_clear(void)
{
	/* Clearing an empty queue costs as much as clearing a full one. */
	if (ERR_peek_error() != 0)
		ERR_clear_error();
	errno = 0;
}

const char *tls_error_text(char *buf, size_t max)
{
	unsigned long first = ERR_peek_error();
	const char *reason = ERR_reason_error_string(first);

	snprintf(buf, max, "%s", reason ? reason : "the TLS library gives no reason");
	ERR_clear_error();
	return buf;
}

enum weakness tls_error_weakness(void)
{
	unsigned long first = ERR_peek_error();
	int reason = ERR_GET_LIB(first) == ERR_LIB_SSL ? ERR_GET_REASON(first) : 0;

	if (reason == SSL_R_EE_KEY_TOO_SMALL || reason == SSL_R_CA_KEY_TOO_SMALL)
		return WEAKNESS_KEY;
	return reason == SSL_R_CA_MD_TOO_WEAK ? WEAKNESS_SIGNATURE : WEAKNESS_NONE;
}

static int not_tls(const struct tls_error_about *a, struct outcome *oc)
{
	return first_bytes_explain(a->first, a->first_len, SSL_is_server(a->ssl), oc);
}

/* Whether a client was asked for a certificate, and sent one. Servers are not asked. */
enum tls_alert_identity tls_error_identity(const struct tls_error_about *a)
{
	int digest;

	if (!a->asked)
		return TLS_ALERT_NOT_ASKED;
	/*
	 * A certificate that does not fit the server's list is not sent, so check
	 * whether we signed.
	 */
	return SSL_get_signature_nid(a->ssl, &digest) == 1 ? TLS_ALERT_SENT_OURS
							   : TLS_ALERT_SENT_NONE;
}

/* Part of the first ClientHello has arrived, but not its end. */
static bool is_half_hello(const struct tls_error_about *a)
{
	OSSL_HANDSHAKE_STATE state = SSL_get_state(a->ssl);

	return SSL_is_server(a->ssl) && a->wire->received > 0 && a->wire->sent == 0 &&
	    (state == TLS_ST_BEFORE || state == TLS_ST_SR_CLNT_HELLO);
}

/* After the handshake. */
static enum outcome_code bad_record(const struct tls_error_about *a)
{
	return SSL_is_server(a->ssl) ? OC_RECORD_BAD : OC_GREETING_TRUNCATED;
}

int tls_error_vanished(const struct tls_error_about *a, bool open, struct outcome *oc)
{
	const struct tls_buffer *w = a->wire;
	int error = w->recv_errno ? w->recv_errno : w->send_errno;
	const char *when = open ? "after the handshake" : "during the handshake";

	/* A datagram that could not be sent is lost; it breaks nothing. */
	if (w->recv_errno || (error && !SSL_is_dtls(a->ssl))) {
		errno = error;
		return outcome_set_errno(oc, open ? OC_GREETING_RESET : OC_HANDSHAKE_RESET,
		    "the connection broke %s", when);
	}
	/* Datagrams have no end. */
	if (SSL_is_dtls(a->ssl))
		return outcome_set(oc, open ? bad_record(a) : OC_HANDSHAKE_FAILED,
		    "the TLS library rejected a message without a reason, as it does if one is "
		    "too long");
	if (open)
		return outcome_set(oc, OC_GREETING_TRUNCATED,
		    "the peer closed the connection without close_notify");
	if (is_half_hello(a))
		return outcome_set(oc, OC_HANDSHAKE_CLOSED,
		    "the client sent only part of its ClientHello and closed the connection");
	return outcome_set(oc, OC_HANDSHAKE_CLOSED, "the peer closed the connection %s", when);
}

/* Parts of the library other than libssl report errors while it reads certificates. */
static bool is_unreadable(const struct tls_error_about *a, unsigned long first)
{
	return ERR_reason_error_string(first) && ERR_GET_LIB(first) != ERR_LIB_SSL &&
	    !SSL_is_server(a->ssl) && SSL_get_state(a->ssl) == TLS_ST_CR_CERT;
}

/* The library's reason for a handshake that failed here; reason is libssl's, or 0. */
static void explain_handshake(const struct tls_error_about *a, unsigned long first, int reason,
    struct outcome *oc)
{
	const char *words = first ? ERR_reason_error_string(first) : NULL;

	if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
		outcome_set(oc, OC_CLIENT_CERT_REQUIRED, "the client sent no certificate");
	else if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
		outcome_set(oc, OC_CERT_INVALID, "%s",
		    X509_verify_cert_error_string(SSL_get_verify_result(a->ssl)));
	else if (reason == SSL_R_CALLBACK_FAILED)
		tls_params_explain_name(a->ssl, oc);
	else if (tls_params_are(reason))
		tls_params_explain(a->ssl, a->offers, reason, words, oc);
	else if (is_unreadable(a, first))
		outcome_set(oc, OC_CERT_INVALID, "a certificate from the peer cannot be read: %s",
		    words);
	else
		tls_params_explain_other(a->ssl, reason, words, oc);
}

bool tls_error_explain(const struct tls_error_about *a, bool broken, bool open, struct outcome *oc)
{
	unsigned long first = ERR_peek_error();
	/* Each part of the library numbers its reasons separately. */
	int reason = ERR_GET_LIB(first) == ERR_LIB_SSL ? ERR_GET_REASON(first) : 0;
	const char *words = first ? ERR_reason_error_string(first) : NULL;
	bool told = reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256;

	if (!open && !first_bytes_are_tls(a->first, a->first_len))
		not_tls(a, oc);
	else if (told)
		tls_alert_explain(reason - SSL_AD_REASON_OFFSET, tls_error_identity(a), open, oc);
	else if (broken || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING ||
	    (!first && SSL_is_dtls(a->ssl)))
		tls_error_vanished(a, open, oc);
	else if (open)
		outcome_set(oc, bad_record(a), "the peer sent invalid TLS after the handshake: %s",
		    words ? words : "no reason given");
	else
		explain_handshake(a, first, reason, oc);
	return told;
}

static const char *how_far(const struct tls_error_about *a)
{
	bool heard = a->wire->received > 0;

	if (a->wire->sated)
		return "the peer sent more than a handshake needs";
	if (!SSL_is_server(a->ssl))
		return heard ? "the peer sent part of its reply" : "the peer sent nothing";
	if (!heard)
		return "the client sent nothing";
	return is_half_hello(a) ? "the client sent only part of its ClientHello"
				: "the client stopped in the middle of it";
}

int tls_error_late(const struct tls_error_about *a, unsigned after_ms, struct outcome *oc)
{
	int error = a->wire->send_errno;

	if (!first_bytes_are_tls(a->first, a->first_len))
		return not_tls(a, oc);
	return outcome_set(oc, OC_HANDSHAKE_TIMEOUT,
	    "the handshake did not finish within %u ms; %s%s%s", after_ms, how_far(a),
	    error ? "; the last send failed: " : "", error ? strerror(error) : "");
}
