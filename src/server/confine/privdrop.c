/* SPDX-License-Identifier: MIT */
#include "server/confine/privdrop.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/options.h"

static int no_such_user(const char *user, bool asked, struct outcome *oc)
{
	outcome_set(oc, OC_PRIVILEGES, "started as root, and there is no user \"%s\"", user);
	if (!asked)
		outcome_advise(oc,
		    "create it with systemd-sysusers hello-tls.conf, or with useradd --system "
		    "--user-group --no-create-home --shell /usr/sbin/nologin %s; or use --user "
		    "NAME",
		    user);
	else
		outcome_advise(oc, "use an existing user; getent passwd lists them");
	return -1;
}

/* A number for chown(2), whose highest value means "unchanged". */
static bool is_number(const char *text, unsigned *number)
{
	return options_uint("", text, 0, UINT_MAX - 1, number, NULL) == 0;
}

static bool find_user(const char *user, uid_t *uid, gid_t *gid)
{
	const struct passwd *entry = getpwnam(user);
	unsigned number = 0;

	if (!entry && !is_number(user, &number))
		return false;
	if (!entry)
		entry = getpwuid(number);
	*uid = entry ? entry->pw_uid : number;
	*gid = entry ? entry->pw_gid : number;
	return true;
}

static int resolve_group(const char *group, gid_t *gid, struct outcome *oc)
{
	const struct group *entry;
	unsigned number = 0;

	if (!group)
		return 0;
	entry = getgrnam(group);
	if (!entry && !is_number(group, &number))
		return outcome_set(oc, OC_PRIVILEGES, "there is no group \"%s\"", group);
	*gid = entry ? entry->gr_gid : number;
	return 0;
}

/* Without root the process cannot change its user. */
static int stay(const char *user, const char *group, struct privdrop *out, struct outcome *oc)
{
	const struct privdrop self = { .uid = geteuid(), .gid = getegid() };
	gid_t gid = self.gid, ignored;
	uid_t uid = self.uid;

	if (resolve_group(group, &gid, oc) != 0)
		return -1;
	if ((user && (!find_user(user, &uid, &ignored) || uid != self.uid)) || gid != self.gid) {
		outcome_set(oc, OC_PRIVILEGES, "only root can become %s \"%s\"",
		    gid != self.gid ? "group" : "user", gid != self.gid ? group : user);
		outcome_advise(oc, "start it as root, or omit --user and --group");
		return -1;
	}
	*out = self;
	return 0;
}

int privdrop_resolve(const char *user, const char *group, struct privdrop *out, struct outcome *oc)
{
	const char *name = user ? user : PRIVDROP_DEFAULT_USER;
	struct privdrop found = { .change = true };

	if (geteuid() != 0)
		return stay(user, group, out, oc);
	if (!find_user(name, &found.uid, &found.gid))
		return no_such_user(name, user != NULL, oc);
	if (resolve_group(group, &found.gid, oc) != 0)
		return -1;
	if (found.uid == 0 || found.gid == 0) {
		outcome_set(oc, OC_PRIVILEGES, "workers do not run as root, and %s \"%s\" is root",
		    found.uid == 0 ? "user" : "group", found.uid == 0 || !group ? name : group);
		outcome_advise(oc, "use --user NAME with an account that owns nothing");
		return -1;
	}
	*out = found;
	return 0;
}

void privdrop_no_core(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
}

/* capset(2) has no wrapper in libc. */
static int set_no_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0, 0, 0 } };

	return (int)syscall(SYS_capset, &header, none);
}

/*
 * Denies capabilities also to any program that this process may execute. Only a privileged
 * process can do this; for others it changes nothing.
 */
static void empty_bounding_set(void)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0; cap++)
		;
}

static bool has_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct now[_LINUX_CAPABILITY_U32S_3] = { { 0, 0, 0 } };

	if (syscall(SYS_capget, &header, now) != 0)
		return true;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		if (now[i].effective || now[i].permitted || now[i].inheritable)
			return true;
	}
	return false;
}

/* Root without capabilities, or in a user namespace without other users. */
static int cannot_change(const char *what, unsigned id, struct outcome *oc)
{
	outcome_set_errno(oc, OC_PRIVILEGES, "cannot become %s %u", what, id);
	outcome_advise(oc,
	    "start it as its intended user instead of root; or give root CAP_SETUID "
	    "and CAP_SETGID, and a user namespace that maps this %s",
	    what);
	return -1;
}

static int change_user(const struct privdrop *who, struct outcome *oc)
{
	/* Only this order works: each step removes the right to do the one before it. */
	if (setgroups(0, NULL) != 0 || setresgid(who->gid, who->gid, who->gid) != 0)
		return cannot_change("group", who->gid, oc);
	if (setresuid(who->uid, who->uid, who->uid) != 0)
		return cannot_change("user", who->uid, oc);
	return 0;
}

static int prove(const struct privdrop *who, struct outcome *oc)
{
	uid_t uid[3];
	gid_t gid[3];

	if (getresuid(&uid[0], &uid[1], &uid[2]) != 0 || getresgid(&gid[0], &gid[1], &gid[2]) != 0)
		return outcome_set_errno(oc, OC_PRIVILEGES,
		    "cannot read the user and groups of this process");
	for (int i = 0; i < 3; i++) {
		if (uid[i] != who->uid || gid[i] != who->gid)
			return outcome_set(oc, OC_PRIVILEGES,
			    "part of this process is still user %u, group %u",
			    (unsigned)uid[i], (unsigned)gid[i]);
	}
	/*
	 * Group 0 alone is not root: containers start any user with it, and it could
	 * not be dropped.
	 */
	if (setuid(0) == 0 || (who->gid != 0 && setgid(0) == 0))
		return outcome_set(oc, OC_PRIVILEGES, "the process could become root again");
	if (has_capabilities())
		return outcome_set(oc, OC_PRIVILEGES, "the process still has capabilities");
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return outcome_set(oc, OC_PRIVILEGES, "the process could gain privileges by exec");
	return 0;
}

int privdrop_apply(const struct privdrop *who, struct outcome *oc)
{
	privdrop_no_core();
	empty_bounding_set();
	if (who->change && change_user(who, oc) != 0)
		return -1;
	/*
	 * A service manager's own filter may forbid these two calls although there is
	 * nothing to drop: the checks decide, not their results.
	 */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	(void)set_no_capabilities();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return outcome_set_errno(oc, OC_PRIVILEGES, "cannot disable new privileges");
	return prove(who, oc);
}
