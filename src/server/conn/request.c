/* SPDX-License-Identifier: MIT */
#include "server/conn/request.h"

#include <stdlib.h>

static int begin(struct http1_parser **r, struct outcome *oc)
{
	if (!*r)
		*r = calloc(1, sizeof **r);
	return *r ? 0 : outcome_set(oc, OC_INTERNAL, "out of memory for a request");
}

enum io request_read(struct http1_parser **r, struct tls_conn *tls, struct outcome *oc)
{
	char bytes[1024];
	size_t got = 0;
	enum io io = tls_conn_read(tls, bytes, sizeof bytes, &got, oc);

	if (io == IO_EOF && !*r) {
		outcome_set(oc, OC_HEALTH_CHECK, "the client sent close_notify without a request");
		return IO_FAILED;
	}
	if (io != IO_DONE && io != IO_EOF)
		return io;
	if (begin(r, oc) != 0)
		return IO_FAILED;
	http1_feed(*r, bytes, got);
	if (io == IO_EOF)
		http1_end(*r, 400, "the request's head is incomplete");
	return IO_DONE;
}

int request_late(struct http1_parser **r, struct outcome *oc)
{
	if (begin(r, oc) != 0)
		return -1;
	http1_end(*r, 408, "the request's head was incomplete at the deadline");
	return 0;
}

int request_judge(const struct http1_parser *r, struct outcome *oc)
{
	if (r->status == 200)
		return 0;
	return outcome_set(oc, r->status == 408 ? OC_REQUEST_TIMEOUT : OC_REQUEST_BAD, "%u %s: %s",
	    r->status, http1_reason(r->status), r->why);
}
