/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_POSTGRES_DIALOGUE_H
#define HELLO_CLIENT_SERVICES_POSTGRES_DIALOGUE_H

#include "client/services/dialogue.h"

/* Before TLS: SSLRequest. */
extern const struct dialogue_kind postgres_starttls;

/* Inside TLS: the beginning of a login, up to what it asks for. */
extern const struct dialogue_kind postgres_admission;

#endif
