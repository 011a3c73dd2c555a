/* SPDX-License-Identifier: MIT */
/*
 * The least that a connection costs a server with this OpenSSL: the CPU time of the server's calls
 * alone, from SSL_new to SSL_free, with both ends in one process and no socket between them.
 *
 *	limit --list
 *	limit [--scenario NAME] [--variant lean|default] [--count N] [--pause US]
 *	      --cert FILE --key FILE
 *
 * --list prints the scenarios that this library supports. Otherwise prints one line of key=value
 * pairs: microseconds of the thread's CPU time, and the bytes that the server sent. --pause sleeps
 * before each connection, like a server that waits for its next client: the cost includes what the
 * processor forgot meanwhile.
 */
#include "limit.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct scenario scenarios[] = {
	{ "x25519", TLS1_3_VERSION, "X25519", false },
	{ "p256", TLS1_3_VERSION, "P-256", false },
	{ "rsa", TLS1_3_VERSION, "X25519", false }, /* the difference is in the files given */
	{ "tls12", TLS1_2_VERSION, "X25519:P-256", false },
	{ "resumed", TLS1_3_VERSION, "X25519", true },
	{ "mlkem", TLS1_3_VERSION, "X25519MLKEM768", false },
};

enum { SCENARIOS = sizeof scenarios / sizeof scenarios[0] };

static const char *const variant_names[VARIANTS] = { "default", "lean" };

/* The first handshakes load and cache what the later ones share. */
enum { WARM_UP = 20 };

struct options {
	const struct scenario *scenario;
	enum variant variant;
	unsigned long count;
	struct timespec pause;
	const char *cert, *key;
};

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The cost of reading the clock twice. */
static double clock_cost_us(void)
{
	enum { TIMES = 1001 };
	double costs[TIMES];

	for (int i = 0; i < TIMES; i++) {
		double before = cpu_us();

		costs[i] = cpu_us() - before;
	}
	qsort(costs, TIMES, sizeof costs[0], compare);
	return costs[TIMES / 2];
}

/* Make one connection. Returns the cost of the server's part. */
static double connect_once(const struct options *o, struct pair *p, double clock_us)
{
	double began, us;

	client_begin(p);
	if ((o->pause.tv_sec > 0 || o->pause.tv_nsec > 0) && nanosleep(&o->pause, NULL) != 0) {
		perror("limit: nanosleep");
		exit(1);
	}
	began = cpu_us();
	server_begin(p);
	us = cpu_us() - began - clock_us;
	client_answer(p);
	began = cpu_us();
	server_finish(p);
	us += cpu_us() - began - clock_us;
	client_finish(p);
	return us;
}

static void measure(const struct options *o, struct pair *p)
{
	double *us = calloc(o->count, sizeof *us), sum = 0, clock_us = clock_cost_us();

	if (!us) {
		perror("limit");
		exit(1);
	}
	for (int i = 0; i < WARM_UP; i++)
		connect_once(o, p, clock_us);
	for (unsigned long i = 0; i < o->count; i++)
		sum += (us[i] = connect_once(o, p, clock_us));
	qsort(us, o->count, sizeof *us, compare);
	printf("count=%lu median_us=%.1f mean_us=%.1f p10_us=%.1f p90_us=%.1f bytes=%zu\n",
	    o->count, us[o->count / 2], sum / (double)o->count, us[o->count / 10],
	    us[o->count * 9 / 10], p->sent);
	free(us);
}

/* The library rejects an unknown group before any file is read. */
static int list(void)
{
	for (int i = 0; i < SCENARIOS; i++) {
		SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

		if (ctx && SSL_CTX_set1_groups_list(ctx, scenarios[i].groups) == 1)
			puts(scenarios[i].name);
		SSL_CTX_free(ctx);
	}
	return 0;
}

static _Noreturn void usage(void)
{
	fputs("usage: limit --list\n"
	      "       limit [--scenario NAME] [--variant lean|default] [--count N] "
	      "[--pause US] --cert FILE --key FILE\n",
	    stderr);
	exit(2);
}

static const struct scenario *find_scenario(const char *name)
{
	for (int i = 0; i < SCENARIOS; i++) {
		if (strcmp(scenarios[i].name, name) == 0)
			return &scenarios[i];
	}
	usage();
}

static enum variant find_variant(const char *name)
{
	for (int i = 0; i < VARIANTS; i++) {
		if (strcmp(variant_names[i], name) == 0)
			return (enum variant)i;
	}
	usage();
}

static void set_pause(struct options *o, unsigned long us)
{
	o->pause.tv_sec = (time_t)(us / 1000000);
	o->pause.tv_nsec = (long)(us % 1000000) * 1000;
}

static void parse(struct options *o, int argc, char *argv[])
{
	static const struct option longs[] = {
		{ "scenario", required_argument, NULL, 's' },
		{ "variant", required_argument, NULL, 'v' },
		{ "count", required_argument, NULL, 'n' },
		{ "pause", required_argument, NULL, 'p' },
		{ "cert", required_argument, NULL, 'c' },
		{ "key", required_argument, NULL, 'k' },
		{ "list", no_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*o = (struct options){ .scenario = &scenarios[0], .variant = VARIANT_LEAN, .count = 1000 };
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 's')
			o->scenario = find_scenario(optarg);
		else if (option == 'v')
			o->variant = find_variant(optarg);
		else if (option == 'n')
			o->count = strtoul(optarg, NULL, 10);
		else if (option == 'p')
			set_pause(o, strtoul(optarg, NULL, 10));
		else if (option == 'c')
			o->cert = optarg;
		else if (option == 'k')
			o->key = optarg;
		else if (option == 'l')
			exit(list());
		else
			usage();
	}
	if (optind != argc || !o->cert || !o->key || !o->count)
		usage();
}

int main(int argc, char *argv[])
{
	struct options o;
	struct pair p;

	parse(&o, argc, argv);
	if (pair_open(&p, o.scenario, o.variant, o.cert, o.key) != 0) {
		fprintf(stderr, "limit: this library does not support %s\n", o.scenario->groups);
		return 1;
	}
	measure(&o, &p);
	return 0;
}
