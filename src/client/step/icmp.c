/* SPDX-License-Identifier: MIT */
#include "client/step/icmp.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#ifdef __linux__

#include <time.h> /* the next one uses struct timespec without including it */

#include <linux/errqueue.h>

struct meaning {
	unsigned type, code;
	const char *words;
	bool rule;
};

/* Destination unreachable; codes 9, 10 and 13 are for filters: RFC 1812 section 5.2.7.1. */
static const struct meaning v4[] = {
	{ 3, 0, "network unreachable", false },
	{ 3, 1, "host unreachable", false },
	{ 3, 2, "protocol unreachable", false },
	/* A host without a listener answers a SYN with a reset, never like this. */
	{ 3, 3, "port unreachable", true },
	{ 3, 4, "packet too big", false },
	{ 3, 6, "network unknown", false },
	{ 3, 7, "host unknown", false },
	{ 3, 9, "network administratively prohibited", true },
	{ 3, 10, "host administratively prohibited", true },
	{ 3, 13, "administratively prohibited", true },
	{ 11, 0, "time to live exceeded: a routing loop", false },
};

/* RFC 4443 section 3.1. */
static const struct meaning v6[] = {
	{ 1, 0, "no route", false },
	{ 1, 1, "administratively prohibited", true },
	{ 1, 2, "beyond the scope of the source address", false },
	{ 1, 3, "address unreachable", false },
	{ 1, 4, "port unreachable", true },
	{ 1, 5, "source address failed the policy", true },
	{ 1, 6, "route rejected", true },
	{ 2, 0, "packet too big", false },
	{ 3, 0, "hop limit exceeded: a routing loop", false },
};

static const struct meaning *find(const struct sock_extended_err *e)
{
	static const struct meaning unknown = { 0, 0, "unreachable", false };
	bool is_v6 = e->ee_origin == SO_EE_ORIGIN_ICMP6;
	const struct meaning *table = is_v6 ? v6 : v4;
	size_t count = is_v6 ? sizeof v6 / sizeof v6[0] : sizeof v4 / sizeof v4[0];

	for (size_t i = 0; i < count; i++) {
		if (table[i].type == e->ee_type && table[i].code == e->ee_code)
			return &table[i];
	}
	return &unknown;
}

/* Code 1, of both, is about the fragments of a packet. */
static bool is_expired(const struct sock_extended_err *e)
{
	return e->ee_type == (e->ee_origin == SO_EE_ORIGIN_ICMP6 ? 3 : 11) && e->ee_code == 0;
}

bool icmp_read(const void *bytes, size_t size, struct icmp_notice *out)
{
	const struct meaning *meaning;
	struct sock_extended_err e;
	struct addr from = { .len = 0 };
	size_t rest;

	if (size < sizeof e)
		return false;
	memcpy(&e, bytes, sizeof e);
	if (e.ee_origin != SO_EE_ORIGIN_ICMP && e.ee_origin != SO_EE_ORIGIN_ICMP6)
		return false;
	from.len = e.ee_origin == SO_EE_ORIGIN_ICMP ? sizeof from.ss.v4 : sizeof from.ss.v6;
	rest = size - sizeof e;
	memcpy(&from.ss, (const char *)bytes + sizeof e, rest < from.len ? rest : from.len);
	meaning = find(&e);
	*out = (struct icmp_notice){ from, meaning->words, meaning->rule, is_expired(&e) };
	return true;
}

bool icmp_receive(int fd, struct icmp_notice *out)
{
	union {
		struct cmsghdr align;
		char bytes[512];
	} control;
	char packet[64]; /* the beginning of our own packet; not used */
	struct iovec iov = { packet, sizeof packet };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes,
	};

	if (recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		bool error = (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);

		if (error && icmp_read(CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0), out))
			return true;
	}
	return false;
}

#else

bool icmp_read(const void *bytes, size_t size, struct icmp_notice *out)
{
	(void)bytes;
	(void)size;
	(void)out;
	return false;
}

bool icmp_receive(int fd, struct icmp_notice *out)
{
	(void)fd;
	(void)out;
	return false;
}

#endif
