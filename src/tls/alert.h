/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_ALERT_H
#define HELLO_TLS_ALERT_H

#include <stdbool.h>

#include "base/outcome.h"

/* What a peer's alert means: RFC 8446 section 6, RFC 5246 section 7.2. */

/* An alert can be about our certificate only where we were asked for one. */
enum tls_alert_identity {
	TLS_ALERT_NOT_ASKED, /* and on servers, which always show theirs */
	TLS_ALERT_SENT_NONE, /* asked, and had none, or none that the server can read */
	TLS_ALERT_SENT_OURS  /* and proved to have its key */
};

/*
 * Record the alert that ended a connection: CLIENT_CERT_REQUIRED and
 * CLIENT_CERT_REFUSED where it can have no other meaning, HANDSHAKE_PARAMETERS
 * as well, else HANDSHAKE_ALERT. open: our side of the handshake was done; with
 * TLS 1.3 a server judges the client only then. Returns -1.
 */
int tls_alert_explain(int alert, enum tls_alert_identity identity, bool open, struct outcome *oc);

#endif
