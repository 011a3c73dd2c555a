/* SPDX-License-Identifier: MIT */
#include "server/conn/proxy_header.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/proxy_protocol.h"

struct proxy_header *proxy_header_new(const struct access *access, const struct addr *balancer)
{
	struct proxy_header *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->access = access;
	p->balancer = *balancer;
	return p;
}

static void drop(struct proxy_header *p)
{
	free(p->held);
	p->held = NULL;
	p->held_len = 0;
}

void proxy_header_free(struct proxy_header *p)
{
	if (!p)
		return;
	drop(p);
	free(p);
}

/*
 * The balancer only connected, or aborted the connection: many balancers close a check
 * with a RST.
 */
static int left(const struct proxy_header *p, struct outcome *oc)
{
	if (p->held_len == 0)
		return outcome_set(oc, OC_HEALTH_CHECK,
		    "the balancer closed the connection without sending a byte");
	return outcome_set(oc, OC_PROXY_HEADER_BAD,
	    "the connection ended in the middle of the PROXY protocol header");
}

/* The bytes were peeked at already, so one read gets them all. */
static int consume(int fd, unsigned char *bytes, size_t len, struct outcome *oc)
{
	ssize_t n = recv(fd, bytes, len, 0);

	if (n == (ssize_t)len)
		return 0;
	return outcome_set_errno(oc, OC_INTERNAL, "received only %zd of %zu header bytes", n,
	    len);
}

static int hold(struct proxy_header *p, const unsigned char *bytes, size_t len, struct outcome *oc)
{
	unsigned char *held = realloc(p->held, len);

	if (!held)
		return outcome_set(oc, OC_INTERNAL, "out of memory for a PROXY protocol header");
	memcpy(held, bytes, len);
	p->held = held;
	p->held_len = len;
	return 0;
}

/* From here on the peer is the client; --allow and --deny apply before its first byte is read. */
static int judge(const struct proxy_header *p, const struct proxy_protocol *header,
    struct conn_record *record, struct outcome *oc)
{
	record->received = header->len;
	if (header->origin == PROXY_PROTOCOL_FORWARDED) {
		record->peer = header->source;
		record->via = &p->balancer;
	}
	if (header->origin == PROXY_PROTOCOL_LOCAL || access_permits(p->access, &record->peer))
		return 0;
	return outcome_set(oc, OC_CLIENT_DENIED, "not admitted by --allow and --deny");
}

/*
 * Peeks first, because the client's bytes follow at once and must stay in the socket.
 * But the bytes of an incomplete header are consumed: otherwise the socket would stay
 * readable, and the event loop would spin until the rest arrives.
 */
enum io proxy_header_read(struct proxy_header *p, int fd, struct conn_record *record, bool *more,
    struct outcome *oc)
{
	unsigned char bytes[PROXY_PROTOCOL_MAX + 1], *fresh = bytes + p->held_len;
	struct proxy_protocol header;
	enum parse parse;
	ssize_t n;

	if (p->held)
		memcpy(bytes, p->held, p->held_len);
	do
		n = recv(fd, fresh, sizeof bytes - p->held_len, MSG_PEEK);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return IO_WANT_READ;
	if (n <= 0) {
		left(p, oc);
		return IO_FAILED;
	}
	/* The whole buffer, until the end of the header is known. */
	record->received = p->held_len + (size_t)n;
	parse = proxy_protocol_parse(bytes, p->held_len + (size_t)n, &header, oc);
	if (parse == PARSE_BAD)
		return IO_FAILED;
	if (parse == PARSE_MORE)
		return consume(fd, fresh, (size_t)n, oc) == 0 &&
			hold(p, bytes, p->held_len + (size_t)n, oc) == 0
		    ? IO_WANT_READ
		    : IO_FAILED;
	*more = header.len < p->held_len + (size_t)n;
	if (consume(fd, fresh, header.len - p->held_len, oc) != 0)
		return IO_FAILED;
	drop(p);
	return judge(p, &header, record, oc) == 0 ? IO_DONE : IO_FAILED;
}

int proxy_header_late(const struct proxy_header *p, unsigned after_ms, struct outcome *oc)
{
	return outcome_set(oc, OC_PROXY_HEADER_BAD,
	    p->held_len == 0 ? "no PROXY protocol header arrived within %u ms"
			     : "the PROXY protocol header was incomplete after %u ms",
	    after_ms);
}
