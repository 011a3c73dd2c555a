/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_ALERT_H
#define HELLO_TLS_ALERT_H

#include <stdbool.h>

#include "base/outcome.h"

/* The meaning of a peer's alert: RFC 8446 section 6, RFC 5246 section 7.2. */

/* An alert can be about our certificate only if the peer requested one. */
enum tls_alert_identity {
	TLS_ALERT_NOT_ASKED, /* also on servers, which always send theirs */
	TLS_ALERT_SENT_NONE, /* requested, but we had none that the server accepts */
	TLS_ALERT_SENT_OURS  /* we also proved that we have its key */
};

/*
 * Records the alert that ended a connection: CLIENT_CERT_REQUIRED, CLIENT_CERT_REFUSED
 * or HANDSHAKE_PARAMETERS if it can have no other meaning, else HANDSHAKE_ALERT. open:
 * our side of the handshake was complete; in TLS 1.3 a server verifies the client only
 * after that. Returns -1.
 */
int tls_alert_explain(int alert, enum tls_alert_identity identity, bool open, struct outcome *oc);

/* An alert's name: "unknown CA". Static. */
const char *tls_alert_name(int alert);

#endif
