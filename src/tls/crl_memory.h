/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CRL_MEMORY_H
#define HELLO_TLS_CRL_MEMORY_H

#include <stdbool.h>

#include <openssl/types.h>
#include <openssl/x509.h>

#include "tls/crl.h"

/*
 * What is known about the lists of an X509_STORE, so that their length costs nothing in a
 * handshake: what each says about itself, and which keys signed it or did not. A signature
 * covers the whole list, and the library would hash all of it each time.
 *
 * A server hashes a list only for a key that a trusted CA has certified, for a CA of the list's
 * name. For each list it remembers up to CRL_MEMORY_OTHERS_MAX keys that did not sign it. A client
 * with more such certificates, expired ones included, can make the server hash the lists of that
 * name in each handshake, to judge the chain and to log why it fails. The chain does fail, because
 * no list is signed by that key, and no other CA of the chain is looked at. A CA has fewer keys of
 * one name in its life. Its owner could certify more, but is trusted.
 *
 * The memory belongs to the store and ends with it: a reload begins with none. Workers
 * inherit what the master knew, and learn the rest for themselves. Thread-safe once it is
 * attached.
 */
struct crl_memory;

enum { CRL_MEMORY_OTHERS_MAX = 255 };

/*
 * Reads these lists, which the store contains or will contain, and lets the store own what
 * is known about them; once for a store. Returns 0, or -1: out of memory.
 */
int crl_memory_attach(X509_STORE *store, const STACK_OF(X509_CRL) * lists);

/* The memory of this store; NULL: it has none. */
struct crl_memory *crl_memory_of(const X509_STORE *store);

/*
 * What crl_get and crl_judge_signature record of a list and a CA. m may be NULL, and need not
 * know the list. Whether the key of the CA signed the list is remembered, but only if
 * is_proven: a stranger may have chosen a key to fit the signature, and has any number.
 */
void crl_memory_judge(struct crl_memory *m, X509_CRL *list, X509 *issuer, bool is_proven,
    struct crl *out);

/* crl_get. */
void crl_memory_get(const struct crl_memory *m, X509_CRL *list, struct crl *out);

/* Is this key remembered for lists of this CA's name, so were both together proven once? */
bool crl_memory_has_key(struct crl_memory *m, const X509 *ca);

#endif
