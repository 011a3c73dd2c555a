/* SPDX-License-Identifier: MIT */
#include "server/process/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static int make_address(struct notify *n, const char *name, struct outcome *oc)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || !name[1] || len >= sizeof n->to.sun_path)
		return outcome_set(oc, OC_INTERNAL,
		    "invalid NOTIFY_SOCKET=%s: expected a path or @NAME that fits a socket "
		    "address", name);
	n->to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(n->to.sun_path, name, len);
	n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (name[0] == '@')
		n->to.sun_path[0] = '\0'; /* unix(7): the length of the name marks its end. */
	return 0;
}

int notify_open(struct notify *n, struct outcome *oc)
{
	const char *name = getenv("NOTIFY_SOCKET");
	const struct timeval patience = { .tv_sec = 1 };
	int ret;

	n->fd = -1;
	if (!name || !name[0])
		return 0;
	ret = make_address(n, name, oc);
	unsetenv("NOTIFY_SOCKET");
	if (ret != 0)
		return -1;
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (n->fd >= 0 &&
	    setsockopt(n->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0)
		return 0;
	outcome_set_errno(oc, OC_INTERNAL, "cannot create a socket to notify the service manager");
	notify_close(n);
	return -1;
}

int notify_send(const struct notify *n, struct outcome *oc, const char *fmt, ...)
{
	char text[NOTIFY_TEXT_MAX];
	ssize_t sent;
	va_list ap;

	if (n->fd < 0)
		return 0;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	do
		sent = sendto(n->fd, text, strlen(text), MSG_NOSIGNAL,
		    (const struct sockaddr *)&n->to, n->to_len);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return 0;
	return outcome_set_errno(oc, OC_INTERNAL, "cannot notify the service manager");
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}
