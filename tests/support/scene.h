/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_SCENE_H
#define HELLO_TESTS_SCENE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "support/test_pki.h"

/*
 * What the client says of a certificate, held against the truth: a scene is
 * judged as in a handshake; every sentence that comes out is compared with facts
 * that are computed from the certificates alone, and each advice is followed.
 */
enum { SENT_MAX = 3, TRUSTED_MAX = 3, SCENE_MAX = 1 + SENT_MAX + TRUSTED_MAX };

/* What every client here asks for. */
#define SCENE_NAME "a.test"
#define SCENE_STORE "--cacert ca.pem"

typedef const struct testpki_cert *pki_cert;

/* One server and what its client trusts. The leaf is sent first. */
struct scene {
	pki_cert leaf, sent[SENT_MAX], trusted[TRUSTED_MAX];
	pki_cert remedy; /* what advice like "--cacert FILE with the root" means by it */
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
