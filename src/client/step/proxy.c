/* SPDX-License-Identifier: MIT */
/*
 * The step between connect and handshake: request a tunnel to the target, by HTTP CONNECT (RFC 9110
 * section 9.3.6) or SOCKS5 (RFC 1928). It reads the proxy's answer and not a byte more, and never
 * more than ANSWER_MAX.
 */
#include "client/step/proxy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/evp.h>

#include "base/clock.h"
#include "base/text.h"
#include "client/session/session.h"
#include "client/step/socket.h"

enum { ANSWER_MAX = 8192, SHOWN_MAX = 80 };

static int broken(const char *what, struct outcome *oc)
{
	return outcome_set_errno(oc, OC_PROXY_FAILED, "the connection to the proxy broke while %s",
	    what);
}

/* Returns 0 when the socket is ready, or -1 with oc. */
static int await(struct session *s, enum io want, struct outcome *oc)
{
	if (socket_wait(s->fd, want, s->connect_deadline_ms) == IO_DONE)
		return 0;
	if (errno != ETIMEDOUT)
		return outcome_set_errno(oc, OC_INTERNAL, "cannot wait for the socket");
	outcome_set(oc, OC_PROXY_FAILED, "the proxy did not answer in time");
	outcome_advise(oc,
	    "is it a proxy of this kind? It may also wait for the target; %s "
	    "allows more time",
	    session_deadline_option(s, s->connect_deadline_ms, "--connect-timeout"));
	return -1;
}

static int send_all(struct session *s, const void *bytes, size_t len, struct outcome *oc)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = send(s->fd, at, len, MSG_NOSIGNAL);

		if (n >= 0) {
			at += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			if (await(s, IO_WANT_WRITE, oc) != 0)
				return -1;
		} else if (errno != EINTR) {
			return broken("the request was sent", oc);
		}
	}
	return 0;
}

/* Receive up to max bytes; flags as in recv(2). Returns the number of bytes, or -1 with oc. */
static ssize_t receive(struct session *s, void *to, size_t max, int flags, struct outcome *oc)
{
	for (;;) {
		ssize_t n = recv(s->fd, to, max, flags);

		if (n > 0)
			return n;
		if (n == 0)
			return outcome_set(oc, OC_PROXY_FAILED,
			    "the proxy closed the connection before its answer was complete");
		if (errno == EAGAIN) {
			if (await(s, IO_WANT_READ, oc) != 0)
				return -1;
		} else if (errno != EINTR) {
			return broken("the answer was read", oc);
		}
	}
}

static int receive_exactly(struct session *s, unsigned char *to, size_t len, struct outcome *oc)
{
	while (len > 0) {
		ssize_t n = receive(s, to, len, 0, oc);

		if (n < 0)
			return -1;
		to += n;
		len -= (size_t)n;
	}
	return 0;
}

/* ---- HTTP CONNECT --------------------------------------------------------- */

/* The beginning of a line for a message, printable. */
static const char *shown(const char *line, char buf[SHOWN_MAX + 1])
{
	return text_quotable(line, strcspn(line, "\r\n"), buf, SHOWN_MAX + 1);
}

/* Read up to the empty line, peeking first, so that nothing of the tunnel is read. */
static int receive_head(struct session *s, char head[ANSWER_MAX + 1], struct outcome *oc)
{
	size_t len = 0;

	while (len < ANSWER_MAX) {
		ssize_t n = receive(s, head + len, ANSWER_MAX - len, MSG_PEEK, oc);
		size_t used;
		char *end;

		if (n < 0)
			return -1;
		used = (size_t)n;
		head[len + used] = '\0';
		end = strstr(head, "\r\n\r\n");
		if (end)
			used = (size_t)(end + 4 - head) - len;
		if (receive_exactly(s, (unsigned char *)head + len, used, oc) != 0)
			return -1;
		len += used;
		head[len] = '\0';
		if (end)
			return 0;
		/* A NUL would hide the end; no valid head contains one. */
		if (strlen(head) != len || (len >= 5 && strncmp(head, "HTTP/", 5) != 0))
			break;
	}
	return outcome_set(oc, OC_PROXY_FAILED,
	    len < ANSWER_MAX ? "the proxy does not speak HTTP" : "the proxy's answer is too long");
}

static int judge_head(const char *head, bool authenticated, struct outcome *oc)
{
	char line[SHOWN_MAX + 1];
	int status = 0;

	if (sscanf(head, "HTTP/1.%*1[01] %3d", &status) != 1)
		return outcome_set(oc, OC_PROXY_FAILED, "the proxy's answer is not HTTP: \"%s\"",
		    shown(head, line));
	if (status >= 200 && status < 300)
		return 0;
	if (status == 407) {
		outcome_set(oc, OC_PROXY_DENIED,
		    authenticated ? "the proxy rejected the user and password: \"%s\""
				  : "the proxy requires a user and password: \"%s\"",
		    shown(head, line));
		outcome_advise(oc,
		    "--proxy http://USER:PASSWORD@HOST:PORT; hello-client supports only the "
		    "scheme Basic");
		return -1;
	}
	if (status >= 400 && status < 500)
		return outcome_set(oc, OC_PROXY_DENIED, "the proxy refused the request: \"%s\"",
		    shown(head, line));
	outcome_set(oc, OC_PROXY_FAILED, "the proxy could not reach the target: \"%s\"",
	    shown(head, line));
	outcome_advise(oc, "the proxy may be unable to resolve or reach the target: see its log");
	return -1;
}

const char *proxy_credentials(const struct proxy *p, char to[PROXY_CREDENTIALS_MAX])
{
	char plain[2 * PROXY_SECRET_MAX];
	unsigned char encoded[4 * sizeof plain / 3 + 8];
	int len = snprintf(plain, sizeof plain, "%s:%s", p->user, p->password);

	to[0] = '\0';
	if (!p->authenticate)
		return to;
	EVP_EncodeBlock(encoded, (const unsigned char *)plain, len);
	snprintf(to, PROXY_CREDENTIALS_MAX, "Proxy-Authorization: Basic %s\r\n",
	    (const char *)encoded);
	return to;
}

static int connect_http(struct session *s, struct outcome *oc)
{
	const struct proxy *p = &s->options->proxy;
	bool v6 = strchr(s->target.host, ':') != NULL;
	char host_port[ADDR_HOST_MAX + ADDR_PORT_MAX + 4], credentials[PROXY_CREDENTIALS_MAX];
	char request[2 * sizeof host_port + sizeof credentials + 128], head[ANSWER_MAX + 1];

	snprintf(host_port, sizeof host_port, v6 ? "[%s]:%s" : "%s:%s", s->target.host,
	    s->target.port);
	proxy_credentials(p, credentials);
	snprintf(request, sizeof request,
	    "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: hello-client/" PACKAGE_VERSION
	    "\r\n%s\r\n",
	    host_port, host_port, credentials);
	if (send_all(s, request, strlen(request), oc) != 0 || receive_head(s, head, oc) != 0)
		return -1;
	return judge_head(head, p->authenticate, oc);
}

/* ---- SOCKS5 ---------------------------------------------------------------- */

enum { SOCKS_VERSION = 5, SOCKS_NONE = 0, SOCKS_PASSWORD = 2, SOCKS_NO_METHOD = 0xff };

static int no_socks(unsigned char first, struct outcome *oc)
{
	outcome_set(oc, OC_PROXY_FAILED,
	    "the proxy does not speak SOCKS5: its answer begins with "
	    "0x%02x",
	    first);
	outcome_advise(oc, "is it an HTTP proxy? --proxy http://HOST:PORT");
	return -1;
}

/* RFC 1929. */
static int log_in(struct session *s, struct outcome *oc)
{
	const struct proxy *p = &s->options->proxy;
	unsigned char request[3 + 2 * PROXY_SECRET_MAX], answer[2];
	size_t user = strlen(p->user), password = strlen(p->password);

	request[0] = 1;
	request[1] = (unsigned char)user;
	memcpy(request + 2, p->user, user);
	request[2 + user] = (unsigned char)password;
	memcpy(request + 3 + user, p->password, password);
	if (send_all(s, request, 3 + user + password, oc) != 0 ||
	    receive_exactly(s, answer, sizeof answer, oc) != 0)
		return -1;
	if (answer[1] == 0)
		return 0;
	return outcome_set(oc, OC_PROXY_DENIED, "the proxy rejected the user and password");
}

static int choose_method(struct session *s, struct outcome *oc)
{
	bool known = s->options->proxy.authenticate;
	unsigned char hello[4] = { SOCKS_VERSION, known ? 2 : 1, SOCKS_NONE, SOCKS_PASSWORD };
	unsigned char answer[2];

	if (send_all(s, hello, known ? 4 : 3, oc) != 0 ||
	    receive_exactly(s, answer, sizeof answer, oc) != 0)
		return -1;
	if (answer[0] != SOCKS_VERSION)
		return no_socks(answer[0], oc);
	if (answer[1] == SOCKS_NONE)
		return 0;
	if (answer[1] == SOCKS_PASSWORD && known)
		return log_in(s, oc);
	outcome_set(oc, OC_PROXY_DENIED,
	    known ? "the proxy accepts neither a password nor a client without one"
		  : "the proxy requires authentication");
	outcome_advise(oc, "--proxy socks5h://USER:PASSWORD@HOST:PORT");
	return -1;
}

/* Write the target into a SOCKS request, a name unresolved; returns the length. */
static size_t put_target(const struct route_endpoint *target, unsigned char *to)
{
	unsigned port = (unsigned)strtoul(target->port, NULL, 10);
	size_t len = strlen(target->host);
	struct addr a;

	if (addr_parse(target->host, target->port, &a, NULL) != 0) {
		to[0] = 3;
		to[1] = (unsigned char)len;
		memcpy(to + 2, target->host, len);
		len += 2;
	} else if (a.ss.any.sa_family == AF_INET) {
		to[0] = 1;
		memcpy(to + 1, &a.ss.v4.sin_addr, 4);
		len = 5;
	} else {
		to[0] = 4;
		memcpy(to + 1, &a.ss.v6.sin6_addr, 16);
		len = 17;
	}
	to[len] = (unsigned char)(port >> 8);
	to[len + 1] = (unsigned char)port;
	return len + 2;
}

static int judge_reply(unsigned char reply, struct outcome *oc)
{
	static const char *const words[] = { "", "general failure", "not allowed by its rules",
		"network unreachable", "host unreachable", "connection refused", "TTL expired",
		"CONNECT is not supported", "this type of address is not supported" };
	const char *text = reply < sizeof words / sizeof words[0] ? words[reply] : "unknown reply";

	if (reply == 0)
		return 0;
	if (reply == 2)
		return outcome_set(oc, OC_PROXY_DENIED, "the proxy refused the request: %s", text);
	outcome_set(oc, OC_PROXY_FAILED, "the proxy could not reach the target: %s (%u)", text,
	    reply);
	outcome_advise(oc, "the proxy may be unable to resolve or reach the target: see its log");
	return -1;
}

static int connect_socks(struct session *s, struct outcome *oc)
{
	unsigned char request[3 + ADDR_HOST_MAX + 4] = { SOCKS_VERSION, 1, 0 };
	unsigned char answer[5], bound[ADDR_HOST_MAX + 2];
	size_t len;

	if (choose_method(s, oc) != 0)
		return -1;
	len = 3 + put_target(&s->target, request + 3);
	if (send_all(s, request, len, oc) != 0 || receive_exactly(s, answer, 5, oc) != 0)
		return -1;
	if (answer[0] != SOCKS_VERSION)
		return no_socks(answer[0], oc);
	if (judge_reply(answer[1], oc) != 0)
		return -1;
	/* Read and ignore the address to which the proxy is bound; its first byte was read. */
	len = answer[3] == 1 ? 3 : answer[3] == 4 ? 15 : answer[4];
	return receive_exactly(s, bound, len + 2, oc);
}

int step_proxy(struct session *s, struct outcome *oc)
{
	bool socks = s->options->proxy.kind == PROXY_SOCKS5;

	if (!s->through_proxy)
		return 0;
	if ((socks ? connect_socks(s, oc) : connect_http(s, oc)) != 0)
		return -1;
	phases_mark(&s->phases, PHASE_PROXY);
	return 0;
}
