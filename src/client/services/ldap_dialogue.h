/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_LDAP_DIALOGUE_H
#define HELLO_CLIENT_SERVICES_LDAP_DIALOGUE_H

#include "client/services/dialogue.h"

/* Before TLS: StartTLS. */
extern const struct dialogue_kind ldap_starttls;

/* Inside TLS: a search of the root DSE without a bind, and what the server lets us know of it. */
extern const struct dialogue_kind ldap_admission;

#endif
