/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_CONN_LOG_H
#define HELLO_SERVER_CONN_CONN_LOG_H

#include "server/conn/conn.h"

/*
 * The line that each connection has in the log, at its end. One that came and
 * went without a byte is a health check, and of interest at debug level only.
 * Costs nothing when such a line is not wanted.
 */
void conn_log_write(const struct conn_record *r);

#endif
