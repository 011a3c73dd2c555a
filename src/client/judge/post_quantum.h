/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_POST_QUANTUM_H
#define HELLO_CLIENT_JUDGE_POST_QUANTUM_H

#include <stdbool.h>

#include "base/outcome.h"
#include "client/judge/verdict.h"
#include "tls/conn.h"

/*
 * Which parts of a connection a quantum computer could not break. A classical key exchange lets
 * somebody who records the connection today decrypt it later; a classical certificate only lets
 * somebody impersonate the server once such a computer exists.
 */
enum post_quantum_answer { POST_QUANTUM_UNKNOWN, POST_QUANTUM_NO, POST_QUANTUM_YES };

struct post_quantum {
	enum post_quantum_answer key_exchange;
	/* The leaf's key, and all signatures of the chain except a root's own. */
	enum post_quantum_answer certificate;
	/* The first classical algorithm of the chain, else that of the leaf's key; or "". */
	char algorithm[CERT_INFO_KEY_MAX + 32];
};

/* f and v may be empty, as after a handshake that failed early. */
void post_quantum_judge(const struct tls_conn_facts *f, const struct verdict *v,
    struct post_quantum *out);

/*
 * --expect-pq. offered: the client offered a post-quantum group. Returns 0 if the key exchange is
 * post-quantum, or -1 with OC_KEY_EXCHANGE_CLASSICAL.
 */
int post_quantum_expect(const struct tls_conn_facts *f, bool offered, struct outcome *oc);

#endif
