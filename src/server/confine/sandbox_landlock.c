/* SPDX-License-Identifier: MIT */
/*
 * landlock(7): a ruleset that handles every right the kernel knows and grants none. The
 * numbers are copied from <linux/landlock.h>, because the oldest build system has fewer
 * of them than a newer kernel supports.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/confine/sandbox.h"

struct ruleset {
	uint64_t fs;     /* LANDLOCK_ACCESS_FS_* */
	uint64_t net;    /* since 4: LANDLOCK_ACCESS_NET_{BIND,CONNECT}_TCP */
	uint64_t scoped; /* since 6: LANDLOCK_SCOPE_{ABSTRACT_UNIX_SOCKET,SIGNAL} */
};

enum { CREATE_RULESET_VERSION = 1, KNOWN_VERSION = 6 };

int sandbox_landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);

	return version < 0 ? 0 : version > KNOWN_VERSION ? KNOWN_VERSION : (int)version;
}

/* All rights of a version; a right that is not handled would be allowed. */
static void fill(struct ruleset *r, int version)
{
	unsigned fs_rights = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;

	r->fs = (UINT64_C(1) << fs_rights) - 1;
	r->net = version >= 4 ? 3 : 0;
	r->scoped = version >= 6 ? 3 : 0;
}

/* It knows TCP and unix sockets only, so it denies datagrams nothing. */
int sandbox_landlock_enter(enum sandbox_kind kind, struct outcome *oc)
{
	int version = sandbox_landlock_version(), saved;
	struct ruleset r;
	size_t size = version >= 6 ? sizeof r : version >= 4 ? 2 * sizeof r.fs : sizeof r.fs;
	long fd, ret;

	(void)kind;
	fill(&r, version);
	fd = syscall(SYS_landlock_create_ruleset, &r, size, 0);
	if (fd < 0)
		return outcome_set_errno(oc, OC_PRIVILEGES, "landlock_create_ruleset");
	ret = syscall(SYS_landlock_restrict_self, (int)fd, 0);
	saved = errno;
	close((int)fd);
	errno = saved;
	if (ret != 0)
		return outcome_set_errno(oc, OC_PRIVILEGES, "landlock_restrict_self");
	return 0;
}
