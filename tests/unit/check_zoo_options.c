/* SPDX-License-Identifier: MIT */
#include "zoo/options.h"

#include <stdio.h>

#include "support/check_main.h"

enum { WORDS_MAX = 16 };

/* The words of a command line after the program's name, up to NULL. */
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static int parse(struct zoo_options *o, const char *const words[], struct outcome *oc)
{
	static char line[1024];
	char *argv[WORDS_MAX] = { line }, *at = line;
	int argc = 0;

	for (; *words; words++) {
		argv[++argc] = at;
		at += snprintf(at, sizeof line - (size_t)(at - line), "%s", *words) + 1;
		ck_assert(at < line + sizeof line && argc + 1 < WORDS_MAX);
	}
	*oc = OUTCOME_NONE;
	/* Nothing may depend on what was there before. */
	memset(o, 0xff, sizeof *o);
	return zoo_options_parse(o, argc + 1, argv, oc);
}

static struct zoo_options taken(const char *const words[])
{
	struct zoo_options o;
	struct outcome oc;
	int ret = parse(&o, words, &oc);

	ck_assert_no_failure(&oc);
	ck_assert_int_eq(ret, 0);
	return o;
}

static void refused(const char *const words[], const char *because)
{
	struct zoo_options o;
	struct outcome oc;

	ck_assert_msg(parse(&o, words, &oc) == -1, "taken: %s", words[0]);
	ck_assert_outcome(&oc, OC_USAGE, because);
}

START_TEST(test_what_to_serve)
{
	struct zoo_options o = taken(WORDS("z"));

	ck_assert_str_eq(o.folder, "z");
	ck_assert_int_eq(o.misbehave, MISBEHAVE_NONE);
	ck_assert_uint_eq(o.server.process.workers, 1);
	/* hello-server's defaults, where there is no option. */
	ck_assert_uint_eq(o.server.limits.handshakes, 1000);
	ck_assert_uint_eq(o.server.conn.ms[CONN_PHASE_HANDSHAKE], 10000);
	o = taken(WORDS("--misbehave", "plain", "--cert", "c", "--key", "k", "--greeting", "g"));
	ck_assert_ptr_null(o.folder);
	ck_assert_int_eq(o.misbehave, MISBEHAVE_PLAIN);
	ck_assert_str_eq(o.server.service.identities[0].key_file, "k");
	ck_assert_str_eq(o.server.service.greeting, "g");
	o = taken(WORDS("--misbehave", "one-byte-records", "z"));
	ck_assert_int_eq(o.misbehave, MISBEHAVE_ONE_BYTE_RECORDS);
	ck_assert_str_eq(o.folder, "z");
	o = taken(WORDS("z", "--drain-timeout", "2s"));
	ck_assert_uint_eq(o.server.process.drain_ms, 2000);
	refused((const char *const[]){ NULL }, "missing DIR");
	refused(WORDS(""), "DIR is empty");
	refused(WORDS("z", "y"), "only one DIR");
	refused(WORDS("z", "--cert", "c", "--key", "k"), "not allowed");
	refused(WORDS("z", "--greeting", "g"), "--greeting are not allowed");
	refused(WORDS("--misbehave", "none"), "invalid --misbehave \"none\"");
}
END_TEST

START_TEST(test_the_zoo_stays_here)
{
	static const char other[] = "not on loopback";
	struct zoo_options o = taken(WORDS("z"));

	ck_assert_uint_eq(o.server.listen.count, 1);
	ck_assert_int_eq(o.server.listen.endpoint[0].kind, ENDPOINT_INET);
	ck_assert(addr_is_loopback(&o.server.listen.endpoint[0].at));
	ck_assert_uint_eq(addr_port(&o.server.listen.endpoint[0].at), 8443);
	o = taken(WORDS("z", "-l", "127.0.0.2:1", "--listen", "[::1]:1", "-l", "unix:/x"));
	ck_assert_uint_eq(o.server.listen.count, 3);
	refused(WORDS("z", "--listen", "127.0.0.1:1", "--listen", "192.0.2.1:1"), other);
	refused(WORDS("z", "--listen", "[::]:1"), other);
	refused(WORDS("z", "--listen", "[::ffff:127.0.0.1]:1"), other);
	refused(WORDS("z", "--listen", "systemd"), "hello-zoo opens its own sockets");
	refused(WORDS("z", "--listen", "systemd:a", "--expose"), "hello-zoo opens its own sockets");
	refused(WORDS("--misbehave", "plain", "--listen", "192.0.2.1:1"), other);
	o = taken(WORDS("z", "--listen", "192.0.2.1:1", "--expose"));
	ck_assert_uint_eq(o.server.listen.count, 1);
	/* To expose it is not to listen everywhere. */
	o = taken(WORDS("z", "--expose"));
	ck_assert(addr_is_loopback(&o.server.listen.endpoint[0].at));
}
END_TEST

CHECK_MAIN("zoo_options", test_what_to_serve, test_the_zoo_stays_here)
