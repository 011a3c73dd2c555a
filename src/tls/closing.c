/* SPDX-License-Identifier: MIT */
#include "tls/closing.h"

enum io tlsend_say(struct tlsio *t, enum tlsend how, struct outcome *oc)
{
	struct outcome unsaid = OUTCOME_NONE;
	enum io io = IO_DONE;

	if (how == TLSEND_COMPLETE)
		io = tlsio_close_notify(t, oc);
	else if (how == TLSEND_FAILED && tlsio_close_notify(t, &unsaid) == IO_WANT_WRITE)
		io = IO_WANT_WRITE;
	return io == IO_DONE ? tlsio_flush(t, oc) : io;
}
