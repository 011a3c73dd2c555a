/* SPDX-License-Identifier: MIT */
#include "server/listen/activation.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/options.h"
#include "server/listen/socket.h"

/* SD_LISTEN_FDS_START of <systemd/sd-daemon.h>. */
enum { FIRST_FD = 3 };

static const char unnamed[] = "unknown"; /* the three variables, see sd_listen_fds_with_names(3) */

/*
 * Also 0 if the sockets are for another process, such as a wrapper that forked instead
 * of calling exec.
 */
static int count_given(const char *pid, const char *fds, unsigned *count, struct outcome *oc)
{
	struct outcome why = OUTCOME_NONE;
	char self[24];

	*count = 0;
	snprintf(self, sizeof self, "%ld", (long)getpid());
	if (!pid || !fds || strcmp(pid, self) != 0)
		return 0;
	if (options_uint("LISTEN_FDS", fds, 0, ACTIVATION_MAX, count, &why) != 0)
		return outcome_set(oc, OC_LISTEN, "%s", why.detail);
	return 0;
}

static int name_all(struct activation *a, unsigned count, struct outcome *oc)
{
	char *rest = a->names;
	unsigned named = 0;

	for (unsigned i = 0; i < count; i++) {
		a->item[i].name = unnamed;
		if (!rest)
			continue;
		a->item[i].name = rest;
		rest = strchr(rest, ':');
		if (rest)
			*rest++ = '\0';
		named++;
	}
	if (a->names && (named != count || rest))
		return outcome_set(oc, OC_LISTEN,
		    "LISTEN_FDS passes %u sockets, but LISTEN_FDNAMES has a different number of "
		    "names",
		    count);
	return 0;
}

static int adopt(struct activation *a, unsigned count, struct outcome *oc)
{
	if (name_all(a, count, oc) != 0)
		return -1;
	for (unsigned i = 0; i < count; i++) {
		a->item[i].fd = FIRST_FD + (int)i;
		if (fcntl(a->item[i].fd, F_SETFD, FD_CLOEXEC) != 0)
			return outcome_set_errno(oc, OC_LISTEN,
			    "LISTEN_FDS is %u, but descriptor %d is invalid", count,
			    a->item[i].fd);
	}
	a->count = a->given = count;
	return 0;
}

void activation_close_others(void)
{
	enum { FALLBACK_MAX = 65536 };
	unsigned first = 0;

	/* activation_open reports invalid variables. */
	(void)count_given(getenv("LISTEN_PID"), getenv("LISTEN_FDS"), &first, NULL);
	first += FIRST_FD;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
#endif
	/*
	 * close_range fails on a kernel before 5.9 or in a seccomp filter: close a
	 * usual number one by one.
	 */
	for (unsigned fd = first; fd < FALLBACK_MAX; fd++)
		close((int)fd);
}

int activation_open(struct activation *a, struct outcome *oc)
{
	const char *names = getenv("LISTEN_FDNAMES");
	unsigned count;
	int ret = count_given(getenv("LISTEN_PID"), getenv("LISTEN_FDS"), &count, oc);

	*a = (struct activation){ .count = 0 };
	if (ret == 0 && count > 0 && names && !(a->names = strdup(names)))
		ret = outcome_set(oc, OC_INTERNAL, "out of memory for LISTEN_FDNAMES");
	/* Child processes must not take the sockets for their own. */
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (ret == 0 && count > 0)
		ret = adopt(a, count, oc);
	if (ret != 0)
		activation_close(a);
	return ret;
}

static int is_asked_for(const struct activation *a, size_t i, const char *name)
{
	return !name[0] || strcmp(a->item[i].name, name) == 0;
}

static int complain_of_none(const struct activation *a, const char *option, const char *name,
    struct outcome *oc)
{
	char names[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < a->count && len < sizeof names; i++)
		len += (size_t)snprintf(names + len, sizeof names - len, "%s\"%s\"",
		    i > 0 ? ", " : "", a->item[i].name);
	if (a->count > 0) {
		outcome_set(oc, OC_LISTEN, "%s systemd:%s: there is no such socket, but %s", option,
		    name, names);
		outcome_advise(oc,
		    "use one of these names, or FileDescriptorName=%s in the socket unit", name);
	} else {
		outcome_set(oc, OC_LISTEN, "%s systemd%s%s: no socket was inherited%s", option,
		    name[0] ? ":" : "", name, a->given ? " that is not used already" : "");
		outcome_advise(oc,
		    "start the socket unit with systemctl, not the program alone; to try it: "
		    "systemd-socket-activate -l 8443 hello-server --listen systemd");
	}
	return -1;
}

int activation_acquire(struct activation *a, const char *option, const char *name, int *fds,
    size_t max, size_t *count, struct outcome *oc)
{
	size_t taken = 0, left = 0;

	for (size_t i = 0; i < a->count; i++) {
		struct outcome why = OUTCOME_NONE;

		if (!is_asked_for(a, i, name))
			continue;
		if (taken++ == max)
			return outcome_set(oc, OC_LISTEN,
			    "%s systemd: more than %zu sockets were inherited", option, max);
		if (socket_adopt_listener(a->item[i].fd, &why) != 0) {
			outcome_set(oc, OC_LISTEN, "%s systemd: \"%s\": %s", option,
			    a->item[i].name, why.detail);
			outcome_advise(oc,
			    "the socket unit needs ListenStream= and must not set Accept=yes");
			return -1;
		}
	}
	if (taken == 0)
		return complain_of_none(a, option, name, oc);
	*count = 0;
	for (size_t i = 0; i < a->count; i++) {
		if (is_asked_for(a, i, name))
			fds[(*count)++] = a->item[i].fd;
		else
			a->item[left++] = a->item[i];
	}
	a->count = left;
	return 0;
}

const char *activation_discard(struct activation *a)
{
	if (a->count == 0)
		return NULL;
	a->count--;
	close(a->item[a->count].fd);
	return a->item[a->count].name;
}

void activation_close(struct activation *a)
{
	while (activation_discard(a))
		;
	free(a->names);
	a->names = NULL;
}
