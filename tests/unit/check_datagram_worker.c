/* SPDX-License-Identifier: MIT */
#include "server/process/datagram_worker.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/conn/conn_states.h"
#include "server/process/relay.h"
#include "support/check_main.h"

/*
 * A worker between its predecessor and its successor, whose parts the test plays: each end
 * of its socket pairs may be that of a process which an attacker has taken over.
 */
static int master, predecessor, successor;
static pid_t worker;

static struct listener_set no_listeners;

static void pair(int *ours, int *its, int type)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), 0);
	*ours = ends[0];
	*its = ends[1];
}

static void start(void)
{
	static const struct conn_plan plan = { .states = conn_states };
	static const struct service service;
	static const struct access access;
	static const struct limits limits = { .connections = 1, .handshakes = 1 };
	static struct counters counters;
	struct outcome oc = OUTCOME_NONE;
	struct privdrop who;
	struct worker_job job = { .generation = 2,
		.beat_ms = 1,
		.access = &access,
		.conn = &plan,
		.sandbox = SANDBOX_OFF,
		.limits = &limits,
		.privdrop = &who,
		.listeners = &no_listeners,
		.service = &service,
		.counters = &counters };

	ck_assert_int_eq(privdrop_resolve(geteuid() == 0 ? "nobody" : NULL, NULL, &who, &oc), 0);
	ck_assert_int_eq(counters_make(&counters, &oc), 0);
	pair(&master, &job.status_fd, SOCK_STREAM);
	pair(&predecessor, &job.predecessor_fd, SOCK_SEQPACKET);
	pair(&successor, &job.successor_fd, SOCK_SEQPACKET);
	worker = fork();
	if (worker == 0) {
		close(master);
		close(predecessor);
		close(successor);
		datagram_worker_main(&job);
	}
	ck_assert_int_gt(worker, 0);
	close(job.status_fd);
	close(job.predecessor_fd);
	close(job.successor_fd);
	counters_free(&counters);
}

/* Whatever was sent before has been handled afterwards. */
static void settle(void)
{
	char byte;

	while (recv(master, &byte, 1, MSG_DONTWAIT) == 1)
		;
	/* The pass of the first heartbeat may have begun before; that of the second did not. */
	ck_assert_int_eq(recv(master, &byte, 1, 0), 1);
	ck_assert_int_eq(recv(master, &byte, 1, 0), 1);
}

static void send_and_settle(int fd, enum relay_kind kind)
{
	relay_send(fd, kind);
	settle();
}

static enum relay_kind received(int fd)
{
	struct udp_path from;
	size_t len;
	char buf[1];

	return relay_receive(fd, &no_listeners, buf, sizeof buf, &len, &from);
}

static void stop(void)
{
	int status;

	close(predecessor);
	ck_assert_int_eq(kill(worker, SIGTERM), 0);
	ck_assert_int_eq(waitpid(worker, &status, 0), worker);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(master);
	close(successor);
}

START_TEST(test_one_reader_at_a_time)
{
	start();
	settle();
	ck_assert_int_eq(received(predecessor), RELAY_ASK);
	send_and_settle(successor, RELAY_ASK);
	ck_assert_int_eq(received(successor), RELAY_NOTHING);
	send_and_settle(predecessor, RELAY_GIVEN);
	ck_assert_int_eq(received(successor), RELAY_GIVEN);
	ck_assert_int_eq(received(successor), RELAY_NOTHING);
	stop();
}
END_TEST

START_TEST(test_the_end_of_the_predecessor)
{
	start();
	send_and_settle(successor, RELAY_ASK);
	ck_assert_int_eq(shutdown(predecessor, SHUT_RDWR), 0);
	settle();
	ck_assert_int_eq(received(successor), RELAY_GIVEN);
	stop();
}
END_TEST

/* A predecessor has nothing to ask for: it neither gets an answer nor takes the successor's. */
START_TEST(test_a_predecessor_that_asks)
{
	start();
	send_and_settle(successor, RELAY_ASK);
	send_and_settle(predecessor, RELAY_ASK);
	ck_assert_int_eq(received(predecessor), RELAY_ASK);
	ck_assert_int_eq(received(predecessor), RELAY_NOTHING);
	ck_assert_int_eq(received(successor), RELAY_NOTHING);
	send_and_settle(predecessor, RELAY_GIVEN);
	ck_assert_int_eq(received(successor), RELAY_GIVEN);
	stop();
}
END_TEST

/* Nor does a successor decide when the predecessor has stopped. */
START_TEST(test_a_successor_that_gives)
{
	start();
	send_and_settle(successor, RELAY_ASK);
	send_and_settle(successor, RELAY_GIVEN);
	ck_assert_int_eq(received(successor), RELAY_NOTHING);
	stop();
}
END_TEST

CHECK_MAIN("datagram_worker", test_one_reader_at_a_time, test_the_end_of_the_predecessor,
    test_a_predecessor_that_asks, test_a_successor_that_gives)
