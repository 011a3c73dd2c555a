/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/session/session.h"
#include "client/step/handshake.h"
#include "client/step/icmp.h"
#include "client/step/socket.h"
#include "client/step/tcp_state.h"
#include "client/step/trace.h"
#include "client/step/trace_socket.h"
#include "net/sock.h"
#include "tls/conn.h"

enum { HELLO_MAX = TLS_CONN_HELLO_MAX + 1024, ACK_PAUSE_MS = 5, AGAIN_MS = 50 };

/* The content type of a record that holds an alert: RFC 8446 section 5.1. */
enum { RECORD_ALERT = 21 };

/* All connections of a round: number i is that of TTL i + 1. */
struct hellos {
	const struct trace_path *path;
	struct trace *t;
	unsigned peer, round;
	unsigned char bytes[HELLO_MAX];
	struct session sessions[TRACE_HOPS_MAX];
	struct addr here[TRACE_HOPS_MAX];
	struct pollfd polls[TRACE_HOPS_MAX]; /* fd -1: settled */
	bool settled[TRACE_HOPS_MAX];
};

/* ---- the ClientHello ----------------------------------------------------------------- */

static size_t receive_all(int fd, unsigned char *buf, size_t max)
{
	size_t got = 0;
	ssize_t n;

	while (got < max && (n = recv(fd, buf + got, max - got, 0)) > 0)
		got += (size_t)n;
	return got;
}

/* The handshake step writes its ClientHello into one end of a socket pair. */
static int make_hello(struct hellos *h, struct outcome *oc)
{
	struct session *s = &h->sessions[0];
	int pair[2];
	enum io io;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
		return outcome_set_errno(oc, OC_INTERNAL, "cannot make a socket pair");
	session_init(s, h->path->options, h->path->ctx);
	s->fd = pair[0];
	if (handshake_begin(s, oc) == 0) {
		do
			io = tls_conn_handshake(s->tls, oc);
		while (io == IO_WANT_WRITE);
		h->t->hello_bytes = receive_all(pair[1], h->bytes, sizeof h->bytes);
	}
	session_free(s);
	close(pair[1]);
	if (h->t->hello_bytes > 0 && h->t->hello_bytes < sizeof h->bytes)
		return 0;
	h->t->hello_bytes = 0;
	return outcome_set(oc, OC_INTERNAL, "the ClientHello cannot be traced");
}

/* ---- the connections ----------------------------------------------------------------- */

static int left_ms(uint64_t until_ms)
{
	uint64_t now = clock_ms();

	return until_ms > now ? (int)(until_ms - now) : 0;
}

static uint64_t within(const struct hellos *h, uint64_t until)
{
	return until < h->path->deadline_ms ? until : h->path->deadline_ms;
}

static uint64_t wait_until(const struct hellos *h)
{
	return within(h, clock_ms() + trace_wait_ms(h->path));
}

/* Records the answer once; the connection stays open until the end of the round. */
static void settle(struct hellos *h, unsigned i, enum trace_answer answer)
{
	h->t->hops[i].hello[h->round] = answer;
	h->settled[i] = true;
	h->polls[i].fd = -1;
}

static unsigned count_waiting(const struct hellos *h)
{
	unsigned count = 0;

	for (unsigned i = 0; i < h->peer; i++)
		count += h->polls[i].fd >= 0;
	return count;
}

/* A server that serves one connection at a time first gets the one that it can answer. */
static void begin_all(struct hellos *h)
{
	for (unsigned i = h->peer; i-- > 0;) {
		struct session *s = &h->sessions[i];

		session_init(s, h->path->options, h->path->ctx);
		s->deadline_ms = h->path->deadline_ms;
		s->peer = h->path->to;
		h->settled[i] = false;
		h->polls[i] = (struct pollfd){ .fd = -1, .events = POLLOUT };
		if (socket_connect(&h->path->to, h->path->options->hello.segment, &s->fd) ==
		    IO_FAILED)
			settle(h, i, TRACE_UNTRIED);
		else
			h->polls[i].fd = s->fd;
	}
}

static void connect_all(struct hellos *h)
{
	uint64_t until = wait_until(h);

	begin_all(h);
	while (count_waiting(h) > 0 && poll(h->polls, h->peer, left_ms(until)) > 0) {
		for (unsigned i = 0; i < h->peer; i++) {
			if (h->polls[i].fd < 0 || !h->polls[i].revents)
				continue;
			if (socket_connect_result(h->polls[i].fd) != 0)
				settle(h, i, TRACE_UNTRIED);
			h->polls[i].fd = -1;
		}
	}
	for (unsigned i = 0; i < h->peer; i++) {
		if (h->polls[i].fd >= 0)
			settle(h, i, TRACE_UNTRIED);
		else if (!h->settled[i] && sock_local(h->sessions[i].fd, &h->here[i], NULL) != 0)
			settle(h, i, TRACE_UNTRIED);
	}
}

static bool send_bytes(struct session *s, const unsigned char *bytes, size_t len)
{
	return send(s->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool is_acknowledged(const struct session *s)
{
	struct tcp_state tcp;

	return !tcp_state_get(s->fd, &tcp) || tcp.acknowledged;
}

/* What has an ordinary TTL must arrive before the TTL changes: it may have to be sent again. */
static void await_acknowledgements(struct hellos *h)
{
	uint64_t until = wait_until(h);
	bool all;

	do {
		all = true;
		for (unsigned i = 0; i < h->peer; i++)
			all &= h->settled[i] || is_acknowledged(&h->sessions[i]);
		if (!all)
			(void)poll(NULL, 0, ACK_PAUSE_MS);
	} while (!all && left_ms(until) > 0);
	for (unsigned i = 0; i < h->peer; i++) {
		if (!h->settled[i] && !is_acknowledged(&h->sessions[i]))
			settle(h, i, TRACE_UNTRIED);
	}
}

/* Send everything that comes before the traced bytes. */
static void prepare_all(struct hellos *h)
{
	for (unsigned i = h->peer; i-- > 0;) {
		struct session *s = &h->sessions[i];
		struct outcome failed = OUTCOME_NONE;

		if (h->settled[i])
			continue;
		if (step_announce(s, &failed) != 0 || step_starttls(s, &failed) != 0 ||
		    (h->t->first > 0 && !send_bytes(s, h->bytes, h->t->first)))
			settle(h, i, TRACE_UNTRIED);
	}
	await_acknowledgements(h);
}

static void choose_segment(struct hellos *h)
{
	const size_t split = h->path->options->hello.split;
	struct trace *t = h->t;
	struct tcp_state tcp;

	t->last = t->hello_bytes;
	if (t->first < split && split < t->last)
		t->last = split;
	for (unsigned i = 0; i < h->peer; i++) {
		if (!h->settled[i] && tcp_state_get(h->sessions[i].fd, &tcp) && tcp.segment > 0 &&
		    t->first + tcp.segment < t->last)
			t->last = t->first + tcp.segment;
	}
}

/* ---- the answers --------------------------------------------------------------------- */

static enum trace_answer answer_of_errno(int error)
{
	switch (error) {
	case ECONNRESET:
	case EPIPE:
		return TRACE_RESET;
	case EHOSTUNREACH: /* also some other ICMP errors: see TRACE_ICMP */
		return TRACE_EXPIRED;
	default:
		return TRACE_REJECTED;
	}
}

static void read_answer(struct hellos *h, unsigned i)
{
	struct icmp_notice unread;
	unsigned char first;
	ssize_t n = recv(h->sessions[i].fd, &first, 1, 0);

	if (n > 0)
		settle(h, i, first == RECORD_ALERT ? TRACE_ALERT : TRACE_ANSWERED);
	else if (n == 0)
		settle(h, i, TRACE_CLOSED);
	else if (errno != EAGAIN && errno != EINTR)
		settle(h, i, answer_of_errno(errno));
	else
		/* Left unread, it would make poll return at once. */
		(void)icmp_receive(h->sessions[i].fd, &unread);
}

static void record_silence(struct hellos *h, unsigned i, bool waited)
{
	struct trace_hop *hop = &h->t->hops[i];
	struct tcp_state tcp;

	if (waited && tcp_state_get(h->sessions[i].fd, &tcp)) {
		hop->acknowledged |= tcp.acknowledged;
		hop->gap |= tcp.out_of_order > 0;
	}
	settle(h, i, waited ? TRACE_SILENT : TRACE_UNTRIED);
}

static void send_all(struct hellos *h)
{
	const struct trace *t = h->t;

	for (unsigned i = 0; i < h->peer; i++) {
		struct session *s = &h->sessions[i];

		if (h->settled[i])
			continue;
		h->polls[i] = (struct pollfd){ .fd = s->fd, .events = POLLIN };
		if (trace_socket_limit(s->fd, h->path->to.ss.any.sa_family, (int)i + 1) != 0 ||
		    !send_bytes(s, h->bytes + t->first, t->last - t->first))
			settle(h, i, TRACE_UNTRIED);
	}
}

/* Returns false if the time of all was over before. */
static bool await_answers(struct hellos *h)
{
	uint64_t until = wait_until(h);
	bool waited = until < h->path->deadline_ms;
	bool all;

	while (count_waiting(h) > 0 && poll(h->polls, h->peer, left_ms(until)) > 0) {
		for (unsigned i = 0; i < h->peer; i++) {
			if (h->polls[i].fd >= 0 && h->polls[i].revents)
				read_answer(h, i);
		}
	}
	all = count_waiting(h) == 0;
	for (unsigned i = 0; i < h->peer; i++) {
		if (!h->settled[i])
			record_silence(h, i, waited);
	}
	return waited || all;
}

/* ---- the end ------------------------------------------------------------------------- */

/* A reset on the path may have left the peer with an open connection. */
static void reset_peers(struct hellos *h)
{
	uint64_t until = clock_ms() + AGAIN_MS + 2 * (h->path->rtt_us / 1000);
	int fds[TRACE_HOPS_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < h->peer; i++) {
		if (h->t->hops[i].hello[h->round] == TRACE_RESET &&
		    (fds[count] = trace_socket_again(&h->here[i], &h->path->to)) >= 0)
			count++;
	}
	if (count > 0)
		(void)poll(NULL, 0, left_ms(within(h, until)));
	for (unsigned i = 0; i < count; i++)
		trace_socket_reset(fds[i], h->path->to.ss.any.sa_family);
}

static void end_all(struct hellos *h)
{
	for (unsigned i = 0; i < h->peer; i++) {
		struct session *s = &h->sessions[i];

		if (s->fd >= 0)
			trace_socket_reset(s->fd, h->path->to.ss.any.sa_family);
		s->fd = -1;
		session_free(s);
	}
	reset_peers(h);
}

/* Returns false if the time of all is over. */
static bool run_round(struct hellos *h)
{
	bool whole;

	connect_all(h);
	prepare_all(h);
	if (h->round == 0)
		choose_segment(h);
	send_all(h);
	whole = await_answers(h);
	end_all(h);
	return whole;
}

/* The bytes so far arrived at the peer, which waits for more. */
static bool wants_next_segment(const struct hellos *h)
{
	const struct trace_hop *at = &h->t->hops[h->peer - 1];
	struct trace_verdict v;

	if (h->t->last == h->t->hello_bytes || !at->acknowledged)
		return false;
	trace_judge(h->t, &v);
	return v.what == TRACE_ARRIVES;
}

static void begin_next_segment(struct hellos *h)
{
	h->t->first = h->t->last;
	h->t->rounds = h->round = 0;
	for (unsigned i = 0; i < h->peer; i++) {
		memset(h->t->hops[i].hello, 0, sizeof h->t->hops[i].hello);
		h->t->hops[i].acknowledged = h->t->hops[i].gap = false;
	}
}

static void run_rounds(struct hellos *h)
{
	while (h->round < TRACE_ROUNDS && run_round(h)) {
		h->t->rounds = ++h->round;
		if (wants_next_segment(h))
			begin_next_segment(h);
	}
}

int trace_send_hellos(const struct trace_path *p, struct trace *t, struct outcome *oc)
{
	struct trace_verdict v;
	struct hellos *h;
	int ret;

	trace_judge(t, &v);
	if (v.peer == 0)
		return 0;
	h = calloc(1, sizeof *h);
	if (!h)
		return outcome_set(oc, OC_INTERNAL, "out of memory for a trace");
	h->path = p;
	h->t = t;
	h->peer = v.peer;
	ret = make_hello(h, oc);
	if (ret == 0)
		run_rounds(h);
	free(h);
	return ret;
}
