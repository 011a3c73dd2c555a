/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_SCENE_H
#define HELLO_TESTS_SCENE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "support/test_pki.h"

/*
 * Checks what the client reports about a certificate: a scene is judged as in a handshake; every
 * sentence is compared with facts that are computed from the certificates alone, and each advice is
 * followed.
 */
enum { SENT_MAX = 3, TRUSTED_MAX = 3, SCENE_MAX = 1 + SENT_MAX + TRUSTED_MAX };

/* The name that every client here requests. */
#define SCENE_NAME "a.test"
#define SCENE_STORE "--cacert ca.pem"

typedef const struct testpki_cert *pki_cert;

/* A server, and what its client trusts. The leaf is sent first. */
struct scene {
	pki_cert leaf, sent[SENT_MAX], trusted[TRUSTED_MAX];
	pki_cert remedy; /* the certificate in the advice, "--cacert FILE with the root" */
	bool lenient;    /* --no-x509-strict */
	long at_s;       /* --verify-time, from now; 0: not given */
	bool reject;     /* the first one trusted is marked "not for servers" */
};

/* Does the client accept it? Ends the test where a judgement cannot be made. */
bool scene_accepts(const struct scene *s);

/* It fails with this code and these words, and all that is said is true. */
void scene_check(const char *what, const struct scene *s, enum outcome_code code,
    const char *words);

#endif
