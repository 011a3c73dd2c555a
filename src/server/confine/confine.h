/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONFINE_CONFINE_H
#define HELLO_SERVER_CONFINE_CONFINE_H

#include "base/outcome.h"
#include "server/confine/privdrop.h"
#include "server/confine/sandbox.h"

struct confine_options {
	const char *user, *group; /* of whoever talks to peers; NULL: privdrop's defaults */
	enum sandbox_mode sandbox;
};

/*
 * Give up privileges, then enter the sandbox: what every process does that talks
 * to peers, before their first byte. -1 with OC_PRIVILEGES: it must not serve.
 */
int confine_enter(const struct privdrop *who, enum sandbox_mode mode, struct outcome *oc);

/*
 * confine_enter in a child that ends at once: whether it can succeed is known
 * only when it was tried. Blocks until the child has ended. Returns 0, or -1 with
 * the outcome that a worker would have.
 */
int confine_rehearse(const struct privdrop *who, enum sandbox_mode mode, struct outcome *oc);

#endif
