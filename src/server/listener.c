/* SPDX-License-Identifier: MIT */
#include "server/listener.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/sock.h"

static int open_one(struct listener_set *set, const struct addr *at, struct outcome *oc)
{
	struct listener *l = &set->item[set->count];

	/* The kernel cuts the backlog to net.core.somaxconn. */
	if (sock_listen(at, SOMAXCONN, &l->fd, oc) != 0)
		return -1;
	set->count++;
	return sock_local(l->fd, &l->at, oc);
}

/* IPv6 first: where port 0 was asked for, IPv4 then takes the port that IPv6 got. */
static int open_both(struct listener_set *set, const struct addr *any6, struct addr any4,
    struct outcome *oc)
{
	struct outcome v6 = OUTCOME_NONE;

	if (open_one(set, any6, &v6) == 0) {
		addr_set_port(&any4, addr_port(&set->item[0].at));
	} else if (v6.sys_errno != EAFNOSUPPORT && v6.sys_errno != EADDRNOTAVAIL) {
		/* Only a machine without IPv6 is served by IPv4 alone. */
		*oc = v6;
		return -1;
	}
	return open_one(set, &any4, oc);
}

static int open_all(struct listener_set *set, const char *port, struct outcome *oc)
{
	enum { ATTEMPTS = 16 };
	struct addr any6, any4;

	if (addr_parse("::", port, &any6, oc) != 0 || addr_parse("0.0.0.0", port, &any4, oc) != 0)
		return -1;
	/* Port 0: what is free in IPv6 may be somebody's in IPv4; the kernel knows more ports. */
	for (int i = 1; i < ATTEMPTS && addr_port(&any6) == 0; i++) {
		struct outcome tried = OUTCOME_NONE;

		if (open_both(set, &any6, any4, &tried) == 0)
			return 0;
		listener_set_close(set);
		if (tried.sys_errno != EADDRINUSE)
			break;
	}
	return open_both(set, &any6, any4, oc);
}

int listener_set_open(struct listener_set *set, const struct server_options *o, struct outcome *oc)
{
	int ret = 0;

	set->count = 0;
	if (o->listen_count == 0)
		ret = open_all(set, o->port, oc);
	for (size_t i = 0; ret == 0 && i < o->listen_count; i++)
		ret = open_one(set, &o->listen[i], oc);
	if (ret != 0)
		listener_set_close(set);
	return ret;
}

void listener_set_close(struct listener_set *set)
{
	while (set->count > 0)
		close(set->item[--set->count].fd);
}
