/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_LINE_SCRIPTS_H
#define HELLO_CLIENT_SERVICES_LINE_SCRIPTS_H

#include "client/services/dialogue.h"

/* Request TLS. */
extern const struct dialogue_kind smtp_starttls, lmtp_starttls, imap_starttls, pop3_starttls,
    sieve_starttls, nntp_starttls, ftp_starttls, irc_starttls;

/* Inside TLS after STARTTLS, when the server has already sent its greeting... */
extern const struct dialogue_kind smtp_resumed, lmtp_resumed, imap_resumed, pop3_resumed,
    nntp_resumed, ftp_resumed, irc_inside;

/* ...and on a port with TLS from the start. A sieve server greets again after STARTTLS. */
extern const struct dialogue_kind smtp_inside, imap_inside, pop3_inside, sieve_inside, nntp_inside,
    ftp_inside, redis_inside;

#endif
