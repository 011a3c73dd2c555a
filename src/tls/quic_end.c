/* SPDX-License-Identifier: MIT */
#include "tls/quic_end.h"

#include <string.h>

#include <openssl/ssl.h>

#include "base/text.h"
#include "tls/alert.h"
#include "tls/conn.h"
#include "tls/conn_parts.h"
#include "tls/error.h"
#include "tls/quic_packet.h"

enum { ERROR_INTERNAL = 1 };

static bool get(SSL *ssl, SSL_CONN_CLOSE_INFO *info)
{
	return SSL_get_conn_close_info(ssl, info, sizeof *info) == 1;
}

bool quic_end_is_closed(SSL *ssl)
{
	SSL_CONN_CLOSE_INFO info;

	return get(ssl, &info);
}

bool quic_end_is_own(SSL *ssl)
{
	SSL_CONN_CLOSE_INFO info;

	return get(ssl, &info) && (info.flags & SSL_CONN_CLOSE_FLAG_LOCAL) != 0;
}

bool quic_end_is_clean(SSL *ssl)
{
	SSL_CONN_CLOSE_INFO info;

	return get(ssl, &info) && !(info.flags & SSL_CONN_CLOSE_FLAG_LOCAL) &&
	    info.error_code == 0;
}

bool quic_end_is_alert(const SSL_CONN_CLOSE_INFO *info)
{
	return (info->flags & SSL_CONN_CLOSE_FLAG_TRANSPORT) != 0 &&
	    info->error_code >= QUIC_END_CRYPTO && info->error_code < 2 * QUIC_END_CRYPTO;
}

void quic_end_append_reason(const SSL_CONN_CLOSE_INFO *info, struct outcome *oc)
{
	/* OpenSSL repeats here that it is an alert. */
	static const char no_words[] = "handshake alert";
	char words[128];
	struct text t;

	if (!info->reason || info->reason_len == 0 ||
	    (info->reason_len == sizeof no_words - 1 &&
		memcmp(info->reason, no_words, sizeof no_words - 1) == 0))
		return;
	text_begin(&t, words, sizeof words);
	text_add_bytes(&t, info->reason, text_fit(info->reason, info->reason_len, 100), "\"");
	outcome_append(oc, ": \"%s\"", words);
}

static void explain_own(struct tls_conn *t, const SSL_CONN_CLOSE_INFO *info, bool open,
    struct outcome *oc)
{
	const struct tls_error_about about = { .ssl = t->ssl, .wire = &t->wire,
		.asked = t->asked, .offers = &t->offers };

	if (info->error_code == OSSL_QUIC_LOCAL_ERR_IDLE_TIMEOUT) {
		outcome_set(oc, open ? OC_GREETING_TIMEOUT : OC_HANDSHAKE_TIMEOUT,
		    "the client sent nothing until the idle timeout of QUIC");
		return;
	}
	if (quic_end_is_alert(info)) {
		tls_conn_give_up(t, (int)(info->error_code - QUIC_END_CRYPTO));
		if (!open) {
			/* Brings the library's reason back into the queue of errors. */
			tls_error_clear();
			(void)SSL_do_handshake(t->ssl);
			tls_error_explain(&about, false, false, oc);
			return;
		}
		outcome_set(oc, OC_RECORD_BAD,
		    "the client sent invalid TLS after the handshake, and got the alert \"%s\"",
		    tls_alert_name((int)(info->error_code - QUIC_END_CRYPTO)));
		return;
	}
	/* Not a fault of the client. */
	if (info->error_code == ERROR_INTERNAL) {
		outcome_set(oc, open ? OC_GREETING_RESET : OC_HANDSHAKE_FAILED,
		    "OpenSSL gave the connection up: INTERNAL_ERROR (0x1)");
		quic_end_append_reason(info, oc);
		return;
	}
	outcome_set(oc, open ? OC_RECORD_BAD : OC_HANDSHAKE_FAILED,
	    "the client violates QUIC: %s (0x%llx)", quic_packet_error_name(info->error_code),
	    (unsigned long long)info->error_code);
	quic_end_append_reason(info, oc);
}

void quic_end_explain(struct tls_conn *t, bool open, struct outcome *oc)
{
	SSL_CONN_CLOSE_INFO info = { 0 };
	unsigned long long code;

	if (!get(t->ssl, &info))
		return;
	code = (unsigned long long)info.error_code;
	if (info.flags & SSL_CONN_CLOSE_FLAG_LOCAL) {
		explain_own(t, &info, open, oc);
	} else if (quic_end_is_alert(&info)) {
		tls_alert_explain((int)(code - QUIC_END_CRYPTO), tls_conn_identity(t), open, oc);
	} else {
		outcome_set(oc, open ? OC_GREETING_RESET : OC_HANDSHAKE_CLOSED,
		    info.flags & SSL_CONN_CLOSE_FLAG_TRANSPORT
			? "the client ended the connection %s with the QUIC error %s (0x%llx)"
			: "the client closed the connection %s with%s the code 0x%llx",
		    open ? "before it acknowledged the whole greeting," : "during the handshake,",
		    info.flags & SSL_CONN_CLOSE_FLAG_TRANSPORT ? quic_packet_error_name(code) : "",
		    code);
		quic_end_append_reason(&info, oc);
	}
}
