/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONFINE_SANDBOX_H
#define HELLO_SERVER_CONFINE_SANDBOX_H

#include "base/outcome.h"

/*
 * Limits what an attacker who took over a process that talks to peers can do: use the
 * open descriptors, and nothing else. Two kernel mechanisms, one file each: landlock(7)
 * denies the file system and new TCP connections, seccomp(2) denies all system calls
 * except those on a list.
 */
enum sandbox_mode {
	SANDBOX_AUTO,    /* what this kernel and this build support */
	SANDBOX_REQUIRE, /* all of it, or do not start */
	SANDBOX_OFF
};

/* What the process talks with: each kind has its own list of system calls. */
enum sandbox_kind {
	SANDBOX_STREAMS,  /* accepts connections */
	SANDBOX_DATAGRAMS /* receives and sends datagrams with the sockets that it has */
};

enum { SANDBOX_TEXT_MAX = 64 };

/*
 * Writes what will be in force, such as "landlock-6,seccomp" or "none", without
 * entering it. Returns 0, or -1 with OC_PRIVILEGES if it is required and something is
 * missing.
 */
int sandbox_probe(enum sandbox_mode mode, char text[SANDBOX_TEXT_MAX], struct outcome *oc);

/*
 * Enters it, for good; needs no_new_privs, see privdrop. Afterwards nothing can be
 * opened, bound, connected, forked or executed; exec and ptrace end the process, and
 * only root can trace it. -1 with OC_PRIVILEGES: this process must not serve.
 */
int sandbox_enter(enum sandbox_mode mode, enum sandbox_kind kind, struct outcome *oc);

/*
 * The mechanisms. version: 0 if this kernel lacks it, else its version. enter: 0, or -1
 * with OC_PRIVILEGES.
 */
int sandbox_landlock_version(void);
int sandbox_landlock_enter(enum sandbox_kind kind, struct outcome *oc);
int sandbox_seccomp_version(void);
int sandbox_seccomp_enter(enum sandbox_kind kind, struct outcome *oc);

#endif
