/* SPDX-License-Identifier: MIT */
#include "zoo/misbehave.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/options.h"
#include "net/sock.h"

static const char *const names[MISBEHAVE_COUNT + 1] = {
	[MISBEHAVE_GOOD] = "good",
	[MISBEHAVE_NO_CLOSE_NOTIFY] = "no-close-notify",
	[MISBEHAVE_SLOW_GREETING] = "slow-greeting",
	[MISBEHAVE_STALL_HANDSHAKE] = "stall-handshake",
	[MISBEHAVE_RESET_AFTER_HELLO] = "reset-after-hello",
	[MISBEHAVE_PLAIN] = "plain",
	[MISBEHAVE_CLOSE_AT_ONCE] = "close-at-once",
	[MISBEHAVE_HUGE_GREETING] = "huge-greeting",
	[MISBEHAVE_ONE_BYTE_RECORDS] = "one-byte-records",
};

int misbehave_parse(const char *value, enum misbehave *out, struct outcome *oc)
{
	const unsigned first = MISBEHAVE_GOOD + 1; /* that one is no option */
	unsigned at;

	if (options_choice("--misbehave", value, names + first, &at, oc) != 0)
		return -1;
	*out = (enum misbehave)(first + at);
	return 0;
}

const char *misbehave_name(enum misbehave m)
{
	return names[m];
}

bool misbehave_has_no_tls(enum misbehave m)
{
	return m == MISBEHAVE_STALL_HANDSHAKE || m == MISBEHAVE_RESET_AFTER_HELLO ||
	    m == MISBEHAVE_PLAIN || m == MISBEHAVE_CLOSE_AT_ONCE;
}

enum io misbehave_meet(enum misbehave m, int fd, const char *text, size_t len)
{
	ssize_t n;

	switch (m) {
	case MISBEHAVE_STALL_HANDSHAKE:
		/* Left unread it would be announced again and again. */
		return sock_drain(fd) == IO_WANT_READ ? IO_WANT_READ : IO_FAILED;
	case MISBEHAVE_PLAIN:
		n = send(fd, text, len, MSG_NOSIGNAL);
		return n < 0 ? IO_FAILED : IO_EOF;
	case MISBEHAVE_CLOSE_AT_ONCE:
		return IO_EOF;
	default:
		return IO_FAILED;
	}
}

bool misbehave_is_slow(enum misbehave m)
{
	return m == MISBEHAVE_SLOW_GREETING || m == MISBEHAVE_ONE_BYTE_RECORDS;
}

size_t misbehave_portion(enum misbehave m, size_t len)
{
	return m == MISBEHAVE_ONE_BYTE_RECORDS ? 1 : len;
}

char *misbehave_repeat(const char *text, size_t len)
{
	char *all = malloc(MISBEHAVE_HUGE_BYTES);

	for (size_t at = 0; all && at < MISBEHAVE_HUGE_BYTES; at += len)
		memcpy(all + at, text,
		    len < MISBEHAVE_HUGE_BYTES - at ? len : MISBEHAVE_HUGE_BYTES - at);
	return all;
}
