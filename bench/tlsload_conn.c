/* SPDX-License-Identifier: MIT */
#include "tlsload.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

/* The clients' addresses are 127.0.0.2 and so on, so that there are enough ports. */
enum { SOURCES = 200 };

enum progress { DONE, WAIT };

double clock_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void watch(struct conn *c, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = c };

	if (c->watched == events)
		return;
	epoll_ctl(c->load->epoll, EPOLL_CTL_MOD, c->fd, &event);
	c->watched = events;
}

static void release(struct conn *c)
{
	SSL_free(c->ssl);
	close(c->fd);
	c->ssl = NULL;
	c->state = CONN_FREE;
	c->load->live--;
}

static enum progress fail(struct conn *c, enum fault fault, const char *what)
{
	if (c->load->verbose) {
		unsigned long error = ERR_peek_last_error();
		const char *reason = error ? ERR_reason_error_string(error) : NULL;

		fprintf(stderr, "tlsload: %s: %s\n", what, reason ? reason : strerror(errno));
	}
	ERR_clear_error();
	c->load->stats.faults[fault]++;
	release(c);
	return WAIT;
}

/* Hold the connection, and stop watching it. */
static enum progress keep(struct conn *c)
{
	epoll_ctl(c->load->epoll, EPOLL_CTL_DEL, c->fd, NULL);
	c->state = CONN_HELD;
	c->load->held++;
	return WAIT;
}

static double since_connect(const struct conn *c)
{
	return clock_s() - c->began_s - c->seconds[PHASE_CONNECT];
}

static int make_ssl(struct conn *c)
{
	c->ssl = SSL_new(c->load->tls);
	if (!c->ssl || SSL_set_fd(c->ssl, c->fd) != 1)
		return -1;
	if (c->load->session) {
		/* A copy: a failure of one connection must not invalidate the session of all. */
		SSL_SESSION *copy = SSL_SESSION_dup(c->load->session);

		if (!copy || SSL_set_session(c->ssl, copy) != 1)
			return -1;
		SSL_SESSION_free(copy);
	}
	if (c->load->hold == HOLD_REQUEST &&
	    SSL_set_alpn_protos(c->ssl, (const unsigned char *)"\x08http/1.1", 9) != 0)
		return -1;
	if (c->load->sni && SSL_set_tlsext_host_name(c->ssl, c->load->sni) != 1)
		return -1;
	SSL_set_connect_state(c->ssl);
	return 0;
}

/* The handshake reads from an empty buffer, so it never reads the answer. */
static enum progress send_hello(struct conn *c)
{
	BIO *nothing = BIO_new(BIO_s_mem());

	if (!nothing)
		return fail(c, FAULT_HANDSHAKE, "BIO_new");
	BIO_set_mem_eof_return(nothing, -1);
	SSL_set0_rbio(c->ssl, nothing);
	SSL_do_handshake(c->ssl);
	c->state = CONN_ANSWER;
	watch(c, EPOLLIN);
	return WAIT;
}

static enum progress run_connecting(struct conn *c)
{
	int error = 0;
	socklen_t len = sizeof error;

	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error) {
		errno = error;
		return fail(c, FAULT_CONNECT, "connect");
	}
	c->seconds[PHASE_CONNECT] = clock_s() - c->began_s;
	if (c->load->hold == HOLD_TCP)
		return keep(c);
	if (make_ssl(c) != 0)
		return fail(c, FAULT_HANDSHAKE, "SSL_new");
	if (c->load->hold == HOLD_HELLO)
		return send_hello(c);
	c->state = CONN_HANDSHAKE;
	return DONE;
}

/* Wait for what the library needs; count any other error as this fault. */
static enum progress wait_or_fail(struct conn *c, int ret, enum fault fault, const char *what)
{
	switch (SSL_get_error(c->ssl, ret)) {
	case SSL_ERROR_WANT_READ:
		watch(c, EPOLLIN);
		return WAIT;
	case SSL_ERROR_WANT_WRITE:
		watch(c, EPOLLOUT);
		return WAIT;
	default:
		return fail(c, fault, what);
	}
}

static enum progress run_handshake(struct conn *c)
{
	int ret;

	ERR_clear_error();
	ret = SSL_do_handshake(c->ssl);
	if (ret != 1)
		return wait_or_fail(c, ret, FAULT_HANDSHAKE, "handshake");
	c->seconds[PHASE_HANDSHAKE] = since_connect(c);
	if (c->load->session && !SSL_session_reused(c->ssl))
		return fail(c, FAULT_RESUMPTION, "the session was not resumed");
	if (c->load->hold == HOLD_REQUEST)
		return keep(c);
	c->state = CONN_GREETING;
	return DONE;
}

/* The greeting and the close_notify have arrived. */
static enum progress finish(struct conn *c)
{
	c->seconds[PHASE_TOTAL] = since_connect(c);
	if (c->load->hold == HOLD_LINGER)
		return keep(c);
	/* Shut down first: otherwise the library marks the session as not resumable. */
	SSL_shutdown(c->ssl);
	if (c->load->resume && !c->load->session) {
		SSL_SESSION *session = SSL_get1_session(c->ssl);

		if (session && SSL_SESSION_is_resumable(session))
			c->load->session = session;
		else
			SSL_SESSION_free(session);
	}
	stats_add(&c->load->stats, c->seconds, SSL_session_reused(c->ssl));
	release(c);
	return WAIT;
}

static bool is_expected(const struct conn *c, const char *bytes, size_t len)
{
	return len <= c->load->greeting_len - c->got &&
	    memcmp(bytes, c->load->greeting + c->got, len) == 0;
}

static enum progress run_greeting(struct conn *c)
{
	bool whole = c->got == c->load->greeting_len;
	char buf[4096];
	int ret;

	ERR_clear_error();
	ret = SSL_read(c->ssl, buf, sizeof buf);
	if (ret > 0) {
		if (!is_expected(c, buf, (size_t)ret))
			return fail(c, FAULT_DATA, "the data is not the greeting");
		if (c->got == 0)
			c->seconds[PHASE_GREETING] = since_connect(c);
		c->got += (size_t)ret;
		return DONE;
	}
	if (SSL_get_error(c->ssl, ret) != SSL_ERROR_ZERO_RETURN)
		return wait_or_fail(c, ret, whole ? FAULT_CLOSE_NOTIFY : FAULT_DATA, "read");
	return whole ? finish(c) : fail(c, FAULT_DATA, "the greeting is incomplete");
}

void conn_step(struct conn *c)
{
	enum progress progress = DONE;

	while (progress == DONE) {
		switch (c->state) {
		case CONN_CONNECTING:
			progress = run_connecting(c);
			break;
		case CONN_ANSWER:
			progress = keep(c);
			break;
		case CONN_HANDSHAKE:
			progress = run_handshake(c);
			break;
		case CONN_GREETING:
			progress = run_greeting(c);
			break;
		default:
			return;
		}
	}
}

void conn_start(struct conn *c, struct load *load, unsigned long number)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = c };
	int on = 1;

	*c = (struct conn){ .load = load, .state = CONN_CONNECTING, .watched = EPOLLOUT };
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0) {
		perror("tlsload: socket");
		exit(2);
	}
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(number % SOURCES));
	setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	load->live++;
	c->began_s = clock_s();
	if (bind(c->fd, (struct sockaddr *)&from, sizeof from) != 0 ||
	    epoll_ctl(load->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0 ||
	    (connect(c->fd, (const struct sockaddr *)&load->to, sizeof load->to) != 0 &&
		errno != EINPROGRESS))
		fail(c, FAULT_CONNECT, "connect");
}

void conn_expire(struct conn *c)
{
	errno = ETIMEDOUT;
	fail(c, FAULT_TIMEOUT, "the connection did not end in time");
}

bool conn_is_held(const struct conn *c)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof info;

	if (c->state != CONN_HELD || getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return false;
	/* A lingering server has closed its half; in the other states this ends the connection. */
	return info.tcpi_state == (c->load->hold == HOLD_LINGER ? TCP_CLOSE_WAIT : TCP_ESTABLISHED);
}
