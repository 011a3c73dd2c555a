/* SPDX-License-Identifier: MIT */
#include "server/conn/pool.h"

#include <sys/socket.h>
#include <unistd.h>

#include "server/conn/conn_states.h"
#include "support/check_main.h"
#include "support/served.h"
#include "support/tls_peer_client.h"
#include "support/test_pki.h"

/* Connections that never say more than they have to, and a clock that moves when a test says so. */
enum { PROXY_MS = 500, HANDSHAKE_MS = 1000, GREETING_MS = 2000, LINGER_MS = 4000, MEMBERS = 8 };

static const struct conn_plan plan = { conn_states, {
    [CONN_PHASE_PROXY] = PROXY_MS,
    [CONN_PHASE_HANDSHAKE] = HANDSHAKE_MS,
    [CONN_PHASE_GREETING] = GREETING_MS,
    [CONN_PHASE_LINGER] = LINGER_MS,
} };
static char greeting[] = "hello\n";
static struct service service = { .greeting = greeting, .greeting_len = 6, .close_early = true };
static uint64_t now = 5000;

static struct member {
	struct pool_entry entry;
	int peer;
} members[MEMBERS];

/* Which allocation fails, counted from 1; 0: none. */
static unsigned failing;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool fails_now(void)
{
	return failing > 0 && --failing == 0;
}

void *__wrap_malloc(size_t size)
{
	return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : __real_calloc(count, size);
}

static void make_service(void)
{
	served_begin(&service);
}

static void end_service(void)
{
	served_end(&service);
}

static struct pool_entry *make(int i, const char *host)
{
	struct addr peer = { .ss.any.sa_family = AF_UNIX, .len = sizeof(sa_family_t) };
	struct outcome oc = OUTCOME_NONE;
	int ends[2];

	if (host)
		ck_assert_int_eq(addr_parse(host, "1", &peer, &oc), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	members[i].peer = ends[1];
	members[i].entry.conn = conn_new(&service, &plan, ends[0], &peer, now);
	ck_assert_ptr_nonnull(members[i].entry.conn);
	return &members[i].entry;
}

static struct pool_entry *enter(struct pool *p, int i, const char *host)
{
	struct pool_entry *entry = make(i, host);

	ck_assert_int_eq(pool_add(p, entry), 0);
	return entry;
}

static void leave(struct pool *p, struct pool_entry *entry)
{
	struct member *m = (struct member *)entry;

	pool_remove(p, entry);
	conn_free(entry->conn);
	close(m->peer);
}

static void leave_all(struct pool *p)
{
	struct pool_entry *any;

	while ((any = pool_any(p)))
		leave(p, any);
	ck_assert_uint_eq(p->open, 0);
	ck_assert_uint_eq(p->handshake_count, 0);
	ck_assert_ptr_null(p->clients);
}

/* Half a ClientHello makes a handshake of it. */
static void speak(struct pool *p, struct pool_entry *entry)
{
	static const unsigned char half[] = { 22, 3, 1, 0, 200, 1, 0, 0, 196 };

	ck_assert_int_eq(write(((struct member *)entry)->peer, half, sizeof half), sizeof half);
	ck_assert_int_eq(conn_step(entry->conn, now), CONN_WANT_READ);
	ck_assert_int_eq(pool_update(p, entry), 0);
}

static void expect_excess(struct pool *p, struct pool_entry *latest, struct pool_entry *who,
    const char *limit)
{
	enum limits_kind which = LIMITS_CONNECTIONS;

	ck_assert_ptr_eq(pool_excess(p, latest, &which), who);
	if (who)
		ck_assert_str_eq(limits_name(which), limit);
}

START_TEST(test_up_to_a_limit_nobody_has_to_go)
{
	const struct limits limits = { .connections = 2, .handshakes = 9 };
	struct pool p = { .limits = &limits };

	expect_excess(&p, enter(&p, 0, NULL), NULL, "");
	expect_excess(&p, enter(&p, 1, NULL), NULL, "");
	leave_all(&p);
}
END_TEST

START_TEST(test_the_one_that_waited_longest_makes_room)
{
	const struct limits limits = { .connections = 2, .handshakes = 9 };
	struct pool p = { .limits = &limits };
	struct pool_entry *first = enter(&p, 0, NULL), *second, *third;

	now++;
	second = enter(&p, 1, NULL);
	now++;
	third = enter(&p, 2, NULL);
	expect_excess(&p, third, first, "max-connections");
	leave(&p, first);
	expect_excess(&p, third, NULL, "");
	expect_excess(&p, enter(&p, 0, NULL), second, "max-connections");
	leave_all(&p);
}
END_TEST

/* Each greeted client begins to wait anew when it lingers. */
START_TEST(test_waiting_counts_from_the_last_phase)
{
	const struct limits limits = { .connections = 2, .handshakes = 9, .per_client = 2 };
	struct pool p = { .limits = &limits };
	struct pool_entry *first = enter(&p, 0, "192.0.2.1"), *second;
	struct peer_client client;

	now++;
	second = enter(&p, 1, "192.0.2.1");
	now++;
	peer_client_init(&client, members[0].peer, PEER_TLS13, NULL);
	for (int i = 0; i < 4000 && !peer_client_is_done(&client); i++) {
		peer_client_step(&client);
		conn_step(first->conn, now);
		ck_assert_int_eq(pool_update(&p, first), 0);
	}
	ck_assert_int_eq(first->conn->state, CONN_LINGER);
	ck_assert_uint_eq(p.handshake_count, 0);
	expect_excess(&p, enter(&p, 2, NULL), second, "max-connections");
	expect_excess(&p, enter(&p, 3, "192.0.2.1"), second, "max-per-client");
	peer_client_free(&client);
	leave_all(&p);
}
END_TEST

START_TEST(test_handshakes_are_counted_from_their_first_byte)
{
	const struct limits limits = { .connections = 9, .handshakes = 1 };
	struct pool p = { .limits = &limits };
	struct pool_entry *silent = enter(&p, 0, NULL), *first = enter(&p, 1, NULL),
			  *second = enter(&p, 2, NULL);

	expect_excess(&p, silent, NULL, "");
	speak(&p, first);
	expect_excess(&p, first, NULL, "");
	speak(&p, second);
	ck_assert_uint_eq(p.handshake_count, 2);
	expect_excess(&p, second, first, "max-handshakes");
	leave(&p, first);
	expect_excess(&p, second, NULL, "");
	leave_all(&p);
}
END_TEST

static void expect_one_client(const char *a, const char *b, bool one)
{
	const struct limits limits = { .connections = 9, .handshakes = 9, .per_client = 1 };
	struct pool p = { .limits = &limits };
	struct pool_entry *first = enter(&p, 0, a);

	expect_excess(&p, enter(&p, 1, b), one ? first : NULL, one ? "max-per-client" : "");
	leave_all(&p);
}

START_TEST(test_who_counts_as_one_client)
{
	expect_one_client("192.0.2.1", "192.0.2.1", true);
	expect_one_client("192.0.2.1", "192.0.2.2", false);
	expect_one_client("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true);
	expect_one_client("2001:db8:0:1::1", "2001:db8:0:2::1", false);
	expect_one_client("fe80::1%1", "fe80::2%1", true);
	expect_one_client("fe80::1%1", "fe80::1%2", false);
	expect_one_client(NULL, NULL, false);
}
END_TEST

/* Until the header has come a balancer's connection is nobody's, and its deadline another one. */
START_TEST(test_behind_a_balancer_the_client_counts)
{
	static const char header[] = "PROXY TCP4 192.0.2.1 198.51.100.2 1 2\r\n";
	static const struct access everybody;
	const struct limits limits = { .connections = 9, .handshakes = 9, .per_client = 1 };
	struct pool p = { .limits = &limits };
	struct pool_entry *direct = enter(&p, 0, "192.0.2.1"), *forwarded[2];

	for (int i = 0; i < 2; i++) {
		forwarded[i] = make(i + 1, "203.0.113.5");
		ck_assert_int_eq(conn_expect_proxy(forwarded[i]->conn, &everybody), 0);
		ck_assert_int_eq(pool_add(&p, forwarded[i]), 0);
		expect_excess(&p, forwarded[i], NULL, "");
	}
	ck_assert_ptr_eq(pool_expired(&p, now + PROXY_MS), forwarded[0]);
	ck_assert_int_eq(write(members[1].peer, header, sizeof header - 1), sizeof header - 1);
	ck_assert_int_eq(conn_step(forwarded[0]->conn, now), CONN_WANT_READ);
	ck_assert_int_eq(pool_update(&p, forwarded[0]), 0);
	ck_assert_ptr_eq(pool_expired(&p, now + PROXY_MS), forwarded[1]);
	expect_excess(&p, forwarded[0], direct, "max-per-client");
	leave(&p, direct);
	expect_excess(&p, forwarded[0], NULL, "");
	leave_all(&p);
}
END_TEST

START_TEST(test_a_client_that_is_gone_leaves_nothing)
{
	const struct limits limits = { .connections = 9, .handshakes = 9, .per_client = 1 };
	struct pool p = { .limits = &limits };

	leave(&p, enter(&p, 0, "192.0.2.1"));
	ck_assert_ptr_null(p.clients);
	expect_excess(&p, enter(&p, 0, "192.0.2.1"), NULL, "");
	leave_all(&p);
}
END_TEST

START_TEST(test_the_deadline_of_each_phase)
{
	const struct limits limits = { .connections = 9, .handshakes = 9 };
	struct pool p = { .limits = &limits };
	struct pool_entry *first = enter(&p, 0, NULL), *second;

	now += 10;
	second = enter(&p, 1, NULL);
	ck_assert_ptr_null(pool_expired(&p, now));
	ck_assert_ptr_eq(pool_expired(&p, now + HANDSHAKE_MS - 10), first);
	leave(&p, first);
	ck_assert_ptr_null(pool_expired(&p, now + HANDSHAKE_MS - 1));
	ck_assert_ptr_eq(pool_expired(&p, now + HANDSHAKE_MS), second);
	leave_all(&p);
}
END_TEST

/* One connection less, and not one worker less. */
START_TEST(test_without_memory_nothing_is_taken_in)
{
	const struct limits limits = { .connections = 9, .handshakes = 9, .per_client = 2 };
	struct pool p = { .limits = &limits };
	struct pool_entry *entry = make(0, "192.0.2.1");
	unsigned failures = 0;
	int ret;

	do {
		failing = failures + 1;
		ret = pool_add(&p, entry);
		if (ret != 0) {
			failures++;
			ck_assert_uint_eq(p.open, 0);
			ck_assert_ptr_null(p.clients);
			ck_assert_ptr_null(pool_any(&p));
		}
	} while (ret != 0 && failures < 100);
	failing = 0;
	/* The client, the table of clients, its buckets. In musl, calloc also calls malloc. */
	ck_assert_uint_ge(failures, 3);
	ck_assert_uint_eq(p.open, 1);
	leave_all(&p);
	ck_assert_ptr_null(p.clients);
}
END_TEST

CHECK_MAIN_IN("pool", make_service, end_service, test_up_to_a_limit_nobody_has_to_go,
    test_the_one_that_waited_longest_makes_room, test_waiting_counts_from_the_last_phase,
    test_handshakes_are_counted_from_their_first_byte, test_who_counts_as_one_client,
    test_behind_a_balancer_the_client_counts, test_a_client_that_is_gone_leaves_nothing,
    test_the_deadline_of_each_phase, test_without_memory_nothing_is_taken_in)
