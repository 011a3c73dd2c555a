/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SERVICES_MESSAGE_DIALOGUE_H
#define HELLO_CLIENT_SERVICES_MESSAGE_DIALOGUE_H

#include "client/services/dialogue.h"

/* Protocols whose binary messages begin with their length: one request for TLS, one answer. */
extern const struct dialogue_kind mysql_starttls, mssql_starttls, rdp_starttls;

#endif
