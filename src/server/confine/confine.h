/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONFINE_CONFINE_H
#define HELLO_SERVER_CONFINE_CONFINE_H

#include "base/outcome.h"
#include "server/confine/privdrop.h"
#include "server/confine/sandbox.h"

struct confine_options {
	const char *user, *group; /* for processes that talk to peers; NULL: privdrop's defaults */
	enum sandbox_mode sandbox;
};

/*
 * Drops privileges, then enters the sandbox, in every process that talks to peers,
 * before their first byte. -1 with OC_PRIVILEGES: the process must not serve.
 */
int confine_enter(const struct privdrop *who, enum sandbox_mode mode, enum sandbox_kind kind,
    struct outcome *oc);

/*
 * Calls confine_enter in a child that ends at once, because only a trial shows whether
 * it can succeed. Blocks until the child has ended. Returns 0, or -1 with the outcome
 * that a worker would have.
 */
int confine_rehearse(const struct privdrop *who, enum sandbox_mode mode, struct outcome *oc);

#endif
