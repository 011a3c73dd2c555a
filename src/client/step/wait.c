/* SPDX-License-Identifier: MIT */
#include "client/step/wait.h"

#include <errno.h>

#include "base/clock.h"
#include "client/step/socket.h"

enum io wait_for_peer(const struct session *s, enum io want, uint64_t deadline_ms)
{
	uint64_t timer_ms = tls_conn_timer(s->tls), now_ms = clock_ms();

	if (timer_ms >= deadline_ms || now_ms >= deadline_ms)
		return socket_wait(s->fd, want, deadline_ms);
	if (timer_ms <= now_ms || socket_wait(s->fd, want, timer_ms) == IO_DONE)
		return IO_DONE;
	return errno == ETIMEDOUT ? IO_DONE : IO_FAILED;
}
