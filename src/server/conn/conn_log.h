/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_CONN_LOG_H
#define HELLO_SERVER_CONN_CONN_LOG_H

#include "server/conn/conn.h"

/*
 * Writes the log line of a connection, at its end. A connection without a byte is a
 * health check, logged only at level debug. Costs nothing if the line is not wanted.
 */
void conn_log_write(const struct conn_record *r);

#endif
