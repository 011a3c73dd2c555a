/* SPDX-License-Identifier: MIT */
#include "server/options_check.h"
#include "server/options.h"

#include <stdio.h>
#include <unistd.h>

#include "support/check_main.h"

enum { WORDS_MAX = 2 * LISTENERS_MAX + 16 };

/* The words of a command line after the program's name, up to NULL. */
#define WORDS(...) ((const char *const []){ __VA_ARGS__, NULL })

static int parse(struct server_options *o, const char *const words[], struct outcome *oc)
{
	static char line[2 * SERVICE_GREETING_MAX];
	char *argv[WORDS_MAX] = { line }, *at = line;
	int argc = 1, ret;

	at += snprintf(line, sizeof line, "hello-server") + 1;
	for (; *words; words++) {
		ck_assert_int_lt(argc, WORDS_MAX);
		argv[argc++] = at;
		at += snprintf(at, sizeof line - (size_t)(at - line), "%s", *words) + 1;
		ck_assert(at < line + sizeof line);
	}
	*oc = OUTCOME_NONE;
	/* Nothing may depend on what was there before. */
	memset(o, 0xff, sizeof *o);
	ret = server_options_parse(o, argc, argv, oc);
	return ret == 0 ? server_optcheck(o, oc) : ret;
}

static struct server_options taken(const char *const words[])
{
	struct server_options o;
	struct outcome oc;
	int ret = parse(&o, words, &oc);

	ck_assert_no_failure(&oc);
	ck_assert_int_eq(ret, 0);
	return o;
}

static struct outcome refused(const char *const words[], const char *because)
{
	struct server_options o;
	struct outcome oc;

	ck_assert_msg(parse(&o, words, &oc) == -1, "taken: %s", words[0]);
	ck_assert_outcome(&oc, OC_USAGE, because);
	return oc;
}

START_TEST(test_the_defaults)
{
	struct server_options o = taken((const char *const []){ NULL });
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	ck_assert_uint_eq(o.listen.count, 0);
	ck_assert_str_eq(o.listen.port, "8443");
	ck_assert_str_eq(o.service.identities[0].chain_file, HELLO_SYSCONFDIR "/chain.pem");
	ck_assert_str_eq(o.service.identities[0].key_file, HELLO_SYSCONFDIR "/key.pem");
	ck_assert_str_eq(o.service.greeting, "Hello world");
	ck_assert_ptr_null(o.service.greeting_file);
	ck_assert_int_eq(o.process.workers, cpus > WORKERS_MAX ? WORKERS_MAX : cpus);
	ck_assert_uint_eq(o.limits.connections, 0);
	ck_assert_uint_eq(o.limits.handshakes, 1000);
	ck_assert_uint_eq(o.limits.per_client, 0);
	ck_assert_uint_eq(o.listen.access.allow_count, 0);
	ck_assert_uint_eq(o.listen.access.deny_count, 0);
	ck_assert_uint_eq(o.service.tls.tickets, 0);
	ck_assert_ptr_null(o.service.tls.policy.groups);
	ck_assert_uint_eq(o.conn.ms[CONN_PHASE_HANDSHAKE], 10000);
	ck_assert_uint_eq(o.conn.ms[CONN_PHASE_GREETING], 10000);
	ck_assert_uint_eq(o.conn.ms[CONN_PHASE_LINGER], 5000);
	ck_assert_uint_eq(o.process.drain_delay_ms, 0);
	ck_assert_uint_eq(o.process.drain_ms, 30000);
	ck_assert_int_eq(o.log_level, LEVEL_INFO);
}
END_TEST

START_TEST(test_each_option_sets_its_own)
{
	/* The last word counts. */
	struct server_options o = taken(WORDS("--cert=c.pem", "--key", "k.pem",
	    "--greeting", "Hi", "--greeting-file=g", "--workers=9", "--workers=3", "--tickets=2",
	    "--max-handshakes=7", "--groups", "X25519:P-256", "--tls-min=1.2", "--tls-max=1.3",
	    "--ciphers=ECDHE-RSA-AES256-GCM-SHA384",
	    "--ciphersuites=TLS_AES_256_GCM_SHA384", "--handshake-timeout=1s",
	    "--greeting-timeout=2s", "--linger-timeout=3s", "--drain-timeout=4s",
	    "--drain-delay=5s",
	    "--log-level=debug", "--max-connections=70", "--max-per-client=5", "--allow=::1",
	    "--allow=10.0.0.0/8", "--deny=10.1.0.0/16"));

	ck_assert_str_eq(o.service.identities[0].chain_file, "c.pem");
	ck_assert_str_eq(o.service.identities[0].key_file, "k.pem");
	ck_assert_str_eq(o.service.greeting, "Hi");
	ck_assert_str_eq(o.service.greeting_file, "g");
	ck_assert_uint_eq(o.process.workers, 3);
	ck_assert_uint_eq(o.limits.handshakes, 7);
	ck_assert_uint_eq(o.limits.connections, 70);
	ck_assert_uint_eq(o.limits.per_client, 5);
	ck_assert_uint_eq(o.listen.access.allow_count, 2);
	ck_assert_uint_eq(o.listen.access.deny_count, 1);
	ck_assert_uint_eq(o.service.tls.tickets, 2);
	ck_assert_str_eq(o.service.tls.policy.groups, "X25519:P-256");
	ck_assert_int_eq(o.service.tls.policy.min, 0x0303);
	ck_assert_int_eq(o.service.tls.policy.max, 0x0304);
	ck_assert_str_eq(o.service.tls.policy.ciphers, "ECDHE-RSA-AES256-GCM-SHA384");
	ck_assert_str_eq(o.service.tls.policy.ciphersuites, "TLS_AES_256_GCM_SHA384");
	ck_assert_uint_eq(o.conn.ms[CONN_PHASE_HANDSHAKE], 1000);
	ck_assert_uint_eq(o.conn.ms[CONN_PHASE_GREETING], 2000);
	ck_assert_uint_eq(o.conn.ms[CONN_PHASE_LINGER], 3000);
	ck_assert_uint_eq(o.process.drain_ms, 4000);
	ck_assert_uint_eq(o.process.drain_delay_ms, 5000);
	ck_assert_int_eq(o.log_level, LEVEL_DEBUG);
}
END_TEST

START_TEST(test_where_to_listen)
{
	struct server_options o = taken(WORDS("-l127.0.0.1:443", "--listen", "[::1]:0"));
	char text[ADDR_TEXT_MAX];

	ck_assert_uint_eq(o.listen.count, 2);
	ck_assert_str_eq(addr_format(&o.listen.endpoint[0].at, text), "127.0.0.1:443");
	ck_assert_str_eq(addr_format(&o.listen.endpoint[1].at, text), "[::1]:0");
}
END_TEST

static void expect_port(const char *const words[], const char *port)
{
	struct server_options o = taken(words);

	ck_assert_str_eq(o.listen.port, port);
}

START_TEST(test_a_port)
{
	expect_port(WORDS("443"), "443");
	expect_port(WORDS("0", "--workers=1"), "0");
	expect_port(WORDS("--workers=1", "--", "65535"), "65535");
}
END_TEST

START_TEST(test_what_is_no_port)
{
	static const char *const ports[] = {
		"65536", "+1", " 1", "", "http", "1x", "-", "000443", "127.0.0.1:443", ":443",
		"99999999999999999999",
	};

	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
		struct outcome oc = refused(WORDS(ports[i]), "invalid port \"");

		ck_assert_has(oc.detail, ports[i]);
	}
	refused(WORDS("--", "-1"), "invalid port \"-1\"");
}
END_TEST

START_TEST(test_one_port_or_a_list)
{
	refused(WORDS("443", "444"), "only one PORT is allowed: unexpected \"444\"");
	refused(WORDS("443", "443"), "only one PORT is allowed");
	refused(WORDS("443", "--listen=127.0.0.1:443"), "PORT and --listen exclude each other");
	/* Also when it says what is so anyway. */
	refused(WORDS("--listen=127.0.0.1:443", "8443"), "PORT and --listen exclude each other");
}
END_TEST

START_TEST(test_a_certificate_needs_its_key)
{
	refused(WORDS("--cert=c.pem"), "--cert and --key belong together");
	refused(WORDS("--key=k.pem"), "--cert and --key belong together");
	refused(WORDS("--key=k.pem", "--cert=c.pem"), "--key k.pem has no --cert before it");
	refused(WORDS("--cert=c.pem", "--key=k.pem", "--key=l.pem"),
	    "c.pem already has one, k.pem");
	refused(WORDS("--ocsp=o.der", "--cert=c.pem", "--key=k.pem"), "--ocsp o.der has no --cert");
	refused(WORDS("--cert=c.pem", "--key=k.pem", "--cert=d.pem"), "--cert d.pem has no --key");
}
END_TEST

START_TEST(test_several_certificates)
{
	struct server_options o = taken(WORDS("--cert=a.pem", "--key=a.key", "--ocsp=a.der",
	    "--cert=b.pem", "--key=b.key", "--strict-sni"));

	ck_assert_uint_eq(o.service.identity_count, 2);
	ck_assert_str_eq(o.service.identities[0].ocsp_file, "a.der");
	ck_assert_str_eq(o.service.identities[1].chain_file, "b.pem");
	ck_assert_str_eq(o.service.identities[1].key_file, "b.key");
	ck_assert_ptr_null(o.service.identities[1].ocsp_file);
	ck_assert(o.service.strict_sni);
}
END_TEST

START_TEST(test_at_most_16_addresses)
{
	static char text[LISTENERS_MAX][32];
	const char *words[LISTENERS_MAX + 2] = { NULL };

	for (int i = 0; i < LISTENERS_MAX; i++) {
		snprintf(text[i], sizeof text[i], "--listen=127.0.0.1:%d", 444 + i);
		words[i] = text[i];
	}
	ck_assert_uint_eq(taken(words).listen.count, LISTENERS_MAX);
	words[LISTENERS_MAX] = "--listen=127.0.0.1:443";
	refused(words, "--listen: more than 16 addresses");
}
END_TEST

START_TEST(test_an_address_without_a_part)
{
	static const char *const values[] = { "127.0.0.1", ":443", "127.0.0.1:", "[::1]", "::1",
		"443", ":", "[]:443" };

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		struct outcome oc = refused(WORDS("--listen", values[i]),
		    "invalid --listen \"");

		ck_assert_has(oc.detail, values[i]);
		ck_assert_has(oc.advice, "--listen 127.0.0.1:8443");
	}
}
END_TEST

START_TEST(test_a_bad_address_is_named)
{
	refused(WORDS("--listen", "localhost:443"), "\"localhost\"");
	refused(WORDS("--listen", "127.1:443"), "\"127.1\"");
	refused(WORDS("--listen", "127.0.0.1:65536"), "\"65536\"");
	refused(WORDS("--listen", "127.0.0.1:https"), "\"https\"");
	refused(WORDS("--listen", "127.0.0.1:123456"), "123456");
	refused(WORDS("--listen", "[::1:443"), "\"[::1:443\"");
}
END_TEST

START_TEST(test_a_bad_address_names_its_option)
{
	refused(WORDS("--listen", "localhost:443"), "--listen");
	refused(WORDS("--listen", "127.0.0.1:65536"), "--listen");
	refused(WORDS("--listen", "[::1:443"), "--listen");
}
END_TEST

START_TEST(test_a_bad_value_names_its_option)
{
	static const struct { const char *option, *values[4]; } table[] = {
		{ "--workers", { "0", "257", "x", "" } },
		{ "--max-handshakes", { "0", "1000001", "-1", "1k" } },
		{ "--max-connections", { "0", "10000001", "-1", "1k" } },
		{ "--max-per-client", { "0", "1000001", "-1", "" } },
		{ "--allow", { "localhost", "10.0.0.0/33", "", "10.0.0/8" } },
		{ "--deny", { "any", "::/129", "", "10.0.0.0/" } },
		{ "--tickets", { "17", "-1", "two", "" } },
		{ "--handshake-timeout", { "0", "25h", "x", "" } },
		{ "--greeting-timeout", { "0", "-1s", "1e3", "" } },
		{ "--linger-timeout", { "0", "inf", "5x", "" } },
		{ "--drain-timeout", { "0", "25h", "forever", "." } },
		{ "--drain-delay", { "0", "25h", "none", "" } },
		{ "--log-level", { "INFO", "notice", "inf", "" } },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		for (size_t j = 0; j < 4; j++) {
			struct outcome oc = refused(WORDS(table[i].option,
			    table[i].values[j]), table[i].option);
			char told[64];

			snprintf(told, sizeof told, table[i].values[j][0] ? "\"%s\"" : "is empty%s",
			    table[i].values[j]);
			ck_assert_has(oc.detail, told);
		}
	}
}
END_TEST

START_TEST(test_the_bounds_are_within)
{
	struct server_options o = taken(WORDS("--workers=256", "--max-handshakes=1000000",
	    "--tickets=16", "--drain-timeout=24h", "--linger-timeout=1ms"));

	ck_assert_uint_eq(o.process.workers, WORKERS_MAX);
	ck_assert_uint_eq(o.limits.handshakes, 1000000);
	ck_assert_uint_eq(o.service.tls.tickets, 16);
	ck_assert_uint_eq(o.process.drain_ms, 86400000);
	ck_assert_uint_eq(o.conn.ms[CONN_PHASE_LINGER], 1);
}
END_TEST

START_TEST(test_the_levels_of_the_log)
{
	ck_assert_int_eq(taken(WORDS("--log-level=error")).log_level, LEVEL_ERROR);
	ck_assert_int_eq(taken(WORDS("--log-level=warning")).log_level, LEVEL_WARNING);
	ck_assert_int_eq(taken(WORDS("--log-level=info")).log_level, LEVEL_INFO);
	ck_assert_int_eq(taken(WORDS("--log-level=debug")).log_level, LEVEL_DEBUG);
}
END_TEST

START_TEST(test_a_client_takes_no_longer_greeting)
{
	static char text[SERVICE_GREETING_MAX + 1];

	memset(text, 'g', SERVICE_GREETING_MAX);
	refused(WORDS("--greeting", text), "--greeting is longer than 65536 bytes");
	taken(WORDS("--greeting", text, "--greeting-file", "f"));
	/* The newline is the last byte. */
	text[SERVICE_GREETING_MAX - 1] = '\0';
	taken(WORDS("--greeting", text));
	refused(WORDS("--greeting", text, "--report"), "--greeting is longer than 6");
}
END_TEST

START_TEST(test_unknown_options)
{
	refused(WORDS("--work=3"), "unknown option --work");
	refused(WORDS("-x"), "unknown option -x");
	refused(WORDS("--workers"), "missing value after --workers");
}
END_TEST

/* These print and are done, whatever comes after. */
static void expect_print(const char *const words[], const char *begins)
{
	struct server_options o;
	struct outcome oc;
	FILE *to = tmpfile();
	char text[8192] = "";
	int saved = dup(STDOUT_FILENO), ret;

	fflush(stdout);
	dup2(fileno(to), STDOUT_FILENO);
	ret = parse(&o, words, &oc);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	ck_assert_int_eq(ret, 1);
	ck_assert_no_failure(&oc);
	rewind(to);
	ck_assert_uint_gt(fread(text, 1, sizeof text - 1, to), 0);
	fclose(to);
	ck_assert_int_eq(strncmp(text, begins, strlen(begins)), 0);
}

START_TEST(test_help_and_version_end_it)
{
	expect_print(WORDS("--help"), "usage: hello-server [options] [PORT]\n");
	expect_print(WORDS("-h", "--no-such-option"), "usage: hello-server");
	expect_print(WORDS("--version"), "hello-server " PACKAGE_VERSION "\nOpenSSL ");
	expect_print(WORDS("443", "-V"), "hello-server " PACKAGE_VERSION "\n");
}
END_TEST

START_TEST(test_other_endpoints)
{
	struct server_options o = taken(WORDS("-l", "unix:/run/h.sock", "--listen=systemd:web",
	    "--listen=systemd"));

	ck_assert_uint_eq(o.listen.count, 3);
	ck_assert_int_eq(o.listen.endpoint[0].kind, ENDPOINT_UNIX);
	ck_assert_str_eq(o.listen.endpoint[0].text, "/run/h.sock");
	ck_assert_int_eq(o.listen.endpoint[1].kind, ENDPOINT_SYSTEMD);
	ck_assert_str_eq(o.listen.endpoint[1].text, "web");
	ck_assert_str_eq(o.listen.endpoint[2].text, "");
	refused(WORDS("--listen", "unix:"), "--listen unix:PATH: the path is empty");
}
END_TEST

START_TEST(test_a_socket_is_opened_once)
{
	struct outcome oc;

	oc = refused(WORDS("-l", "127.0.0.1:8443", "-l", "[::1]:8443", "-l", "127.0.0.1:8443"),
	    "--listen 127.0.0.1:8443 is given twice");
	ck_assert_str_eq(oc.advice, "omit one of them, or change its port");
	refused(WORDS("-l", "127.0.0.1:8443", "--metrics", "127.0.0.1:08443"),
	    "--listen 127.0.0.1:8443 and --metrics 127.0.0.1:8443 need the same socket");
	refused(WORDS("-l", "dtls:[::1]:1", "-l", "dtls:[0::1]:1"),
	    "--listen dtls:[::1]:1 is given twice");
	refused(WORDS("-l", "127.0.0.1:8443", "-l", "0.0.0.0:8443"),
	    "--listen 0.0.0.0:8443 includes --listen 127.0.0.1:8443: the same port");
	refused(WORDS("-l", "dtls:[::]:1", "-l", "dtls:[fe80::1%7]:1"),
	    "--listen dtls:[::]:1 includes");
	/* Without --listen. */
	refused(WORDS("--metrics", "127.0.0.1:8443"),
	    "port 8443 of all addresses includes --metrics 127.0.0.1:8443");
	refused(WORDS("443", "--metrics", "[::1]:443"), "port 443 of all addresses includes");
	refused(WORDS("--metrics", "0.0.0.0:8443"),
	    "port 8443 of all addresses and --metrics 0.0.0.0:8443 need the same socket");
	oc = refused(WORDS("-l", "unix:/tmp/h", "-l", "unix:/tmp/h"),
	    "--listen unix:/tmp/h is given twice");
	ck_assert_str_eq(oc.advice, "omit one of them, or change its path");
	refused(WORDS("-l", "unix:/tmp/h", "--metrics", "unix:/tmp/../tmp/h"),
	    "--listen unix:/tmp/h and --metrics unix:/tmp/../tmp/h need the same socket");
	refused(WORDS("--check", "-l", "127.0.0.1:1", "-l", "127.0.0.1:1"), "is given twice");

	/* Other addresses, families, protocols and ports; any port that is free. */
	taken(WORDS("-l", "0.0.0.0:8443", "-l", "[::]:8443", "-l", "dtls:0.0.0.0:8443", "-l",
	    "127.0.0.1:8444", "--metrics", "127.0.0.2:8444", "-l", "[fe80::1%7]:1", "-l",
	    "[fe80::1%8]:1"));
	taken(WORDS("-l", "127.0.0.1:0", "-l", "127.0.0.1:0", "--metrics", "127.0.0.1:0"));
	taken(WORDS("0", "--metrics", "127.0.0.1:0"));
	taken(WORDS("-l", "unix:/tmp/h", "-l", "unix:/tmp/i", "-l", "unix:/var/tmp/h"));
	taken(WORDS("-l", "systemd", "-l", "systemd:a", "--metrics", "systemd:b"));
}
END_TEST

START_TEST(test_credentials_come_before_the_usual_files)
{
	char folder[] = "/tmp/hello-tls-options-XXXXXX", chain[64], key[64];
	struct server_options o;
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(chain, sizeof chain, "%s/chain.pem", folder);
	snprintf(key, sizeof key, "%s/key.pem", folder);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	o = taken((const char *const []){ NULL });
	ck_assert_str_eq(o.service.identities[0].key_file, HELLO_SYSCONFDIR "/key.pem");
	ck_assert(!o.service.credentials);

	/* One is enough: that the other is missing is then said where it is read. */
	file = fopen(key, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	o = taken((const char *const []){ NULL });
	ck_assert_str_eq(o.service.identities[0].chain_file, chain);
	ck_assert_str_eq(o.service.identities[0].key_file, key);
	ck_assert(o.service.credentials);

	o = taken(WORDS("--cert=c.pem", "--key=k.pem"));
	ck_assert_str_eq(o.service.identities[0].chain_file, "c.pem");
	ck_assert(!o.service.credentials);

	setenv("CREDENTIALS_DIRECTORY", "", 1);
	o = taken((const char *const []){ NULL });
	ck_assert_str_eq(o.service.identities[0].chain_file, HELLO_SYSCONFDIR "/chain.pem");
	unlink(key);
	rmdir(folder);
}
END_TEST

CHECK_MAIN("server_options", test_the_defaults, test_each_option_sets_its_own, test_where_to_listen,
    test_a_port, test_what_is_no_port, test_one_port_or_a_list, test_a_certificate_needs_its_key,
    test_several_certificates,
    test_at_most_16_addresses, test_an_address_without_a_part, test_a_bad_address_is_named,
    test_a_bad_address_names_its_option, test_a_bad_value_names_its_option,
    test_the_bounds_are_within, test_the_levels_of_the_log, test_a_client_takes_no_longer_greeting,
    test_unknown_options, test_help_and_version_end_it, test_other_endpoints,
    test_a_socket_is_opened_once,
    test_credentials_come_before_the_usual_files)
