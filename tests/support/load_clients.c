/* SPDX-License-Identifier: MIT */
/*
 * Many clients at once, for tests of hello-server, on 127.0.0.1 unless --to says otherwise.
 *
 *	load_clients idle N PORT             connect and send nothing
 *	load_clients half N PORT             send half a ClientHello, then nothing
 *	load_clients drip N PORT             send an endless ClientHello, byte by byte
 *	load_clients greet N AT_ONCE PORT CA run N good clients, which verify chain, name,
 *	                                     greeting and close_notify
 *	load_clients say PORT                send standard input once, print the answer
 *	load_clients garble PORT             send an undecryptable record instead of an HTTP
 *	                                     request, print the alert, and how the server closes
 *
 * Prints "ready" when all clients, or AT_ONCE of them, are connected, and at the end one line of
 * name=count. idle ends with standard input, or when the server has closed all connections. Options
 * of greet: --greeting FILE (expected), --send BYTES (sent first), --tls12, --hold (no handshake
 * before the end of standard input), --until-end (stop there, even before N clients), --to ADDRESS
 * (repeatable: to each in turn), --resume (each of the AT_ONCE offers the last session it got; the
 * server has --report, which tells how many resumed a session of another node: elsewhere).
 *
 * Status 0: done, whatever the result. 1: it could not be done, or took longer than --time SECONDS
 * (60). 77: the hard limit of open files is too low.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

enum {
	N_MAX = 100000,
	GREET_MAX = 10000000,
	AT_ONCE_MAX = 256,
	TO_MAX = 4,
	GREETING_MAX = 65536,
	DRIP_MS = 100
};

/* How long a good client waits for anything. */
enum { PATIENCE_S = 30 };

static struct options {
	const char *mode;
	unsigned n, at_once, port, seconds, send;
	const char *ca, *greeting_file;
	bool hold, until_end, tls12, resume;
	struct in_addr to[TO_MAX];
	unsigned to_count;
} options;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void on_alarm(int number)
{
	static const char text[] = "crowd: the time is over\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);

	(void)number;
	(void)n;
	_exit(1);
}

static void set_signals(void)
{
	const struct sigaction late = { .sa_handler = on_alarm };
	const struct sigaction ignored = { .sa_handler = SIG_IGN };

	sigaction(SIGALRM, &late, NULL);
	sigaction(SIGPIPE, &ignored, NULL);
	alarm(options.seconds);
}

static unsigned now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned)(t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

static void say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

/* All that many connections need besides patience. */
static void raise_limit(unsigned connections)
{
	enum { OTHERS = 16 };
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		die("getrlimit");
	if (connections + OTHERS > limit.rlim_max) {
		fprintf(stderr,
		    "crowd: the hard limit of open files is %lu: "
		    "too low for %u connections\n",
		    (unsigned long)limit.rlim_max, connections);
		exit(77);
	}
	if (connections + OTHERS > limit.rlim_cur) {
		limit.rlim_cur = connections + OTHERS;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			die("setrlimit");
	}
}

/* Returns the socket, or -1 with errno. */
static int connect_to_server(void)
{
	static atomic_uint turn;
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)options.port),
		.sin_addr = options.to[atomic_fetch_add(&turn, 1) % options.to_count] };
	struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), saved;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (connect(fd, (const struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static void wait_for_stdin(void)
{
	char discarded[256];

	while (read(STDIN_FILENO, discarded, sizeof discarded) > 0)
		;
}

/* ---- those that stall ---------------------------------------------------------- */

struct stalled {
	unsigned began_ms, lasted_ms;
	bool reset;
};

/* The first half of what a real client says first. */
static size_t make_half_hello(char *to, size_t max)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;
	BIO *out = BIO_new(BIO_s_mem());
	long len;
	char *hello;

	if (!ssl || !out)
		die("no ClientHello");
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), out);
	SSL_connect(ssl);
	len = BIO_get_mem_data(out, &hello) / 2;
	if (len <= 0 || (size_t)len > max)
		die("no ClientHello");
	memcpy(to, hello, (size_t)len);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	ERR_clear_error();
	return (size_t)len;
}

static void open_stalled(struct pollfd *polls, struct stalled *all)
{
	char hello[4096];
	size_t len = make_half_hello(hello, sizeof hello);

	for (unsigned i = 0; i < options.n; i++) {
		int fd;

		/* Before the server's clock starts, so that no deadline can look too short. */
		all[i].began_ms = now_ms();
		fd = connect_to_server();
		if (fd < 0)
			die("connect");
		/* The beginning of a handshake record of 16,000 bytes. */
		if (strcmp(options.mode, "drip") == 0 &&
		    send(fd, "\026\003\001\076\200\001\000\076\174", 9, MSG_NOSIGNAL) < 0)
			die("send");
		if (strcmp(options.mode, "half") == 0 && send(fd, hello, len, MSG_NOSIGNAL) < 0)
			die("send");
		polls[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
	}
}

/* Returns how many have been closed by the server since the last call. */
static unsigned collect(struct pollfd *polls, struct stalled *all)
{
	unsigned closed = 0;

	for (unsigned i = 0; i < options.n; i++) {
		char discarded[256];
		ssize_t n;

		if (polls[i].fd < 0 || !polls[i].revents)
			continue;
		n = recv(polls[i].fd, discarded, sizeof discarded, MSG_DONTWAIT);
		if (n > 0 || (n < 0 && errno == EAGAIN))
			continue;
		all[i].lasted_ms = now_ms() - all[i].began_ms;
		all[i].reset = n < 0;
		close(polls[i].fd);
		polls[i].fd = -1;
		closed++;
	}
	return closed;
}

static void drip(const struct pollfd *polls)
{
	for (unsigned i = 0; i < options.n; i++) {
		if (polls[i].fd >= 0)
			send(polls[i].fd, "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
}

static void print_stalled(const struct pollfd *polls, const struct stalled *all)
{
	unsigned closed = 0, reset = 0, min_ms = 0, max_ms = 0;

	for (unsigned i = 0; i < options.n; i++) {
		if (polls[i].fd >= 0)
			continue;
		if (all[i].lasted_ms > max_ms)
			max_ms = all[i].lasted_ms;
		if (closed + reset == 0 || all[i].lasted_ms < min_ms)
			min_ms = all[i].lasted_ms;
		if (all[i].reset)
			reset++;
		else
			closed++;
	}
	printf("closed=%u reset=%u open=%u min_ms=%u max_ms=%u\n", closed, reset,
	    options.n - closed - reset, min_ms, max_ms);
}

static void run_stalled(void)
{
	struct pollfd *polls = calloc(options.n + 1, sizeof *polls);
	struct stalled *all = calloc(options.n, sizeof *all);
	bool dripping = strcmp(options.mode, "drip") == 0;
	unsigned open = options.n;

	if (!polls || !all)
		die("memory");
	raise_limit(options.n);
	open_stalled(polls, all);
	say_ready();
	polls[options.n].fd = strcmp(options.mode, "idle") == 0 ? STDIN_FILENO : -1;
	polls[options.n].events = POLLIN;
	while (open > 0) {
		if (poll(polls, options.n + 1, dripping ? DRIP_MS : -1) < 0)
			die("poll");
		open -= collect(polls, all);
		if (polls[options.n].revents) {
			char byte;

			if (read(STDIN_FILENO, &byte, 1) <= 0)
				break;
		}
		if (dripping)
			drip(polls);
	}
	print_stalled(polls, all);
	free(polls);
	free(all);
}

/* ---- good clients ---------------------------------------------------------------- */

enum result {
	OK,
	REFUSED,
	NOT_CONNECTED,
	HANDSHAKE_RESET,
	HANDSHAKE_CLOSED,
	HANDSHAKE_FAILED,
	RESET,
	TRUNCATED,
	FAILED,
	WRONG,
	LATE,
	RESULTS
};

static const char *const result_names[RESULTS] = { "ok", "refused", "not_connected",
	"handshake_reset", "handshake_closed", "handshake_failed", "reset", "truncated", "failed",
	"wrong", "late" };

static struct {
	SSL_CTX *ctx;
	char greeting[GREETING_MAX + 1];
	size_t greeting_len;
	atomic_uint begun, connected, counts[RESULTS], resumed, elsewhere;
	pthread_mutex_t lock;
	pthread_cond_t go;
	bool held;
} load = { .lock = PTHREAD_MUTEX_INITIALIZER, .go = PTHREAD_COND_INITIALIZER };

static void load_greeting(void)
{
	static const char usual[] = "Hello world\n";
	FILE *file = NULL;

	memcpy(load.greeting, usual, sizeof usual);
	load.greeting_len = sizeof usual - 1;
	if (!options.greeting_file)
		return;
	file = fopen(options.greeting_file, "r");
	if (!file)
		die(options.greeting_file);
	load.greeting_len = fread(load.greeting, 1, sizeof load.greeting, file);
	fclose(file);
}

static void make_ctx(void)
{
	load.ctx = SSL_CTX_new(TLS_client_method());
	if (!load.ctx || SSL_CTX_load_verify_file(load.ctx, options.ca) != 1)
		die(options.ca);
	SSL_CTX_set_verify(load.ctx, SSL_VERIFY_PEER, NULL);
	if (options.tls12)
		SSL_CTX_set_max_proto_version(load.ctx, TLS1_2_VERSION);
}

/* Before anything else: the next OpenSSL call may change errno. */
static enum result judge(SSL *ssl, int ret, bool open)
{
	int saved = errno, error = SSL_get_error(ssl, ret);
	bool eof = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;

	ERR_clear_error();
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return LATE; /* SO_RCVTIMEO, SO_SNDTIMEO */
	if (error == SSL_ERROR_SYSCALL && saved != 0)
		return open ? RESET : HANDSHAKE_RESET;
	if (eof || error == SSL_ERROR_SYSCALL)
		return open ? TRUNCATED : HANDSHAKE_CLOSED;
	return open ? FAILED : HANDSHAKE_FAILED;
}

/* What the server never reads. */
static enum result send_much(SSL *ssl)
{
	static const char much[16384];

	for (unsigned sent = 0; sent < options.send; sent += sizeof much) {
		int ret = SSL_write(ssl, much, sizeof much);

		if (ret <= 0)
			return judge(ssl, ret, true);
	}
	return OK;
}

/* The session that a client got last, and the node that it got it from. */
struct memory {
	SSL_SESSION *session;
	char node[64];
};

/* The node's name in a report, which ends with 0. */
static bool find_node(const char *report, char node[64])
{
	const char *line = strstr(report, "\nnode: ");

	return line && sscanf(line, "\nnode: %63[^\n]", node) == 1;
}

/* TLS 1.2 gives no new ticket for a good one: then the session is still that of an earlier node. */
static void remember(SSL *ssl, struct memory *last, const char *node)
{
	SSL_SESSION *now = SSL_get1_session(ssl);

	if (SSL_session_reused(ssl)) {
		atomic_fetch_add(&load.resumed, 1);
		if (strcmp(node, last->node) != 0)
			atomic_fetch_add(&load.elsewhere, 1);
	}
	if (now == last->session || !now || !SSL_SESSION_is_resumable(now)) {
		SSL_SESSION_free(now);
		return;
	}
	SSL_SESSION_free(last->session);
	last->session = now;
	memcpy(last->node, node, sizeof last->node);
}

static enum result read_greeting(SSL *ssl, struct memory *last)
{
	char got[GREETING_MAX + 2], node[64];
	size_t len = 0;
	int ret;

	while ((ret = SSL_read(ssl, got + len, (int)(sizeof got - 1 - len))) > 0) {
		len += (size_t)ret;
		if (len == sizeof got - 1)
			return WRONG;
	}
	/* Only close_notify says that this was all of it. */
	if (SSL_get_error(ssl, ret) != SSL_ERROR_ZERO_RETURN)
		return judge(ssl, ret, true);
	if (len < load.greeting_len || memcmp(got, load.greeting, load.greeting_len) != 0)
		return WRONG;
	got[len] = '\0';
	if (!options.resume)
		return len == load.greeting_len ? OK : WRONG;
	if (!find_node(got + load.greeting_len, node))
		return WRONG;
	remember(ssl, last, node);
	return OK;
}

static enum result be_greeted(SSL *ssl, int fd, struct memory *last)
{
	enum result result;
	int ret;

	/* SSL_set1_host is deprecated since OpenSSL 4.0. */
	if (!ssl || SSL_set_fd(ssl, fd) != 1 ||
	    X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), "localhost", 0) != 1)
		die("no TLS connection");
	if (last->session && SSL_set_session(ssl, last->session) != 1)
		die("no session");
	ERR_clear_error();
	errno = 0;
	ret = SSL_connect(ssl);
	if (ret != 1)
		return judge(ssl, ret, false);
	result = send_much(ssl);
	if (result == OK)
		result = read_greeting(ssl, last);
	if (result == OK)
		SSL_shutdown(ssl);
	return result;
}

/* All threads' first connections are open: say so, and let them wait if asked. */
static void report_connected(void)
{
	if (atomic_fetch_add(&load.connected, 1) + 1 == options.at_once)
		say_ready();
	pthread_mutex_lock(&load.lock);
	while (load.held)
		pthread_cond_wait(&load.go, &load.lock);
	pthread_mutex_unlock(&load.lock);
}

static enum result be_client(struct memory *last)
{
	int fd = connect_to_server();
	enum result result;
	SSL *ssl;

	if (fd < 0)
		return errno == ECONNREFUSED ? REFUSED : NOT_CONNECTED;
	report_connected();
	ssl = SSL_new(load.ctx);
	result = be_greeted(ssl, fd, last);
	SSL_free(ssl);
	close(fd);
	return result;
}

static void *run_clients(void *unused)
{
	struct memory last = { .session = NULL };

	(void)unused;
	while (atomic_fetch_add(&load.begun, 1) < options.n)
		atomic_fetch_add(&load.counts[be_client(&last)], 1);
	SSL_SESSION_free(last.session);
	return NULL;
}

static void run_greet(void)
{
	pthread_t threads[AT_ONCE_MAX];
	unsigned all = 0;

	raise_limit(options.at_once);
	load_greeting();
	make_ctx();
	load.held = options.hold;
	for (unsigned i = 0; i < options.at_once; i++) {
		if (pthread_create(&threads[i], NULL, run_clients, NULL) != 0)
			die("pthread_create");
	}
	if (options.hold || options.until_end)
		wait_for_stdin();
	if (options.until_end)
		atomic_store(&load.begun, options.n);
	if (options.hold) {
		pthread_mutex_lock(&load.lock);
		load.held = false;
		pthread_cond_broadcast(&load.go);
		pthread_mutex_unlock(&load.lock);
	}
	for (unsigned i = 0; i < options.at_once; i++)
		pthread_join(threads[i], NULL);
	for (int r = 0; r < RESULTS; r++) {
		all += load.counts[r];
		printf("%s=%u ", result_names[r], load.counts[r]);
	}
	if (options.resume)
		printf("resumed=%u elsewhere=%u ", load.resumed, load.elsewhere);
	printf("all=%u\n", all);
	SSL_CTX_free(load.ctx);
}

/* ---- one that says what it is told to --------------------------------------------- */

static void run_say(void)
{
	int fd = connect_to_server();
	char buf[4096];
	ssize_t n;

	if (fd < 0)
		die("connect");
	while ((n = read(STDIN_FILENO, buf, sizeof buf)) > 0) {
		if (send(fd, buf, (size_t)n, MSG_NOSIGNAL) != n)
			die("send");
	}
	shutdown(fd, SHUT_WR);
	while ((n = recv(fd, buf, sizeof buf, 0)) > 0)
		fwrite(buf, 1, (size_t)n, stdout);
	close(fd);
}

/* ---- one that breaks the protocol ------------------------------------------------- */

static void print_last_words(SSL *ssl)
{
	char more[1];
	int error = SSL_get_error(ssl, SSL_read(ssl, more, sizeof more));
	int reason = ERR_GET_REASON(ERR_peek_error());

	if (error == SSL_ERROR_ZERO_RETURN)
		puts("close_notify");
	else if (reason > SSL_AD_REASON_OFFSET)
		printf("alert %d\n", reason - SSL_AD_REASON_OFFSET);
	else
		puts("nothing");
}

static void run_garble(void)
{
	static const unsigned char http[] = "\x08http/1.1";
	static const char garbage[5 + 40] = { 0x17, 3, 3, 0, 40 };
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);
	int fd = connect_to_server();
	char more[1];

	if (options.tls12)
		SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
	if (fd < 0 || SSL_set_alpn_protos(ssl, http, sizeof http - 1) != 0 ||
	    SSL_set_fd(ssl, fd) != 1 || SSL_connect(ssl) != 1)
		die("connect");
	if (send(fd, garbage, sizeof garbage, MSG_NOSIGNAL) != sizeof garbage)
		die("send");
	print_last_words(ssl);
	puts(recv(fd, more, sizeof more, 0) == 0 ? "FIN" : "no FIN");
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
}

/* ---- the program -------------------------------------------------------------------- */

static _Noreturn void usage(void)
{
	fputs("usage: load_clients [--time SECONDS] idle|half|drip N PORT | say PORT |\n"
	      "       [--tls12] garble PORT |\n"
	      "       [--hold] [--until-end] [--tls12] [--send BYTES] [--greeting FILE]\n"
	      "       [--to ADDRESS]... [--resume] greet N AT_ONCE PORT CA\n",
	    stderr);
	exit(2);
}

static unsigned number(const char *text, unsigned max)
{
	char *end;
	unsigned long n = text ? strtoul(text, &end, 10) : 0;

	if (n < 1 || n > max || *end) {
		fprintf(stderr, "crowd: a number from 1 to %u, not \"%s\"\n", max,
		    text ? text : "");
		usage();
	}
	return (unsigned)n;
}

static void add_address(const char *text)
{
	if (!text || options.to_count == TO_MAX ||
	    inet_pton(AF_INET, text, &options.to[options.to_count++]) != 1)
		usage();
}

static char **parse_options(char **word)
{
	options.seconds = 60;
	for (; *word && **word == '-'; word++) {
		if (strcmp(*word, "--hold") == 0)
			options.hold = true;
		else if (strcmp(*word, "--until-end") == 0)
			options.until_end = true;
		else if (strcmp(*word, "--tls12") == 0)
			options.tls12 = true;
		else if (strcmp(*word, "--resume") == 0)
			options.resume = true;
		else if (strcmp(*word, "--to") == 0)
			add_address(*++word);
		else if (strcmp(*word, "--time") == 0)
			options.seconds = number(*++word, 3600);
		else if (strcmp(*word, "--send") == 0)
			options.send = number(*++word, 100000000);
		else if (strcmp(*word, "--greeting") == 0 && word[1])
			options.greeting_file = *++word;
		else
			usage();
		if (!*word)
			usage();
	}
	if (options.to_count == 0)
		add_address("127.0.0.1");
	return word;
}

static bool is_stalling(const char *mode)
{
	return strcmp(mode, "idle") == 0 || strcmp(mode, "half") == 0 || strcmp(mode, "drip") == 0;
}

static void parse(int argc, char *argv[])
{
	char **word = parse_options(argv + 1);
	int left = (int)(argv + argc - word);

	options.mode = left > 0 ? word[0] : "";
	if (left == 2 &&
	    (strcmp(options.mode, "say") == 0 || strcmp(options.mode, "garble") == 0)) {
		options.port = number(word[1], 65535);
	} else if (strcmp(options.mode, "greet") == 0 && left == 5) {
		options.n = number(word[1], GREET_MAX);
		options.at_once =
		    number(word[2], options.n < AT_ONCE_MAX ? options.n : AT_ONCE_MAX);
		options.port = number(word[3], 65535);
		options.ca = word[4];
	} else if (left == 3 && is_stalling(options.mode)) {
		options.n = number(word[1], N_MAX);
		options.port = number(word[2], 65535);
	} else {
		usage();
	}
}

int main(int argc, char *argv[])
{
	parse(argc, argv);
	set_signals();
	if (strcmp(options.mode, "say") == 0)
		run_say();
	else if (strcmp(options.mode, "garble") == 0)
		run_garble();
	else if (strcmp(options.mode, "greet") == 0)
		run_greet();
	else
		run_stalled();
	return 0;
}
