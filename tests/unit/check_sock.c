/* SPDX-License-Identifier: MIT */
#include "net/sock.h"
#include "client/step/socket.h"
#include "server/listen/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/check_main.h"

/* Far away for what happens at once, near for what only a deadline ends. */
enum { LONG_MS = 10000, SHORT_MS = 60 };

/* A connection over the loopback. */
struct pair {
	int listener, accepted, connected;
	struct addr at, peer;
};

static struct addr any_port(const char *host)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr a;

	ck_assert_int_eq(addr_parse(host, "0", &a, &oc), 0);
	return a;
}

/* A listener on a free port; *at becomes where it is. */
static int listen_at(struct addr *at)
{
	const struct addr any = any_port("127.0.0.1");
	struct outcome oc = OUTCOME_NONE;
	int fd = -1;

	ck_assert_int_eq(socket_listen(&any, 8, &fd, &oc), 0);
	ck_assert_int_eq(sock_local(fd, at, &oc), 0);
	ck_assert_no_failure(&oc);
	return fd;
}

static void wait_for(int fd, enum io want)
{
	ck_assert_int_eq(socket_wait(fd, want, clock_ms() + LONG_MS), IO_DONE);
}

/* Wait until the attempt has an end, and tell which. */
static int connect_to(const struct addr *to, int *fd)
{
	enum io io = socket_connect(to, 0, fd);

	if (io == IO_FAILED)
		return errno;
	if (io == IO_WANT_WRITE)
		wait_for(*fd, IO_WANT_WRITE);
	return socket_connect_result(*fd);
}

static struct pair make_pair(void)
{
	struct pair p = { .accepted = -1 };

	p.listener = listen_at(&p.at);
	/* Would hang here if it could block. */
	ck_assert_int_eq(socket_accept(p.listener, &p.accepted, &p.peer), IO_WANT_READ);
	ck_assert_int_eq(connect_to(&p.at, &p.connected), 0);
	wait_for(p.listener, IO_WANT_READ);
	ck_assert_int_eq(socket_accept(p.listener, &p.accepted, &p.peer), IO_DONE);
	return p;
}

/* Who closes first is in TIME_WAIT: here, as on a server, the accepted side. */
static void close_pair(struct pair *p)
{
	close(p->accepted);
	close(p->connected);
	close(p->listener);
}

static enum io wait_and_drain(struct pair *p)
{
	uint64_t drained = 0;

	wait_for(p->accepted, IO_WANT_READ);
	return sock_drain(p->accepted, false, &drained);
}

static void expect_flags(int fd)
{
	int on = 0;
	socklen_t len = sizeof on;

	ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
	ck_assert_int_ne(on, 0);
}

START_TEST(test_listen_accept_connect)
{
	struct outcome oc = OUTCOME_NONE;
	char expected[ADDR_TEXT_MAX], text[ADDR_TEXT_MAX];
	struct pair p = make_pair();
	struct addr local;

	ck_assert_uint_ne(addr_port(&p.at), 0);
	ck_assert_str_eq(addr_format_host(&p.at, text), "127.0.0.1");
	ck_assert_int_eq(sock_local(p.connected, &local, &oc), 0);
	ck_assert_str_eq(addr_format(&p.peer, text), addr_format(&local, expected));
	expect_flags(p.listener);
	expect_flags(p.accepted);
	expect_flags(p.connected);
	close_pair(&p);
}
END_TEST

START_TEST(test_an_address_in_use)
{
	struct outcome oc = OUTCOME_NONE;
	char text[ADDR_TEXT_MAX], advice[128];
	struct addr at;
	int listener = listen_at(&at), fd = -1;

	ck_assert_int_eq(socket_listen(&at, 8, &fd, &oc), -1);
	ck_assert_int_eq(fd, -1);
	ck_assert_outcome(&oc, OC_LISTEN, addr_format(&at, text));
	ck_assert_int_eq(oc.sys_errno, EADDRINUSE);
	snprintf(advice, sizeof advice, "ss -ltnp 'sport = :%u'", (unsigned)addr_port(&at));
	ck_assert_has(oc.advice, advice);
	close(listener);
}
END_TEST

START_TEST(test_an_ipv6_listener_leaves_ipv4_alone)
{
	struct addr any = any_port("::");
	struct outcome oc = OUTCOME_NONE;
	int fd, only = 0;
	socklen_t len = sizeof only;

	if (socket_listen(&any, 8, &fd, &oc) == 0) {
		ck_assert_int_eq(getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &len), 0);
		ck_assert_int_ne(only, 0);
		close(fd);
	} else if (oc.sys_errno != EAFNOSUPPORT && oc.sys_errno != EADDRNOTAVAIL) {
		ck_abort_msg("%s", oc.detail);
	}
}
END_TEST

START_TEST(test_restart_while_old_connections_linger)
{
	struct pair p = make_pair();
	struct outcome oc = OUTCOME_NONE;
	int listener = -1;

	close_pair(&p);
	ck_assert_int_eq(socket_listen(&p.at, 8, &listener, &oc), 0);
	ck_assert_no_failure(&oc);
	close(listener);
}
END_TEST

START_TEST(test_failures_leave_errno_and_no_descriptor)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr a;
	int fd = -1;

	ck_assert_int_eq(sock_local(-1, &a, &oc), -1);
	ck_assert_outcome(&oc, OC_INTERNAL, "getsockname");
	ck_assert_int_eq(socket_accept(-1, &fd, &a), IO_FAILED);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(socket_connect_result(-1), EBADF);
	a.ss.any.sa_family = AF_UNSPEC;
	ck_assert_int_eq(socket_connect(&a, 0, &fd), IO_FAILED);
	ck_assert_int_eq(errno, EAFNOSUPPORT);
	ck_assert_int_eq(fd, -1);

	close(listen_at(&a));
	ck_assert_int_eq(connect_to(&a, &fd), ECONNREFUSED);
	close(fd);
}
END_TEST

START_TEST(test_what_a_failed_connect_stands_for)
{
	static const struct { int error; enum outcome_code code; } table[] = {
		{ ECONNREFUSED, OC_CONNECT_REFUSED }, { ETIMEDOUT, OC_CONNECT_TIMEOUT },
		{ ENETUNREACH, OC_CONNECT_UNREACHABLE }, { EHOSTUNREACH, OC_CONNECT_UNREACHABLE },
		{ ENETDOWN, OC_CONNECT_UNREACHABLE }, { EHOSTDOWN, OC_CONNECT_UNREACHABLE },
		{ EADDRNOTAVAIL, OC_CONNECT_UNREACHABLE }, { EACCES, OC_CONNECT_UNREACHABLE },
		{ EPERM, OC_CONNECT_UNREACHABLE }, { ECONNRESET, OC_CONNECT_FAILED },
		{ EMFILE, OC_CONNECT_FAILED }, { 0, OC_CONNECT_FAILED },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_int_eq(socket_connect_code(table[i].error), table[i].code);
}
END_TEST

START_TEST(test_wait_sees_what_is_ready)
{
	struct pair p = make_pair();

	/* Writable is not readable. */
	ck_assert_int_eq(socket_wait(p.accepted, IO_WANT_WRITE, UINT64_MAX), IO_DONE);
	/* What is ready all the time must not outlive a deadline. */
	ck_assert_int_eq(socket_wait(p.accepted, IO_WANT_WRITE, 0), IO_FAILED);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_eq(socket_wait(p.accepted, IO_WANT_READ, 0), IO_FAILED);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_eq(send(p.connected, "x", 1, 0), 1);
	ck_assert_int_eq(socket_wait(p.accepted, IO_WANT_READ, UINT64_MAX), IO_DONE);
	close_pair(&p);
}
END_TEST

static void interrupt(int signal_number)
{
	(void)signal_number;
}

START_TEST(test_wait_ends_at_the_deadline_and_not_before)
{
	const struct itimerval often = { { 0, 10000 }, { 0, 10000 } };
	const struct itimerval never = { .it_value.tv_sec = 0 };
	const struct sigaction action = { .sa_handler = interrupt };
	struct pair p = make_pair();
	uint64_t deadline = clock_ms() + SHORT_MS;

	/* Nor does a signal end it. */
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	ck_assert_int_eq(socket_wait(p.accepted, IO_WANT_READ, deadline), IO_FAILED);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_uint_ge(clock_ms(), deadline);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	close_pair(&p);
}
END_TEST

START_TEST(test_drain_until_the_peer_ends)
{
	struct pair p = make_pair();
	uint64_t drained = 0;

	ck_assert_int_eq(sock_drain(p.accepted, false, &drained), IO_WANT_READ);
	ck_assert_int_eq(send(p.connected, "late", 4, 0), 4);
	ck_assert_int_eq(wait_and_drain(&p), IO_WANT_READ);
	sock_finish(p.connected);
	ck_assert_int_eq(wait_and_drain(&p), IO_EOF);
	/* To finish is not to close: the other direction goes on. */
	ck_assert_int_eq(send(p.accepted, "x", 1, MSG_NOSIGNAL), 1);
	wait_for(p.connected, IO_WANT_READ);
	ck_assert_int_eq(sock_drain(p.connected, false, &drained), IO_WANT_READ);
	ck_assert_uint_eq(drained, 1);
	close_pair(&p);
}
END_TEST

START_TEST(test_drain_takes_all_before_a_known_end)
{
	static const char chunk[10000];
	struct pair p = make_pair();
	uint64_t drained = 0;

	ck_assert_int_eq(send(p.connected, chunk, sizeof chunk, 0), sizeof chunk);
	sock_finish(p.connected);
	wait_for(p.accepted, IO_WANT_READ);
	while (drained < sizeof chunk)
		ck_assert_int_ne(sock_drain(p.accepted, true, &drained), IO_FAILED);
	ck_assert_uint_eq(drained, sizeof chunk);
	close_pair(&p);

	/* It believes its caller: no second recv looks for the FIN. */
	p = make_pair();
	ck_assert_int_eq(send(p.connected, "late", 4, 0), 4);
	wait_for(p.accepted, IO_WANT_READ);
	ck_assert_int_eq(sock_drain(p.accepted, true, &drained), IO_EOF);
	close_pair(&p);
}
END_TEST

START_TEST(test_drain_does_not_follow_a_sender_without_end)
{
	static const char chunk[65536];
	int pair[2], left = 0;
	uint64_t drained = 0;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	while (send(pair[0], chunk, sizeof chunk, MSG_NOSIGNAL) > 0)
		;
	ck_assert_int_eq(sock_drain(pair[1], false, &drained), IO_WANT_READ);
	ck_assert_int_eq(ioctl(pair[1], FIONREAD, &left), 0);
	ck_assert_int_gt(left, 0);
	close(pair[0]);
	close(pair[1]);
}
END_TEST

START_TEST(test_drain_tells_a_reset)
{
	const struct linger at_once = { .l_onoff = 1 };
	struct pair p = make_pair();

	setsockopt(p.connected, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(p.connected);
	ck_assert_int_eq(wait_and_drain(&p), IO_FAILED);
	ck_assert_int_eq(errno, ECONNRESET);
	/* Nothing to finish, and no signal. */
	sock_finish(p.accepted);
	close(p.accepted);
	close(p.listener);
}
END_TEST

START_TEST(test_a_listener_of_somebody_else_becomes_one_of_ours)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr any = any_port("127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0), nodelay = 0;
	socklen_t len = sizeof nodelay;

	ck_assert_int_eq(bind(fd, &any.ss.any, any.len), 0);
	/* Bound is not enough. */
	ck_assert_int_eq(socket_adopt_listener(fd, &oc), -1);
	ck_assert_outcome(&oc, OC_LISTEN, "is not a listening stream socket");
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	oc = OUTCOME_NONE;
	ck_assert_int_eq(socket_adopt_listener(fd, &oc), 0);
	ck_assert_no_failure(&oc);
	ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &nodelay, &len), 0);
	ck_assert_int_ne(nodelay, 0);
	close(fd);
	ck_assert_int_eq(socket_adopt_listener(fd, &oc), -1);
	ck_assert_outcome(&oc, OC_LISTEN, "is not a socket");
}
END_TEST

/* A socket unit makes one socket for both families. */
START_TEST(test_a_mapped_peer_is_ipv4)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 };
	int off = 0, fd = socket(AF_INET6, SOCK_STREAM, 0), connected, accepted = -1;
	struct addr at = { .len = 0 }, peer, to;
	struct outcome oc = OUTCOME_NONE;
	char text[ADDR_TEXT_MAX];

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0 ||
	    bind(fd, (struct sockaddr *)&any, sizeof any) != 0)
		return; /* no IPv6 here */
	ck_assert_int_eq(listen(fd, 8), 0);
	ck_assert_int_eq(socket_adopt_listener(fd, &oc), 0);
	ck_assert_int_eq(sock_local(fd, &at, &oc), 0);
	to = any_port("127.0.0.1");
	addr_set_port(&to, addr_port(&at));
	ck_assert_int_eq(connect_to(&to, &connected), 0);
	wait_for(fd, IO_WANT_READ);
	ck_assert_int_eq(socket_accept(fd, &accepted, &peer), IO_DONE);
	ck_assert_str_eq(addr_format_host(&peer, text), "127.0.0.1");
	close(accepted);
	close(connected);
	close(fd);
}
END_TEST

CHECK_MAIN("sock",
    test_listen_accept_connect, test_an_address_in_use,
    test_an_ipv6_listener_leaves_ipv4_alone, test_restart_while_old_connections_linger,
    test_failures_leave_errno_and_no_descriptor, test_what_a_failed_connect_stands_for,
    test_wait_sees_what_is_ready, test_wait_ends_at_the_deadline_and_not_before,
    test_drain_until_the_peer_ends, test_drain_takes_all_before_a_known_end,
    test_drain_does_not_follow_a_sender_without_end,
    test_drain_tells_a_reset,
    test_a_listener_of_somebody_else_becomes_one_of_ours, test_a_mapped_peer_is_ipv4)
