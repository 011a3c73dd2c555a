/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONFINE_SANDBOX_H
#define HELLO_SERVER_CONFINE_SANDBOX_H

#include "base/outcome.h"

/*
 * What a process that talks to peers can still do when somebody has taken it
 * over: use the descriptors that it has, and nothing else. Two mechanisms of
 * the kernel, one file each: landlock(7) takes the file system and new TCP
 * connections, seccomp(2) takes all system calls but those on a list.
 */
enum sandbox_mode {
	SANDBOX_AUTO,    /* what this kernel and this build have */
	SANDBOX_REQUIRE, /* all of it, or no service */
	SANDBOX_OFF
};

enum { SANDBOX_TEXT_MAX = 64 };

/*
 * What will be in force, such as "landlock-6,seccomp" or "none", without
 * entering it. Returns 0, or -1 with OC_PRIVILEGES when it is required and
 * something is missing.
 */
int sandbox_probe(enum sandbox_mode mode, char text[SANDBOX_TEXT_MAX], struct outcome *oc);

/*
 * Enter, for good; needs no_new_privs, see privdrop. Nothing can be opened,
 * bound, connected, forked or executed afterwards; exec and ptrace end the
 * process, and nobody but root can trace it. -1 with OC_PRIVILEGES: this process must not serve.
 */
int sandbox_enter(enum sandbox_mode mode, struct outcome *oc);

/*
 * The mechanisms. version: 0 when this kernel has it not, or how much of it
 * there is. enter: 0, or -1 with OC_PRIVILEGES.
 */
int sandbox_landlock_version(void);
int sandbox_landlock_enter(struct outcome *oc);
int sandbox_seccomp_version(void);
int sandbox_seccomp_enter(struct outcome *oc);

#endif
