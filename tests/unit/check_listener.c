/* SPDX-License-Identifier: MIT */
#include "server/listen/listener.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/step/socket.h"
#include "net/sock.h"
#include "server/listen/socket.h"
#include "support/check_main.h"
#include "support/served.h"

/* One port for both families: somebody else may be faster, so more than once. */
enum { ATTEMPTS = 20, BACKLOG = 8 };

/* Nothing was handed over. */
static struct activation nothing;

static struct addr parsed(const char *host, const char *port)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr a;

	ck_assert_int_eq(addr_parse(host, port, &a, &oc), 0);
	return a;
}

static struct endpoint endpoint_at(struct addr at)
{
	return (struct endpoint){ .kind = ENDPOINT_INET, .at = at };
}

static struct listen_options on_port(unsigned port)
{
	struct listen_options o = { .count = 0 };

	snprintf(o.port, sizeof o.port, "%u", port);
	return o;
}

/* Somebody else's listener on a port of its own; *at becomes where. */
static int occupy(const char *host, struct addr *at)
{
	const struct addr any = parsed(host, "0");
	struct outcome oc = OUTCOME_NONE;
	int fd = -1;

	ck_assert_int_eq(socket_listen(&any, BACKLOG, &fd, &oc), 0);
	ck_assert_int_eq(sock_local(fd, at, &oc), 0);
	return fd;
}

static bool have_ipv6(void)
{
	const struct addr any = parsed("::", "0");
	struct outcome oc = OUTCOME_NONE;
	int fd;

	if (socket_listen(&any, BACKLOG, &fd, &oc) != 0)
		return false;
	close(fd);
	return true;
}

/* It is said which address is in use, and nothing stays open. */
static void expect_in_use(const struct listen_options *o, const char *where)
{
	struct listener_set set;
	struct outcome oc = OUTCOME_NONE;
	int before = served_descriptors();

	ck_assert_int_eq(listener_set_open(&set, o, &nothing, &oc), -1);
	ck_assert_outcome(&oc, OC_LISTEN, where);
	ck_assert_int_eq(oc.sys_errno, EADDRINUSE);
	ck_assert_str_ne(oc.advice, "");
	ck_assert_uint_eq(set.count, 0);
	ck_assert_int_eq(served_descriptors(), before);
	listener_set_close(&set);
	ck_assert_int_eq(served_descriptors(), before);
}

START_TEST(test_both_families_get_the_same_port)
{
	const struct listen_options o = on_port(0);
	struct listener_set set = { .count = 0 };
	struct outcome oc = OUTCOME_NONE;
	char text[ADDR_TEXT_MAX];
	int before = served_descriptors(), ret = -1;

	for (int i = 0; i < ATTEMPTS && ret != 0; i++) {
		oc = OUTCOME_NONE;
		ret = listener_set_open(&set, &o, &nothing, &oc);
		ck_assert_msg(ret == 0 || oc.sys_errno == EADDRINUSE, "%s", oc.detail);
	}
	ck_assert_no_failure(&oc);
	ck_assert_uint_eq(set.count, have_ipv6() ? 2 : 1);
	ck_assert_str_eq(addr_format_host(&set.item[set.count - 1].at, text), "0.0.0.0");
	if (set.count == 2)
		ck_assert_str_eq(addr_format_host(&set.item[0].at, text), "::");
	for (size_t i = 0; i < set.count; i++) {
		ck_assert_uint_ne(addr_port(&set.item[i].at), 0);
		ck_assert_uint_eq(addr_port(&set.item[i].at), addr_port(&set.item[0].at));
	}
	listener_set_close(&set);
	ck_assert_int_eq(served_descriptors(), before);
}
END_TEST

START_TEST(test_an_explicit_list)
{
	struct listen_options o = { .count = 2, .port = "1" };
	struct outcome oc = OUTCOME_NONE;
	struct listener_set set;
	int before = served_descriptors();

	o.endpoint[0] = endpoint_at(parsed("127.0.0.1", "0"));
	o.endpoint[1] = endpoint_at(parsed("127.0.0.2", "0"));
	ck_assert_int_eq(listener_set_open(&set, &o, &nothing, &oc), 0);
	ck_assert_no_failure(&oc);
	ck_assert_uint_eq(set.count, 2);
	for (size_t i = 0; i < set.count; i++) {
		char text[ADDR_TEXT_MAX], expected[ADDR_TEXT_MAX];
		struct addr peer;
		int connected = -1, accepted = -1;

		/* In the order asked for, with the port that was found, and listening. */
		ck_assert_str_eq(addr_format_host(&set.item[i].at, text),
		    addr_format_host(&o.endpoint[i].at, expected));
		ck_assert_uint_ne(addr_port(&set.item[i].at), 0);
		ck_assert_int_ne(socket_connect(&set.item[i].at, 0, &connected), IO_FAILED);
		ck_assert_int_eq(socket_wait(set.item[i].fd, IO_WANT_READ, UINT64_MAX), IO_DONE);
		ck_assert_int_eq(socket_accept(set.item[i].fd, &accepted, &peer), IO_DONE);
		close(connected);
		close(accepted);
	}
	ck_assert_int_eq(served_descriptors(), before + 2);
	listener_set_close(&set);
	ck_assert_uint_eq(set.count, 0);
	ck_assert_int_eq(served_descriptors(), before);
}
END_TEST

START_TEST(test_as_many_as_the_options_hold)
{
	struct listen_options o = { .count = LISTENERS_MAX };
	struct outcome oc = OUTCOME_NONE;
	struct listener_set set;

	for (size_t i = 0; i < LISTENERS_MAX; i++)
		o.endpoint[i] = endpoint_at(parsed("127.0.0.1", "0"));
	ck_assert_int_eq(listener_set_open(&set, &o, &nothing, &oc), 0);
	ck_assert_uint_eq(set.count, LISTENERS_MAX);
	listener_set_close(&set);
}
END_TEST

START_TEST(test_all_of_a_list_or_none)
{
	struct listen_options o = { .count = 3 };
	char where[ADDR_TEXT_MAX];
	struct addr taken;
	int fd = occupy("127.0.0.1", &taken);

	o.endpoint[0] = o.endpoint[2] = endpoint_at(parsed("127.0.0.1", "0"));
	o.endpoint[1] = endpoint_at(taken);
	expect_in_use(&o, addr_format(&taken, where));
	o.endpoint[0] = endpoint_at(taken);
	expect_in_use(&o, addr_format(&taken, where));
	close(fd);
}
END_TEST

START_TEST(test_the_same_address_twice)
{
	struct listen_options o = { .count = 2 };
	struct addr at;
	char where[ADDR_TEXT_MAX];

	close(occupy("127.0.0.1", &at));
	o.endpoint[0] = o.endpoint[1] = endpoint_at(at);
	expect_in_use(&o, addr_format(&at, where));
}
END_TEST

START_TEST(test_both_families_or_none)
{
	struct listen_options o;
	struct addr taken;
	char where[ADDR_TEXT_MAX];
	int fd = occupy("0.0.0.0", &taken);

	o = on_port(addr_port(&taken));
	expect_in_use(&o, addr_format(&taken, where));
	close(fd);
	if (!have_ipv6())
		return;
	/* A machine with IPv6 is not served by IPv4 alone. */
	fd = occupy("::", &taken);
	o = on_port(addr_port(&taken));
	expect_in_use(&o, addr_format(&taken, where));
	close(fd);
}
END_TEST

START_TEST(test_close_is_idempotent)
{
	struct listen_options o = { .count = 1 };
	struct outcome oc = OUTCOME_NONE;
	struct listener_set set;
	int stranger;

	o.endpoint[0] = endpoint_at(parsed("127.0.0.1", "0"));
	ck_assert_int_eq(listener_set_open(&set, &o, &nothing, &oc), 0);
	listener_set_close(&set);
	/* Gets the number that has become free, which is no longer the set's to close. */
	stranger = dup(STDERR_FILENO);
	ck_assert_int_eq(stranger, set.item[0].fd);
	listener_set_close(&set);
	ck_assert_int_eq(close(stranger), 0);
}
END_TEST

START_TEST(test_a_path_goes_with_whoever_made_it)
{
	char folder[] = "/tmp/hello-tls-listener-XXXXXX", path[64], text[LISTENER_TEXT_MAX];
	struct listen_options o = { .count = 2 };
	struct outcome oc = OUTCOME_NONE;
	struct listener_set set;
	struct addr taken;
	int before = served_descriptors(), fd;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/socket", folder);
	o.endpoint[0] = (struct endpoint){ .kind = ENDPOINT_UNIX, .text = path };
	o.endpoint[1] = endpoint_at(parsed("127.0.0.1", "0"));
	ck_assert_int_eq(listener_set_open(&set, &o, &nothing, &oc), 0);
	ck_assert_no_failure(&oc);
	ck_assert_str_eq(listener_format(&set.item[0], text) + 5, path);
	ck_assert_int_eq(strncmp(text, "unix:", 5), 0);
	ck_assert_int_eq(strncmp(listener_format(&set.item[1], text), "127.0.0.1:", 10), 0);

	/* A worker only closes. */
	listener_set_close(&set);
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_int_eq(listener_set_open(&set, &o, &nothing, &oc), 0);
	ck_assert_int_eq(listener_set_withdraw(&set, &oc), 0);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(listener_set_withdraw(&set, &oc), 0);
	ck_assert_no_failure(&oc);

	/* All or none. */
	fd = occupy("127.0.0.1", &taken);
	o.endpoint[1] = endpoint_at(taken);
	expect_in_use(&o, addr_format(&taken, text));
	ck_assert_int_ne(access(path, F_OK), 0);
	close(fd);
	ck_assert_int_eq(served_descriptors(), before);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* With names first, and only then "the rest", whatever the order on the command line. */
START_TEST(test_what_was_handed_over)
{
	struct activation given = { .count = 3 };
	struct listen_options o = { .count = 2 };
	struct outcome oc = OUTCOME_NONE;
	struct listener_set set;
	struct addr at[3];
	static const char *const names[] = { "a", "b", "c" };

	for (size_t i = 0; i < 3; i++) {
		given.item[i].fd = occupy("127.0.0.1", &at[i]);
		given.item[i].name = names[i];
	}
	o.endpoint[0] = (struct endpoint){ .kind = ENDPOINT_SYSTEMD, .text = "" };
	o.endpoint[1] = (struct endpoint){ .kind = ENDPOINT_SYSTEMD, .text = "b" };
	ck_assert_int_eq(listener_set_open(&set, &o, &given, &oc), 0);
	ck_assert_no_failure(&oc);
	ck_assert_uint_eq(set.count, 3);
	ck_assert_uint_eq(given.count, 0);
	ck_assert_uint_eq(addr_port(&set.item[0].at), addr_port(&at[1]));
	ck_assert_uint_eq(addr_port(&set.item[1].at), addr_port(&at[0]));
	ck_assert_uint_eq(addr_port(&set.item[2].at), addr_port(&at[2]));
	listener_set_withdraw(&set, &oc);
	ck_assert_int_eq(listener_set_open(&set, &o, &given, &oc), -1);
	ck_assert_outcome(&oc, OC_LISTEN, "--listen systemd:b: no socket was inherited");
}
END_TEST

static bool can_connect(const struct addr *to)
{
	int fd = socket(to->ss.any.sa_family, SOCK_STREAM, 0), ret;

	ck_assert_int_ge(fd, 0);
	ret = connect(fd, &to->ss.any, to->len);
	close(fd);
	return ret == 0;
}

/* What comes by it is a connection that can be used. */
static void expect_works(const struct addr *at, int listen_fd)
{
	int client = socket(at->ss.any.sa_family, SOCK_STREAM, 0), fd;
	char byte = 0;

	ck_assert_int_eq(connect(client, &at->ss.any, at->len), 0);
	fd = accept(listen_fd, NULL, NULL);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(client, "a", 1), 1);
	ck_assert_int_eq(read(fd, &byte, 1), 1);
	ck_assert_int_eq(write(fd, "b", 1), 1);
	ck_assert_int_eq(read(client, &byte, 1), 1);
	ck_assert_int_eq(byte, 'b');
	close(fd);
	close(client);
}

/* A port that was asked for, and one that the kernel chose. */
START_TEST(test_one_that_was_shut_down_listens_again)
{
	const int ways[] = { SHUT_RD, SHUT_RDWR };
	struct outcome oc = OUTCOME_NONE;
	struct listen_options o = { .count = 1,
		.endpoint = { endpoint_at(parsed("127.0.0.1", "0")) } };
	struct listener_set set;

	for (int asked = 0; asked <= 1; asked++) {
		ck_assert_int_eq(listener_set_open(&set, &o, &nothing, &oc), 0);
		ck_assert_ptr_null(listener_set_find_dead(&set));
		for (int i = 0; i < 2; i++) {
			int other = dup(set.item[0].fd);

			ck_assert_int_eq(shutdown(other, ways[i]), 0);
			/* And once more: ENOTCONN, but it does something. */
			ck_assert_int_eq(shutdown(other, SHUT_RDWR), -1);
			ck_assert(!can_connect(&set.item[0].at));
			ck_assert_ptr_eq(listener_set_find_dead(&set), &set.item[0]);
			ck_assert_int_eq(listener_revive(&set.item[0], &oc), 0);
			ck_assert_ptr_null(listener_set_find_dead(&set));
			/* The same one, not another of that name: so it does in every process. */
			expect_works(&set.item[0].at, other);
			close(other);
		}
		o.endpoint[0] = endpoint_at(set.item[0].at);
		listener_set_close(&set);
	}
}
END_TEST

START_TEST(test_one_that_was_shut_down_and_whose_port_is_gone)
{
	struct outcome oc = OUTCOME_NONE;
	struct listen_options o = { .count = 1,
		.endpoint = { endpoint_at(parsed("127.0.0.1", "0")) } };
	struct listener_set set;
	int thief;

	ck_assert_int_eq(listener_set_open(&set, &o, &nothing, &oc), 0);
	ck_assert_int_eq(shutdown(set.item[0].fd, SHUT_RDWR), 0);
	ck_assert_int_eq(socket_listen(&set.item[0].at, BACKLOG, &thief, &oc), 0);
	ck_assert_int_eq(listener_revive(&set.item[0], &oc), -1);
	ck_assert_outcome(&oc, OC_LISTEN, "127.0.0.1:");
	close(thief);
	listener_set_close(&set);
}
END_TEST

/* What a worker may do with a listener after the filter of system calls: nothing comes of it. */
START_TEST(test_the_write_end_of_a_listener)
{
	struct outcome oc = OUTCOME_NONE;
	struct listen_options o = { .count = 2,
		.endpoint = { endpoint_at(parsed("127.0.0.1", "0")),
		    { .kind = ENDPOINT_UNIX, .text = "check_listener.sock" } } };
	struct listener_set set;

	unlink(o.endpoint[1].text);
	ck_assert_int_eq(listener_set_open(&set, &o, &nothing, &oc), 0);
	for (size_t i = 0; i < set.count; i++) {
		shutdown(set.item[i].fd, SHUT_WR);
		ck_assert_ptr_null(listener_set_find_dead(&set));
	}
	ck_assert(can_connect(&set.item[0].at));
	/* A path that is shut down is seen, and cannot be revived. */
	ck_assert_int_eq(shutdown(set.item[1].fd, SHUT_RD), 0);
	ck_assert_ptr_eq(listener_set_find_dead(&set), &set.item[1]);
	ck_assert_int_eq(listener_revive(&set.item[1], &oc), -1);
	ck_assert_outcome(&oc, OC_LISTEN,
	    "unix:check_listener.sock was shut down by a process of this server");
	ck_assert_int_eq(listener_set_withdraw(&set, &oc), 0);
}
END_TEST

CHECK_MAIN("listener", test_both_families_get_the_same_port, test_an_explicit_list,
    test_as_many_as_the_options_hold, test_all_of_a_list_or_none, test_the_same_address_twice,
    test_both_families_or_none, test_close_is_idempotent, test_a_path_goes_with_whoever_made_it,
    test_what_was_handed_over, test_one_that_was_shut_down_listens_again,
    test_one_that_was_shut_down_and_whose_port_is_gone, test_the_write_end_of_a_listener)
