/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_XMPP_DIALOGUE_H
#define HELLO_CLIENT_SERVICES_XMPP_DIALOGUE_H

#include "client/services/dialogue.h"

/* RFC 6120 section 5.4: for clients and between servers, to request TLS and inside TLS. */
extern const struct dialogue_kind xmpp_starttls, xmpp_server_starttls, xmpp_inside,
    xmpp_server_inside;

#endif
