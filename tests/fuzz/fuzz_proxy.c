/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the answers of a proxy. The first byte says whether it is asked by HTTP or SOCKS5,
 * and whether with a password; the next two bits choose the target. What comes behind the answer
 * belongs to the tunnel.
 */
#include "fuzz/target.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/session/session.h"
#include "base/clock.h"
#include "fuzz/certificate.h"

enum { INPUT_MAX = 16384, WAIT_MS = 1000 };
enum { SOCKS = 1, KNOWN = 2 };

static const char *const targets[] = { "a.test", "192.0.2.1", "2001:db8::1", "a.test" };

static size_t left_in(int fd)
{
	char bytes[INPUT_MAX];
	ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

/* Where the answer to CONNECT ends. */
static size_t head_length(const uint8_t *data, size_t size)
{
	for (size_t i = 4; i <= size; i++) {
		if (memcmp(data + i - 4, "\r\n\r\n", 4) == 0)
			return i;
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct client_options options = { .host = "a.test",
		.port = "443",
		.max_ms = WAIT_MS,
		.proxy = { .user = "me", .password = "secret" } };
	static struct session s;
	struct outcome oc = OUTCOME_NONE;
	int ends[2], ret;

	if (size == 0 || size > INPUT_MAX)
		return 0;
	options.proxy.kind = data[0] & SOCKS ? PROXY_SOCKS5 : PROXY_HTTP;
	options.proxy.authenticate = (data[0] & KNOWN) != 0;
	snprintf(options.host, sizeof options.host, "%s", targets[data[0] >> 2 & 3]);
	session_init(&s, &options, NULL);
	fuzz_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	s.fd = ends[0];
	s.connect_deadline_ms = clock_ms() + WAIT_MS;
	fuzz_expect(
	    size == 1 || send(ends[1], data + 1, size - 1, MSG_NOSIGNAL) == (ssize_t)size - 1);
	shutdown(ends[1], SHUT_WR);
	ret = step_proxy(&s, &oc);
	if (ret == 0 && !(data[0] & SOCKS))
		fuzz_expect(left_in(s.fd) == size - 1 - head_length(data + 1, size - 1));
	if (ret != 0) {
		fuzz_expect(oc.code == OC_PROXY_FAILED || oc.code == OC_PROXY_DENIED);
		fuzz_expect(fuzz_is_shown(oc.detail) && fuzz_is_shown(oc.advice));
	}
	session_free(&s);
	close(ends[1]);
	return 0;
}
