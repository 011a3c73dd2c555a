/* SPDX-License-Identifier: MIT */
#include "tlsload.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

enum {
	OPT_HOST,
	OPT_PORT,
	OPT_COUNT,
	OPT_PARALLEL,
	OPT_RATE,
	OPT_TLS,
	OPT_GROUPS,
	OPT_CIPHERSUITES,
	OPT_SNI,
	OPT_CERT,
	OPT_RESUME,
	OPT_HOLD,
	OPT_HOLD_TIME,
	OPT_GREETING,
	OPT_TIMEOUT,
	OPT_JSON,
	OPT_VERBOSE
};

static const struct option long_options[] = {
	{ "host", required_argument, NULL, OPT_HOST },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "parallel", required_argument, NULL, OPT_PARALLEL },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "tls", required_argument, NULL, OPT_TLS },
	{ "groups", required_argument, NULL, OPT_GROUPS },
	{ "ciphersuites", required_argument, NULL, OPT_CIPHERSUITES },
	{ "sni", required_argument, NULL, OPT_SNI },
	{ "cert", required_argument, NULL, OPT_CERT },
	{ "resume", no_argument, NULL, OPT_RESUME },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "hold-time", required_argument, NULL, OPT_HOLD_TIME },
	{ "greeting", required_argument, NULL, OPT_GREETING },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ NULL, 0, NULL, 0 },
};

static _Noreturn void usage(void)
{
	fputs("usage: tlsload --port N [options]\n"
	      "  --host ADDR          an IPv4 address (127.0.0.1)\n"
	      "  --count N            connections in all (1000)\n"
	      "  --parallel N         maximum number of connections at a time (32)\n"
	      "  --rate R             start R connections per second, even if earlier ones are open\n"
	      "  --tls 1.2|1.3        use only this version\n"
	      "  --groups LIST        key exchange groups, by their OpenSSL names\n"
	      "  --ciphersuites LIST  cipher suites of TLS 1.3\n"
	      "  --sni NAME           ask for this name\n"
	      "  --cert FILE          a client certificate and its key, PEM\n"
	      "  --resume             make one full handshake, then resume its session\n"
	      "  --hold STATE         keep all connections in the state tcp, hello, request or linger\n"
	      "  --hold-time S        seconds to keep them (30)\n"
	      "  --greeting TEXT      expected greeting, without its newline (Hello world)\n"
	      "  --timeout S          seconds for each connection (10)\n"
	      "  --json               print JSON, not key=value\n"
	      "  --verbose            print each failure\n",
	    stderr);
	exit(2);
}

static enum hold parse_hold(const char *text)
{
	if (strcmp(text, "tcp") == 0)
		return HOLD_TCP;
	if (strcmp(text, "hello") == 0)
		return HOLD_HELLO;
	if (strcmp(text, "request") == 0)
		return HOLD_REQUEST;
	if (strcmp(text, "linger") == 0)
		return HOLD_LINGER;
	usage();
}

static int parse_version(const char *text)
{
	if (strcmp(text, "1.2") == 0)
		return TLS1_2_VERSION;
	if (strcmp(text, "1.3") == 0)
		return TLS1_3_VERSION;
	usage();
}

static void set_greeting(struct load *load, const char *text)
{
	size_t len = strlen(text);
	char *line = malloc(len + 2);

	if (!line)
		exit(2);
	memcpy(line, text, len);
	memcpy(line + len, "\n", 2);
	load->greeting = line;
	load->greeting_len = len + 1;
}

static void apply(struct options *o, struct load *load, int option)
{
	switch (option) {
	case OPT_HOST:
		if (inet_pton(AF_INET, optarg, &load->to.sin_addr) != 1)
			usage();
		break;
	case OPT_PORT:
		load->to.sin_port = htons((uint16_t)strtoul(optarg, NULL, 10));
		break;
	case OPT_COUNT:
		o->count = strtoul(optarg, NULL, 10);
		break;
	case OPT_PARALLEL:
		o->parallel = (unsigned)strtoul(optarg, NULL, 10);
		break;
	case OPT_RATE:
		o->rate = strtod(optarg, NULL);
		break;
	case OPT_TLS:
		o->version = parse_version(optarg);
		break;
	case OPT_GROUPS:
		o->groups = optarg;
		break;
	case OPT_CIPHERSUITES:
		o->ciphersuites = optarg;
		break;
	case OPT_SNI:
		load->sni = optarg;
		break;
	case OPT_CERT:
		o->cert = optarg;
		break;
	case OPT_RESUME:
		load->resume = true;
		break;
	case OPT_HOLD:
		load->hold = parse_hold(optarg);
		break;
	case OPT_HOLD_TIME:
		o->hold_s = strtod(optarg, NULL);
		break;
	case OPT_GREETING:
		set_greeting(load, optarg);
		break;
	case OPT_TIMEOUT:
		o->timeout_s = strtod(optarg, NULL);
		break;
	case OPT_JSON:
		o->json = true;
		break;
	case OPT_VERBOSE:
		load->verbose = true;
		break;
	default:
		usage();
	}
}

void options_parse(struct options *o, struct load *load, int argc, char *argv[])
{
	int option;

	*o = (struct options){ .count = 1000, .parallel = 32, .timeout_s = 10, .hold_s = 30 };
	*load = (struct load){ .to.sin_family = AF_INET };
	load->to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	set_greeting(load, "Hello world");
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		apply(o, load, option);
	if (optind != argc || !load->to.sin_port || !o->count || !o->parallel)
		usage();
}

SSL_CTX *options_context(const struct options *o)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx || SSL_CTX_set_min_proto_version(ctx, o->version) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, o->version) != 1 ||
	    (o->groups && SSL_CTX_set1_groups_list(ctx, o->groups) != 1) ||
	    (o->ciphersuites && SSL_CTX_set_ciphersuites(ctx, o->ciphersuites) != 1) ||
	    (o->cert && SSL_CTX_use_certificate_chain_file(ctx, o->cert) != 1) ||
	    (o->cert && SSL_CTX_use_PrivateKey_file(ctx, o->cert, SSL_FILETYPE_PEM) != 1)) {
		ERR_print_errors_fp(stderr);
		exit(2);
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(ctx, 1);
	return ctx;
}
