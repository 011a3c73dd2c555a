/* SPDX-License-Identifier: MIT */
#include "support/notified.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int manager = -1;
static char name[sizeof((struct sockaddr_un *)0)->sun_path];

void notified_end(void)
{
	if (manager >= 0)
		close(manager);
	manager = -1;
	if (name[0] == '/')
		unlink(name);
}

const char *notified_begin(const char *first)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	socklen_t len = offsetof(struct sockaddr_un, sun_path);

	notified_end();
	snprintf(name, sizeof name, "%shello-tls-notified-%ld", first, (long)getpid());
	memcpy(at.sun_path, name, strlen(name));
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (manager < 0 ||
	    bind(manager, (struct sockaddr *)&at, len + (socklen_t)strlen(name)) != 0 ||
	    setenv("NOTIFY_SOCKET", name, 1) != 0) {
		perror(name);
		abort();
	}
	return name;
}

const char *notified_next(void)
{
	static char text[4096];
	ssize_t n = recv(manager, text, sizeof text - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}
