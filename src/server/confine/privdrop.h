/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONFINE_PRIVDROP_H
#define HELLO_SERVER_CONFINE_PRIVDROP_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/outcome.h"

/* Whom a worker becomes when the server was started as root and nobody said whom. */
#define PRIVDROP_DEFAULT_USER "hello-tls"

/* Who a worker is. */
struct privdrop {
	bool change; /* false: not started as root, it stays who it is */
	uid_t uid;
	gid_t gid;
};

/*
 * Look the names up, in the master: a worker reads no file. user and group may
 * be NULL: the default user, and the user's own group. Both may be numbers; one
 * without an account stands for itself, as a user also for its group. Root is
 * refused; without root the server can only stay who it is, with any group that
 * it was started with, group 0 as well. Returns 0, or -1 with OC_PRIVILEGES.
 */
int privdrop_resolve(const char *user, const char *group, struct privdrop *out, struct outcome *oc);

/*
 * Give up for good, in this process: user, group and supplementary groups, all
 * capabilities (capabilities(7)), new privileges by exec (PR_SET_NO_NEW_PRIVS)
 * and core dumps. Then prove that nothing of it can be taken back. -1 with
 * OC_PRIVILEGES: this process must not serve.
 */
int privdrop_apply(const struct privdrop *who, struct outcome *oc);

/* No core dumps of this process and its children: they would hold the keys. */
void privdrop_no_core(void);

#endif
