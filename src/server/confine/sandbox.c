/* SPDX-License-Identifier: MIT */
#include "server/confine/sandbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>

/* In the order of entering: the system call filter forbids entering another one. */
static const struct mechanism {
	const char *name;
	int (*version)(void);
	int (*enter)(enum sandbox_kind kind, struct outcome *oc);
} mechanisms[] = {
#ifdef HELLO_LANDLOCK
	{ "landlock", sandbox_landlock_version, sandbox_landlock_enter },
#else
	{ "landlock", NULL, NULL },
#endif
#ifdef HELLO_SECCOMP
	{ "seccomp", sandbox_seccomp_version, sandbox_seccomp_enter },
#else
	{ "seccomp", NULL, NULL },
#endif
};

enum { MECHANISMS = sizeof mechanisms / sizeof mechanisms[0] };

/* Right after m->version() returned 0: errno is still its reason. */
static int missing(const struct mechanism *m, struct outcome *oc)
{
	const char *reason = !m->version ? "missing in this build"
	    : errno == EPERM             ? "denied by a system call filter, such as a container's"
					 : "missing in this kernel";

	outcome_set(oc, OC_PRIVILEGES, "--sandbox require: %s is %s", m->name, reason);
	outcome_advise(oc, "use --sandbox auto to use whatever is available");
	return -1;
}

static size_t describe(const struct mechanism *m, int version, char *text, size_t max, bool more)
{
	char suffix[16] = "";

	if (version > 1)
		snprintf(suffix, sizeof suffix, "-%d", version);
	return (size_t)snprintf(text, max, "%s%s%s", more ? "," : "", m->name, suffix);
}

int sandbox_probe(enum sandbox_mode mode, char text[SANDBOX_TEXT_MAX], struct outcome *oc)
{
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < MECHANISMS && mode != SANDBOX_OFF; i++) {
		const struct mechanism *m = &mechanisms[i];
		int version = m->version ? m->version() : 0;

		if (version > 0)
			len += describe(m, version, text + len, SANDBOX_TEXT_MAX - len, len > 0);
		else if (mode == SANDBOX_REQUIRE)
			return missing(m, oc);
	}
	if (len == 0)
		snprintf(text, SANDBOX_TEXT_MAX, "none");
	return 0;
}

int sandbox_enter(enum sandbox_mode mode, enum sandbox_kind kind, struct outcome *oc)
{
#ifndef HELLO_INSTRUMENTED
	/* Otherwise another process of the same user could trace this one, which holds the keys. */
	if (mode != SANDBOX_OFF && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return outcome_set_errno(oc, OC_PRIVILEGES, "cannot make this process undumpable");
#endif
	for (int i = 0; i < MECHANISMS && mode != SANDBOX_OFF; i++) {
		const struct mechanism *m = &mechanisms[i];

		if (m->version && m->version() > 0) {
			if (m->enter(kind, oc) != 0)
				return -1;
		} else if (mode == SANDBOX_REQUIRE) {
			return missing(m, oc);
		}
	}
	return 0;
}
