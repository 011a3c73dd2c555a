/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONFINE_PRIVDROP_H
#define HELLO_SERVER_CONFINE_PRIVDROP_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/outcome.h"

/* The default user of a worker if the server was started as root. */
#define PRIVDROP_DEFAULT_USER "hello-tls"

/* The identity of a worker. */
struct privdrop {
	bool change; /* false: not started as root, keeps its user */
	uid_t uid;
	gid_t gid;
};

/*
 * Looks the names up, in the master: a worker reads no file. user and group may be
 * NULL: the default user, and the user's own group. Both may be numbers; a number
 * without an account is used as it is, as a user also for its group. Root is rejected;
 * without root the server keeps its user and groups, even group 0. Returns 0, or -1
 * with OC_PRIVILEGES.
 */
int privdrop_resolve(const char *user, const char *group, struct privdrop *out, struct outcome *oc);

/*
 * Drops for good, in this process: user, group and supplementary groups, all
 * capabilities (capabilities(7)), new privileges by exec (PR_SET_NO_NEW_PRIVS) and core
 * dumps. Then verifies that nothing can be regained. -1 with OC_PRIVILEGES: this
 * process must not serve.
 */
int privdrop_apply(const struct privdrop *who, struct outcome *oc);

/* Disables core dumps of this process and its children: they would contain the keys. */
void privdrop_no_core(void);

#endif
