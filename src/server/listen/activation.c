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

/* SD_LISTEN_FDS_START of sd-daemon.h. */
enum { FIRST_FD = 3 };

static const char unnamed[] = "unknown"; /* what sd_listen_fds_with_names(3) says */

/* 0, too, when the sockets are for another process: a wrapper that did not exec us, say. */
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
		    "LISTEN_FDNAMES does not name as many sockets as LISTEN_FDS has: %u", count);
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
			    "LISTEN_FDS is %u, but of descriptor %d it is said", count,
			    a->item[i].fd);
	}
	a->count = a->given = count;
	return 0;
}

void activation_close_others(void)
{
	enum { FALLBACK_MAX = 65536 };
	unsigned first = 0;

	/* Variables that make no sense are complained of by activation_open. */
	(void)count_given(getenv("LISTEN_PID"), getenv("LISTEN_FDS"), &first, NULL);
	first += FIRST_FD;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
#endif
	/* A kernel before 5.9, or a filter around us: as far as a process usually gets. */
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
	/* What is started after us must not take them for its own. */
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
		    "one of these names, or FileDescriptorName=%s in the socket unit", name);
	} else {
		outcome_set(oc, OC_LISTEN, "%s systemd%s%s: no socket was handed over%s", option,
		    name[0] ? ":" : "", name, a->given ? " that is not taken already" : "");
		outcome_advise(oc,
		    "systemctl start the socket unit, and not the program alone; to try it: "
		    "systemd-socket-activate -l 8443 hello-server --listen systemd");
	}
	return -1;
}

int activation_take(struct activation *a, const char *option, const char *name, int *fds,
    size_t max, size_t *count, struct outcome *oc)
{
	size_t taken = 0, left = 0;

	for (size_t i = 0; i < a->count; i++) {
		struct outcome why = OUTCOME_NONE;

		if (!is_asked_for(a, i, name))
			continue;
		if (taken++ == max)
			return outcome_set(oc, OC_LISTEN,
			    "%s systemd: more than %zu sockets were handed over", option, max);
		if (socket_adopt_listener(a->item[i].fd, &why) != 0) {
			outcome_set(oc, OC_LISTEN, "%s systemd: \"%s\": %s", option,
			    a->item[i].name, why.detail);
			outcome_advise(oc,
			    "the socket unit needs ListenStream= and must not say Accept=yes");
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
