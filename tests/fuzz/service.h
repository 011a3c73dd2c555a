/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_FUZZ_SERVICE_H
#define HELLO_TESTS_FUZZ_SERVICE_H

#include "server/conn.h"
#include "server/service.h"

/* What targets serve that play whole connections; each phase may last so long. */
enum { FUZZ_PHASE_MS = 1000 };

extern const struct conn_limits fuzz_limits;

/* Made at the first call, with a certificate of that moment; what it says is "hello". */
struct service *fuzz_service(void);

/* The peer has said its last: the connection has to end when the deadlines are over. */
void fuzz_finish(struct conn *c, int peer);

#endif
