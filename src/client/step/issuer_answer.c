/* SPDX-License-Identifier: MIT */
#include "client/step/issuer_answer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "client/step/http_answer.h"
#include "client/step/proxy.h"
#include "client/step/socket.h"

/* RECEIVED_MAX: bytes of an answer with its head and the chunks' own lines. */
enum { RECEIVED_MAX = 256 * 1024, PIECE_MAX = 16 * 1024 };

/* One exchange; with the next address it begins anew. */
struct exchange {
	struct session s;          /* with a target of its own */
	struct client_options o;   /* those of the probe, for this target */
	const struct issuer_url *url;
	uint64_t deadline_ms;
	struct http_answer answer;
	char head[ISSUER_ANSWER_HEAD_MAX]; /* the beginning of what was received */
	size_t received;
	unsigned char content[ISSUER_ANSWER_MAX];
	size_t len;
};

/* What all exchanges for one URL share. */
struct url_fetch {
	const struct session *probe;
	struct issuer_url at; /* the last redirect's */
	unsigned *requests;
	issuer_answer_use *use;
	void *arg;
};

static int await(const struct exchange *x, enum io want, struct outcome *oc)
{
	if (socket_wait(x->s.fd, want, x->deadline_ms) == IO_DONE)
		return 0;
	if (errno != ETIMEDOUT)
		return outcome_set_errno(oc, OC_INTERNAL, "cannot wait for the socket");
	return outcome_set(oc, OC_GREETING_TIMEOUT, "the answer did not arrive within %s",
	    session_deadline_option(&x->s, x->deadline_ms, "--read-timeout"));
}

/* An HTTP proxy gets the answer for us, or makes one of its own. */
static bool is_by_proxy(const struct exchange *x)
{
	return x->s.through_proxy && x->o.proxy.kind == PROXY_HTTP;
}

static const char *answerer(const struct exchange *x)
{
	return is_by_proxy(x) ? "the proxy" : "the server";
}

/* ---- the request ------------------------------------------------------------------------ */

static size_t write_request(const struct exchange *x, char *to, size_t max)
{
	const struct route_endpoint *at = &x->url->at;
	const char *left = strchr(at->host, ':') ? "[" : "", *right = left[0] ? "]" : "";
	const bool by_proxy = is_by_proxy(x);
	char host[ADDR_HOST_MAX + ADDR_PORT_MAX + 4], credentials[PROXY_CREDENTIALS_MAX] = "";

	snprintf(host, sizeof host, "%s%s%s:%s", left, at->host, right, at->port);
	if (by_proxy)
		proxy_credentials(&x->o.proxy, credentials);
	/* HTTP/1.0, so that no server keeps the connection open (RFC 9112 section 6.1). */
	return (size_t)snprintf(to, max,
	    "GET %s%s%s HTTP/1.0\r\nHost: %s\r\nUser-Agent: hello-client/" PACKAGE_VERSION
	    "\r\nAccept: application/pkix-cert, */*\r\n%s\r\n",
	    by_proxy ? "http://" : "", by_proxy ? host : "", x->url->path, host, credentials);
}

static int send_request(const struct exchange *x, struct outcome *oc)
{
	char request[ISSUER_URL_MAX + PROXY_CREDENTIALS_MAX + 1024];
	size_t len = write_request(x, request, sizeof request), sent = 0;

	while (sent < len) {
		ssize_t n = send(x->s.fd, request + sent, len - sent, MSG_NOSIGNAL);

		if (n >= 0) {
			sent += (size_t)n;
		} else if (errno == EAGAIN) {
			if (await(x, IO_WANT_WRITE, oc) != 0)
				return -1;
		} else if (errno != EINTR) {
			return outcome_set_errno(oc, OC_GREETING_RESET, "the connection broke");
		}
	}
	return 0;
}

/* ---- the answer ------------------------------------------------------------------------- */

static int take(struct exchange *x, char *piece, size_t len, struct outcome *oc)
{
	size_t room = x->received < sizeof x->head ? sizeof x->head - x->received : 0;
	size_t got;

	if (room > 0)
		memcpy(x->head + x->received, piece, len < room ? len : room);
	x->received += len;
	got = http_answer_feed(&x->answer, piece, len, piece);
	if (got > sizeof x->content - x->len || x->received > RECEIVED_MAX)
		return outcome_set(oc, OC_GREETING_TOO_LONG, "the answer is longer than %d KiB",
		    ISSUER_ANSWER_MAX / 1024);
	memcpy(x->content + x->len, piece, got);
	x->len += got;
	return 0;
}

/* No more bytes are needed. A content without a length ends with the connection. */
static bool is_done(const struct http_answer *a)
{
	enum http_answer_end end = http_answer_finish(a);

	if (end == HTTP_ANSWER_NOT_HTTP || end == HTTP_ANSWER_MALFORMED)
		return true;
	if (http_answer_in_content(a) && a->status != 200)
		return true;
	return end == HTTP_ANSWER_COMPLETE &&
	    (a->has_length || a->chunked || (a->status >= 200 && a->status != 200));
}

static int receive(struct exchange *x, struct outcome *oc)
{
	char piece[PIECE_MAX];

	while (!is_done(&x->answer)) {
		ssize_t n;

		/* Even if bytes are ready: the deadline bounds a server that never stops. */
		if (await(x, IO_WANT_READ, oc) != 0)
			return -1;
		n = recv(x->s.fd, piece, sizeof piece, 0);
		if (n == 0)
			return 0;
		if (n > 0 && take(x, piece, (size_t)n, oc) != 0)
			return -1;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return outcome_set_errno(oc, OC_GREETING_RESET, "the connection broke");
	}
	return 0;
}

static int judge(const struct exchange *x, struct outcome *oc)
{
	const struct http_answer *a = &x->answer;
	char line[4 * HTTP_ANSWER_LINE_MAX];

	switch (http_answer_finish(a)) {
	case HTTP_ANSWER_NOT_HTTP:
		return outcome_set(oc, OC_GREETING_MISMATCH, "the answer is not HTTP");
	case HTTP_ANSWER_MALFORMED:
		return outcome_set(oc, OC_GREETING_MISMATCH, "the HTTP answer is malformed: %s",
		    a->why ? a->why : "its head is too long");
	default:
		break;
	}
	if (a->status != 0 && a->status != 200)
		return outcome_set(oc, OC_GREETING_MISMATCH, "%s answered with \"%s\"", answerer(x),
		    text_quotable(a->line, strlen(a->line), line, sizeof line));
	if (http_answer_finish(a) == HTTP_ANSWER_SHORT)
		return outcome_set(oc, OC_GREETING_TRUNCATED,
		    "the connection ended before the answer was complete");
	return 0;
}

/* ---- one address, all addresses, and the redirects ---------------------------------------- */

static bool is_redirect(const struct http_answer *a)
{
	return http_answer_in_content(a) &&
	    (a->status == 301 || a->status == 302 || a->status == 303 || a->status == 307 ||
		a->status == 308);
}

static int begin(struct exchange *x, const struct url_fetch *f, struct outcome *oc)
{
	x->url = &f->at;
	x->o = *f->probe->options;
	x->o.verify_name = x->o.servername = NULL;
	x->o.route.detour_count = 0;
	memcpy(x->o.host, f->at.at.host, sizeof x->o.host);
	memcpy(x->o.port, f->at.at.port, sizeof x->o.port);
	session_init(&x->s, &x->o, f->probe->ctx);
	x->s.deadline_ms = f->probe->deadline_ms;
	return step_resolve(&x->s, oc);
}

static int connect_to(struct exchange *x, struct outcome *oc)
{
	x->s.connect_deadline_ms = session_deadline(&x->s, x->o.connect_ms);
	if (step_connect(&x->s, oc) != 0)
		return -1;
	/* An HTTP proxy fetches by itself; many allow tunnels to port 443 only. */
	return x->o.proxy.kind == PROXY_SOCKS5 ? step_proxy(&x->s, oc) : 0;
}

/* One address: the first one that connects. */
static int ask(struct exchange *x, const struct url_fetch *f, struct outcome *oc)
{
	if (connect_to(x, oc) != 0)
		return -1;
	++*f->requests;
	x->deadline_ms = session_deadline(&x->s, x->o.read_ms);
	if (send_request(x, oc) != 0 || receive(x, oc) != 0 || judge(x, oc) != 0)
		return -1;
	return f->use(f->arg, x->content, x->len, oc);
}

/* Returns whether there is an address that was not asked yet. */
static bool drop_address(struct exchange *x)
{
	struct session *s = &x->s;
	size_t kept = 0;

	/* No connection: all of them were tried. A proxy would say the same again. */
	if (s->fd < 0 || s->through_proxy)
		return false;
	for (size_t i = 0; i < s->addr_count; i++) {
		if (memcmp(&s->addrs[i].ss, &s->peer.ss, s->peer.len) != 0)
			s->addrs[kept++] = s->addrs[i];
	}
	s->addr_count = kept;
	close(s->fd);
	s->fd = -1;
	x->answer = (struct http_answer){ .status = 0 };
	x->received = x->len = 0;
	return kept > 0;
}

static bool may_ask(const struct url_fetch *f)
{
	return *f->requests < ISSUER_ANSWER_REQUESTS_MAX && clock_ms() < f->probe->deadline_ms;
}

/* Returns 0, or -1 with oc, also for a redirect: see x->answer. */
static int ask_all(struct exchange *x, const struct url_fetch *f, struct outcome *oc)
{
	struct outcome again = OUTCOME_NONE;
	bool more;
	int ret;

	ret = ask(x, f, oc);
	if (ret == 0 || is_redirect(&x->answer) || !drop_address(x))
		return ret;
	do {
		if (!may_ask(f)) {
			outcome_append(oc, "; not all addresses of that name were tried");
			return -1;
		}
		ret = ask(x, f, &again);
		more = ret != 0 && !is_redirect(&x->answer) && drop_address(x);
	} while (more);
	if (ret != 0)
		outcome_append(oc, "; the other addresses of that name failed as well");
	return ret;
}

static size_t head_len(const struct exchange *x)
{
	return x->received < sizeof x->head ? x->received : sizeof x->head;
}

/* Returns 1 after a redirect, and sets f->at to its address. */
static int get_once(struct url_fetch *f, struct outcome *oc)
{
	struct exchange *x = calloc(1, sizeof *x);
	struct outcome failed = OUTCOME_NONE;
	struct issuer_url next;
	const char *fault;
	int ret;

	if (!x)
		return outcome_set(oc, OC_INTERNAL, "out of memory");
	x->s.fd = -1;
	ret = begin(x, f, &failed);
	if (ret == 0)
		ret = ask_all(x, f, &failed);
	if (ret != 0 && is_redirect(&x->answer)) {
		fault = issuer_url_redirect(x->head, head_len(x), &f->at, &next);
		ret = fault ? outcome_set(oc, OC_GREETING_MISMATCH, "%s redirected, but %s",
				  answerer(x), fault)
			    : 1;
		if (!fault)
			f->at = next;
	} else if (ret != 0) {
		outcome_report(oc, &failed);
	}
	session_free(&x->s);
	free(x);
	return ret;
}

int issuer_answer_get(const struct session *s, const struct issuer_url *url, unsigned *requests,
    issuer_answer_use *use, void *arg, struct outcome *oc)
{
	struct url_fetch f = {
		.probe = s, .at = *url, .requests = requests, .use = use, .arg = arg
	};

	for (int i = 0; i <= ISSUER_ANSWER_REDIRECTS_MAX; i++) {
		int ret;

		if (*requests >= ISSUER_ANSWER_REQUESTS_MAX)
			return outcome_set(oc, OC_GREETING_MISMATCH,
			    "%u requests were made, the limit", *requests);
		if (!may_ask(&f))
			return outcome_set(oc, OC_CONNECT_TIMEOUT, "--max-time left no time");
		ret = get_once(&f, oc);
		if (ret <= 0)
			return ret;
	}
	return outcome_set(oc, OC_GREETING_MISMATCH, "more than %d redirects",
	    ISSUER_ANSWER_REDIRECTS_MAX);
}
