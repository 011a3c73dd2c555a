/* SPDX-License-Identifier: MIT */
#include "zoo/misbehave.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/options.h"
#include "net/sock.h"

static const char *const names[MANNERS_COUNT + 1] = {
	[MANNERS_GOOD] = "good",
	[MANNERS_NO_CLOSE_NOTIFY] = "no-close-notify",
	[MANNERS_SLOW_GREETING] = "slow-greeting",
	[MANNERS_STALL_HANDSHAKE] = "stall-handshake",
	[MANNERS_RESET_AFTER_HELLO] = "reset-after-hello",
	[MANNERS_PLAIN] = "plain",
	[MANNERS_CLOSE_AT_ONCE] = "close-at-once",
	[MANNERS_HUGE_GREETING] = "huge-greeting",
	[MANNERS_ONE_BYTE_RECORDS] = "one-byte-records",
};

int manners_parse(const char *value, enum manners *out, struct outcome *oc)
{
	const unsigned first = MANNERS_GOOD + 1; /* that one is no option */
	unsigned at;

	if (options_choice("--misbehave", value, names + first, &at, oc) != 0)
		return -1;
	*out = (enum manners)(first + at);
	return 0;
}

const char *manners_name(enum manners m)
{
	return names[m];
}

bool manners_have_no_tls(enum manners m)
{
	return m == MANNERS_STALL_HANDSHAKE || m == MANNERS_RESET_AFTER_HELLO ||
	    m == MANNERS_PLAIN || m == MANNERS_CLOSE_AT_ONCE;
}

enum io manners_meet(enum manners m, int fd, const char *text, size_t len)
{
	ssize_t n;

	switch (m) {
	case MANNERS_STALL_HANDSHAKE:
		/* Left unread it would be announced again and again. */
		return sock_drain(fd) == IO_WANT_READ ? IO_WANT_READ : IO_FAILED;
	case MANNERS_PLAIN:
		n = send(fd, text, len, MSG_NOSIGNAL);
		return n < 0 ? IO_FAILED : IO_EOF;
	case MANNERS_CLOSE_AT_ONCE:
		return IO_EOF;
	default:
		return IO_FAILED;
	}
}

bool manners_are_slow(enum manners m)
{
	return m == MANNERS_SLOW_GREETING || m == MANNERS_ONE_BYTE_RECORDS;
}

size_t manners_portion(enum manners m, size_t len)
{
	return m == MANNERS_ONE_BYTE_RECORDS ? 1 : len;
}

char *manners_repeat(const char *text, size_t len)
{
	char *all = malloc(MANNERS_HUGE_BYTES);

	for (size_t at = 0; all && at < MANNERS_HUGE_BYTES; at += len)
		memcpy(all + at, text,
		    len < MANNERS_HUGE_BYTES - at ? len : MANNERS_HUGE_BYTES - at);
	return all;
}
