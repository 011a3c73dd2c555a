/* SPDX-License-Identifier: MIT */
#include "tls/quic_failure.h"

#ifdef HELLO_QUIC

#include <openssl/quic.h>
#include <openssl/ssl.h>

#include "tls/alert.h"
#include "tls/conn_parts.h"
#include "tls/error.h"
#include "tls/quic_end.h"

static struct tls_error_about about_of(const struct tls_conn *t)
{
	return (struct tls_error_about){ .ssl = t->ssl,
		.wire = &t->wire,
		.asked = t->asked,
		.offers = &t->offers };
}

static int explain_versions(const struct quic_wire *d, struct outcome *oc)
{
	const struct quic_packet_versions *v = &d->versions;
	const bool unknown = d->unknown_version;
	char text[QUIC_PACKET_VERSIONS_TEXT_MAX];

	quic_packet_versions_text(v, text);
	if (unknown)
		return outcome_set(oc, OC_HANDSHAKE_PARAMETERS,
		    "the client asked for an unknown version of QUIC; the server offers %s", text);
	if (v->has_1) {
		outcome_set(oc, OC_HANDSHAKE_PARAMETERS,
		    "the server rejects version 1 of QUIC, and then offers it: %s", text);
		outcome_advise(oc, "the server, or something in front of it, violates RFC 9000");
		return -1;
	}
	outcome_set(oc, OC_HANDSHAKE_PARAMETERS,
	    "the server does not speak version 1 of QUIC; it offers %s", text);
	outcome_advise(oc, "enable version 1 (RFC 9000) on the server");
	return -1;
}

bool quic_failure_is_foreign(const struct tls_conn *t, struct outcome *oc)
{
	const struct quic_wire *d = &t->quic->wire;

	if (!d->udp.echoed && d->negotiations > 0 && d->negotiations == d->udp.received) {
		explain_versions(d, oc);
		return true;
	}
	return udp_wire_is_foreign(&d->udp, d->possible, "QUIC", oc);
}

/* The peer closed the connection on purpose, above QUIC. */
static void explain_application(const struct tls_conn *t, const SSL_CONN_CLOSE_INFO *info,
    bool open, struct outcome *oc)
{
	unsigned long long code = (unsigned long long)info->error_code;

	if (!open)
		outcome_set(oc, OC_HANDSHAKE_CLOSED,
		    "the peer closed the connection during the handshake, with the code %llu",
		    code);
	else if (t->quic->heard)
		outcome_set(oc, OC_GREETING_TRUNCATED,
		    "the peer closed the connection before the end of its stream, with the "
		    "code %llu",
		    code);
	else
		outcome_set(oc, OC_GREETING_EMPTY,
		    "the peer closed the connection before it sent data, with the code %llu",
		    code);
	quic_end_append_reason(info, oc);
	if (!open && info->reason_len > 0)
		outcome_advise(oc, "its log may have more about this reason");
	if (open && t->quic->heard)
		outcome_advise(oc, "do not trust the data, it is incomplete: check the service");
}

enum { ERROR_NONE = 0, ERROR_CONNECTION_REFUSED = 2 };

static void explain_transport(const struct tls_conn *t, const SSL_CONN_CLOSE_INFO *info,
    bool open, struct outcome *oc)
{
	const enum outcome_code failed = open ? OC_GREETING_RESET : OC_HANDSHAKE_FAILED;
	const bool refused = info->error_code == ERROR_CONNECTION_REFUSED && !open;

	/* The library reports a stateless reset (RFC 9000 section 10.3) so, without words. */
	if (info->error_code == ERROR_NONE && (!open || info->reason_len > 0)) {
		explain_application(t, info, open, oc);
		return;
	}

	if (quic_end_is_alert(info)) {
		tls_alert_explain((int)(info->error_code - QUIC_END_CRYPTO), tls_conn_identity(t),
		    open, oc);
		quic_end_append_reason(info, oc);
		return;
	}
	if (info->error_code == ERROR_NONE)
		outcome_set(oc, failed,
		    "the peer ended the connection without an error, or does not know it any more "
		    "(a stateless reset)");
	else
		outcome_set(oc, refused ? OC_HANDSHAKE_CLOSED : failed,
		    "the peer ended the connection with the QUIC error %s (0x%llx)",
		    quic_packet_error_name(info->error_code),
		    (unsigned long long)info->error_code);
	quic_end_append_reason(info, oc);
	if (!open && !refused)
		outcome_advise(oc,
		    "the peer, or a device on the path, violates QUIC: its log may have the "
		    "reason");
	if (refused)
		outcome_advise(oc,
		    "the server accepts no connection now: it is overloaded or shutting down; its "
		    "log may have the reason");
}

/* The shorter idle timeout of both ends is over (RFC 9000 section 10.1). */
static void explain_idle(const struct tls_conn *t, bool open, struct outcome *oc)
{
	if (!open && quic_failure_is_foreign(t, oc))
		return;
	outcome_set(oc, open ? OC_GREETING_TIMEOUT : OC_HANDSHAKE_TIMEOUT,
	    "the peer sent nothing for so long that the idle timeout of QUIC ended the connection");
	outcome_advise(oc, open
		? "the handshake succeeded: the server or the path to it failed after that"
		: "more time does not help: the server or the path to it failed after the first "
		  "answer");
}

/* This end closed it; the queue of errors has the library's reason. */
static void explain_own(const struct tls_conn *t, const SSL_CONN_CLOSE_INFO *info, bool open,
    struct outcome *oc)
{
	const struct tls_error_about about = about_of(t);

	if (info->error_code == OSSL_QUIC_LOCAL_ERR_IDLE_TIMEOUT)
		explain_idle(t, open, oc);
	else if (quic_end_is_alert(info) && !open)
		tls_error_explain(&about, false, open, oc);
	else
		outcome_set(oc, open ? OC_GREETING_TRUNCATED : OC_HANDSHAKE_FAILED,
		    "the peer violates QUIC: %s (0x%llx)%s%.*s",
		    quic_packet_error_name(info->error_code),
		    (unsigned long long)info->error_code, info->reason_len > 0 ? ", " : "",
		    (int)(info->reason_len < 100 ? info->reason_len : 100),
		    info->reason ? info->reason : "");
}

void quic_failure_explain(const struct tls_conn *t, bool open, struct outcome *oc)
{
	const struct quic_wire *d = &t->quic->wire;
	const struct tls_error_about about = about_of(t);
	SSL_CONN_CLOSE_INFO info = { 0 };
	const bool ended = SSL_get_conn_close_info(t->ssl, &info, sizeof info) == 1;
	const bool own = ended && (info.flags & SSL_CONN_CLOSE_FLAG_LOCAL) != 0;

	/* The peer's last words are worth more than the error after them. */
	if ((t->wire.recv_errno || t->wire.send_errno) && (!ended || own))
		tls_error_vanished(&about, open, oc);
	else if (!open && (!ended || own) && d->negotiations > 0 && !d->versions.has_1)
		explain_versions(d, oc);
	else if (!ended)
		tls_error_explain(&about, false, open, oc);
	else if (own)
		explain_own(t, &info, open, oc);
	else if (info.flags & SSL_CONN_CLOSE_FLAG_TRANSPORT)
		explain_transport(t, &info, open, oc);
	else
		explain_application(t, &info, open, oc);
}

#endif
