/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_FUZZ_SERVICE_H
#define HELLO_TESTS_FUZZ_SERVICE_H

#include <stdbool.h>

#include "server/conn/conn.h"
#include "server/service/service.h"
#include "support/test_pki.h"

/* What targets serve that play whole connections; each phase may last so long. */
enum { FUZZ_PHASE_MS = 1000 };

extern const struct conn_plan fuzz_plan;

/* The CA of everything here, made at the first call. */
const struct testpki_cert *fuzz_ca(void);

/*
 * Work for a moment in a folder with ca.pem, chain.pem and key.pem ("a.test"), wild.pem and
 * wild.key ("*.b.test"); then go back to where libFuzzer was started: it names what it finds from
 * there.
 */
void fuzz_enter_folder(void);
void fuzz_leave_folder(void);

/* Made at the first call, with a certificate of that moment; it greets with "hello". */
struct service *fuzz_service(void);

/* The same, asking clients for a certificate of fuzz_ca; listed: and on the list fuzz_clients. */
struct service *fuzz_asking_service(bool listed);
const struct client_allow *fuzz_clients(void);

/*
 * A service that answers to "a.test", and to names of one label below "b.test"; strict: to
 * no other; over DTLS, too. Made at the first call.
 */
struct service *fuzz_named_service(bool strict);

/* The peer has said its last: the connection has to end when the deadlines are over. */
void fuzz_finish(struct conn *c, int peer);

#endif
