/* SPDX-License-Identifier: MIT */
#include "tls/buffer.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/sockios.h>
#endif

#include <openssl/bio.h>

#include "tls/hello_length.h"
#include "client/step/socket.h"
#include "net/sock.h"
#include "server/listen/socket.h"
#include "support/check_main.h"

/* A wire, and the peer's end of its socket. */
struct link {
	struct tls_buffer wire;
	BIO *bio;
	int peer;
};

/* FULL: what a wire gathers, and receives at once, at most. */
enum { FULL = 17 * 1024, A_LOT = 64 * 1024 };

/* With SOCK_SEQPACKET the peer sees what left in one send(2), and we receive as it sent. */
static void link_begin(struct link *l, int type)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, pair), 0);
	tls_buffer_init(&l->wire, pair[0]);
	l->peer = pair[1];
	l->bio = tls_buffer_bio(&l->wire);
	ck_assert_ptr_nonnull(l->bio);
}

static void link_end(struct link *l)
{
	BIO_free(l->bio);
	tls_buffer_free(&l->wire);
	close(l->wire.fd);
	close(l->peer);
}

static void peer_says(struct link *l, const char *text)
{
	ck_assert_int_eq(send(l->peer, text, strlen(text), MSG_NOSIGNAL), (int)strlen(text));
}

/* What one recv(2) of the peer gets, which has to be this; NULL: nothing. */
static void peer_hears(struct link *l, const char *text)
{
	char got[256] = "";
	ssize_t n = recv(l->peer, got, sizeof got - 1, 0);

	ck_assert_int_eq(n, text ? (ssize_t)strlen(text) : -1);
	ck_assert_str_eq(got, text ? text : "");
}

static void expect_text(struct link *l, int max, const char *text)
{
	char got[256] = "";

	ck_assert_int_eq(BIO_read(l->bio, got, max), (int)strlen(text));
	ck_assert_str_eq(got, text);
}

/* Nothing now, or the end; and no memory is held for it. */
enum { END = 0, RETRY = -1 };

static void expect_nothing(struct link *l, int answer)
{
	char got;

	ck_assert_int_eq(BIO_read(l->bio, &got, 1), answer);
	ck_assert_int_eq(BIO_should_read(l->bio) != 0, answer == RETRY);
	ck_assert_int_eq(BIO_eof(l->bio), answer == END);
	ck_assert_ptr_null(l->wire.in);
}

static void write_text(struct link *l, const char *text)
{
	ck_assert_int_eq(BIO_write(l->bio, text, (int)strlen(text)), (int)strlen(text));
}

/* Bytes to send in quantity; no two places close to each other look the same. */
static const char *lots(void)
{
	static char bytes[A_LOT];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i % 251);
	return bytes;
}

START_TEST(test_writes_leave_together_and_at_the_flush)
{
	struct link l;

	link_begin(&l, SOCK_SEQPACKET);
	write_text(&l, "Server");
	write_text(&l, "Hello");
	/* The library flushes when it likes to; that is not the time. */
	ck_assert_int_eq(BIO_flush(l.bio), 1);
	write_text(&l, "Finished");
	ck_assert(tls_buffer_pending(&l.wire));
	peer_hears(&l, NULL);
	ck_assert_uint_eq(l.wire.sent, 0);
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_DONE);
	peer_hears(&l, "ServerHelloFinished");
	peer_hears(&l, NULL);
	ck_assert(!tls_buffer_pending(&l.wire));
	ck_assert_ptr_null(l.wire.out);
	link_end(&l);
}
END_TEST

START_TEST(test_the_first_bytes_can_leave_alone)
{
	struct link l;

	link_begin(&l, SOCK_SEQPACKET);
	tls_buffer_split(&l.wire, 6);
	write_text(&l, "ClientHello");
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_WANT_WRITE);
	peer_hears(&l, "Client");
	peer_hears(&l, NULL);
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_DONE);
	peer_hears(&l, "Hello");
	/* Only once. */
	write_text(&l, "Finished");
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_DONE);
	peer_hears(&l, "Finished");
	link_end(&l);

	/* Where nothing is left behind the split there is nothing to wait for. */
	link_begin(&l, SOCK_SEQPACKET);
	tls_buffer_split(&l.wire, 6);
	write_text(&l, "Client");
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_DONE);
	peer_hears(&l, "Client");
	link_end(&l);
}
END_TEST

START_TEST(test_the_opening_is_what_was_sent_before_an_answer)
{
	struct link l;

	link_begin(&l, SOCK_SEQPACKET);
	write_text(&l, "ClientHello");
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_DONE);
	ck_assert_uint_eq(l.wire.opening, 0);
	peer_says(&l, "Server");
	expect_text(&l, 100, "Server");
	expect_nothing(&l, RETRY);
	write_text(&l, "Finished");
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_DONE);
	peer_says(&l, "Hello");
	expect_text(&l, 100, "Hello");
	ck_assert_uint_eq(l.wire.opening, strlen("ClientHello"));
	link_end(&l);
}
END_TEST

START_TEST(test_a_peer_that_does_not_read)
{
	const int smallest = 1;
	size_t written = 0, heard = 0;
	char got[A_LOT];
	struct link l;
	int n;

	link_begin(&l, SOCK_STREAM);
	setsockopt(l.wire.fd, SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest);
	while ((n = BIO_write(l.bio, lots() + written, (int)(A_LOT - written))) > 0)
		written += (size_t)n;
	ck_assert(BIO_should_write(l.bio));
	while (tls_buffer_flush(&l.wire) == IO_WANT_WRITE) {
		ck_assert_int_gt(n = (int)recv(l.peer, got + heard, sizeof got - heard, 0), 0);
		heard += (size_t)n;
	}
	while ((n = (int)recv(l.peer, got + heard, sizeof got - heard, 0)) > 0)
		heard += (size_t)n;
	ck_assert_uint_eq(heard, written);
	ck_assert_uint_eq(l.wire.sent, written);
	ck_assert_mem_eq(got, lots(), heard);
	ck_assert_ptr_null(l.wire.out);
	link_end(&l);
}
END_TEST

START_TEST(test_room_for_an_alert)
{
	struct link l;

	link_begin(&l, SOCK_STREAM);
	ck_assert_int_eq(BIO_write(l.bio, lots(), FULL - 128), FULL - 128);
	ck_assert_int_eq(tls_buffer_flush_if_full(&l.wire), IO_DONE);
	ck_assert_uint_eq(l.wire.sent, 0);
	write_text(&l, "x");
	ck_assert_int_eq(tls_buffer_flush_if_full(&l.wire), IO_DONE);
	ck_assert_uint_eq(l.wire.sent, FULL - 127);
	link_end(&l);
}
END_TEST

START_TEST(test_a_peer_that_left_may_have_said_why)
{
	struct link l;

	link_begin(&l, SOCK_STREAM);
	peer_says(&l, "alert");
	close(l.peer);
	write_text(&l, "hello");
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_DONE);
	ck_assert_int_eq(l.wire.send_errno, EPIPE);
	/* Else the library would stop here and never read the alert. */
	write_text(&l, "more");
	ck_assert(!tls_buffer_pending(&l.wire));
	expect_text(&l, 100, "alert");
	expect_nothing(&l, RETRY);
	expect_nothing(&l, END);
	l.peer = -1;
	link_end(&l);
}
END_TEST

/* The same over TCP. */
static void link_begin_tcp(struct link *l)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr at, peer;
	int listener, fd, accepted;

	ck_assert_int_eq(addr_parse("127.0.0.1", "0", &at, &oc), 0);
	ck_assert_int_eq(socket_listen(&at, 1, &listener, &oc), 0);
	sock_local(listener, &at, &oc);
	ck_assert_int_ne(socket_connect(&at, 0, &fd), IO_FAILED);
	ck_assert_int_eq(socket_wait(listener, IO_WANT_READ, UINT64_MAX), IO_DONE);
	ck_assert_int_eq(socket_accept(listener, &accepted, &peer), IO_DONE);
	close(listener);
	link_begin(l, SOCK_STREAM);
	dup2(fd, l->wire.fd);
	close(fd);
	dup2(accepted, l->peer);
	close(accepted);
}

/* Over TCP, because there an error is told only once. */
static void link_begin_reset(struct link *l)
{
	const struct linger at_once = { .l_onoff = 1 };

	link_begin_tcp(l);
	setsockopt(l->peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(l->peer);
	l->peer = -1;
	ck_assert_int_eq(socket_wait(l->wire.fd, IO_WANT_READ, UINT64_MAX), IO_DONE);
}

START_TEST(test_the_first_error_is_kept)
{
	struct link l;
	char got;

	link_begin_reset(&l);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(BIO_read(l.bio, &got, 1), -1);
		ck_assert(!BIO_should_retry(l.bio) && !BIO_eof(l.bio));
		ck_assert_int_eq(l.wire.recv_errno, ECONNRESET);
	}
	link_end(&l);

	link_begin_reset(&l);
	ck_assert_int_eq(BIO_write(l.bio, lots(), FULL), FULL);
	/* There is no room, so this one sends. */
	write_text(&l, "x");
	ck_assert_int_eq(l.wire.send_errno, ECONNRESET);
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_DONE);
	ck_assert_int_eq(l.wire.send_errno, ECONNRESET);
	link_end(&l);
}
END_TEST

/* So many bytes are in the kernel, but not sent. Only Linux tells, and only there they wait. */
static void expect_unsent(int fd, int expected)
{
#ifdef __linux__
	int bytes = -1;

	ck_assert_int_eq(ioctl(fd, SIOCOUTQNSD, &bytes), 0);
	ck_assert_int_eq(bytes, expected);
#else
	(void)fd, (void)expected;
#endif
}

START_TEST(test_the_last_bytes_leave_with_the_end)
{
	struct link l;

	link_begin_tcp(&l);
	write_text(&l, "hello");
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_DONE);
	expect_unsent(l.wire.fd, 0);
	tls_buffer_end(&l.wire);
	write_text(&l, "bye");
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_DONE);
	expect_unsent(l.wire.fd, 3);
	sock_finish(l.wire.fd);
	expect_unsent(l.wire.fd, 0);
	ck_assert_int_eq(socket_wait(l.peer, IO_WANT_READ, UINT64_MAX), IO_DONE);
	peer_hears(&l, "hellobye");
	peer_hears(&l, "");
	link_end(&l);
}
END_TEST

START_TEST(test_one_receive_for_many_reads)
{
	struct link l;

	link_begin(&l, SOCK_STREAM);
	expect_nothing(&l, RETRY);
	peer_says(&l, "0123456789");
	expect_text(&l, 1, "0");
	ck_assert_uint_eq(l.wire.received, 10);
	peer_says(&l, "later");
	expect_text(&l, 4, "1234");
	expect_text(&l, 100, "56789");
	/* The next call to the kernel is spared, once, though it would find something. */
	expect_nothing(&l, RETRY);
	ck_assert_uint_eq(l.wire.received, 10);
	expect_text(&l, 100, "later");
	link_end(&l);
}
END_TEST

/* However much there is: the caller gets its turn after each. */
START_TEST(test_one_receive_for_each_turn)
{
	char got[A_LOT];
	struct link l;

	link_begin(&l, SOCK_STREAM);
	ck_assert_int_eq(send(l.peer, lots(), FULL, 0), FULL);
	peer_says(&l, "rest");
	ck_assert_int_eq(BIO_read(l.bio, got, A_LOT), FULL);
	ck_assert_mem_eq(got, lots(), FULL);
	expect_nothing(&l, RETRY);
	expect_text(&l, 100, "rest");
	expect_nothing(&l, RETRY);
	ck_assert_int_eq(tls_buffer_want(&l.wire), IO_WANT_READ);
	link_end(&l);
}
END_TEST

/* At the next receive, so that nothing of what was taken is lost. */
START_TEST(test_nothing_is_read_above_the_ceiling)
{
	struct link l;

	link_begin(&l, SOCK_SEQPACKET);
	l.wire.ceiling = 6;
	peer_says(&l, "12345");
	peer_says(&l, "678");
	peer_says(&l, "too much");
	expect_text(&l, 100, "12345");
	expect_nothing(&l, RETRY);
	expect_text(&l, 100, "678");
	ck_assert_int_eq(tls_buffer_want(&l.wire), IO_WANT_READ);
	for (int i = 0; i < 4; i++)
		expect_nothing(&l, RETRY);
	ck_assert_int_eq(tls_buffer_want(&l.wire), IO_WANT_TIME);
	ck_assert_int_eq(tls_buffer_await(&l.wire), IO_WANT_TIME);
	ck_assert_uint_eq(l.wire.received, 8);
	/* To be told why is another matter. */
	write_text(&l, "late");
	ck_assert_int_eq(tls_buffer_flush(&l.wire), IO_DONE);
	peer_hears(&l, "late");
	link_end(&l);
}
END_TEST

START_TEST(test_what_was_not_taken_is_dropped)
{
	struct link l;

	link_begin(&l, SOCK_STREAM);
	peer_says(&l, "0123456789");
	expect_text(&l, 1, "0");
	tls_buffer_allow(&l.wire, 100, 1);
	tls_buffer_count_turn(&l.wire);
	expect_nothing(&l, RETRY);
	ck_assert_int_eq(tls_buffer_want(&l.wire), IO_WANT_TIME);
	link_end(&l);
}
END_TEST

/* A ClientHello of some length in records of so many bytes, its first ones only. */
static void peer_says_hello(struct link *l, size_t announced, size_t record)
{
	const unsigned char hello[] = { 1, (unsigned char)(announced >> 16),
		(unsigned char)(announced >> 8), (unsigned char)announced, 3, 3, 7, 7, 7, 7 };

	for (size_t at = 0; at < sizeof hello; at += record) {
		size_t n = sizeof hello - at < record ? sizeof hello - at : record;
		unsigned char bytes[5 + sizeof hello] = { 22, 3, 1, 0, (unsigned char)n };

		memcpy(bytes + 5, hello + at, n);
		ck_assert_int_eq(send(l->peer, bytes, 5 + n, 0), (int)(5 + n));
	}
}

/* Read as the library does. Returns whether the wire refused it, and said so. */
static bool is_refused(struct link *l, size_t announced)
{
	static const unsigned char alert[] = { 21, 3, 3, 0, 2, 2, 47 };
	unsigned char got[64];
	int turns = 0;

	while (turns++ < 100 && !l->wire.refused && BIO_read(l->bio, got, 1) >= -1)
		ck_assert(l->wire.refused || turns < 90 || BIO_should_retry(l->bio));
	if (!l->wire.refused)
		return false;
	ck_assert_uint_eq(l->wire.refused, announced);
	/* From now on it is an error, not a wait. */
	ck_assert_int_eq(BIO_read(l->bio, got, 1), -1);
	ck_assert(!BIO_should_retry(l->bio));
	ck_assert_int_eq(tls_buffer_flush(&l->wire), IO_DONE);
	ck_assert_int_eq(recv(l->peer, got, sizeof got, 0), sizeof alert);
	ck_assert_mem_eq(got, alert, sizeof alert);
	return true;
}

START_TEST(test_a_long_hello_is_refused_in_whatever_pieces)
{
	static const size_t records[] = { 10, 5, 4, 3, 2, 1 };
	struct link l;

	for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
		for (int type = 0; type < 2; type++) {
			link_begin(&l, type == 0 ? SOCK_STREAM : SOCK_SEQPACKET);
			l.wire.hello_max = 16384;
			peer_says_hello(&l, 16385, records[i]);
			ck_assert(is_refused(&l, 16385));
			link_end(&l);

			link_begin(&l, type == 0 ? SOCK_STREAM : SOCK_SEQPACKET);
			l.wire.hello_max = 16384;
			peer_says_hello(&l, 16384, records[i]);
			ck_assert(!is_refused(&l, 0));
			link_end(&l);
		}
	}
}
END_TEST

/* After a HelloRetryRequest, with a ChangeCipherSpec and an empty record between the two. */
START_TEST(test_a_second_hello_is_looked_at_too)
{
	static const char between[] = "\x14\3\3\0\1\1\x16\3\3\0";
	struct link l;

	link_begin(&l, SOCK_STREAM);
	l.wire.hello_max = 16384;
	/* Of six bytes behind the header, so it is whole. */
	peer_says_hello(&l, 6, 10);
	ck_assert_int_eq(send(l.peer, between, sizeof between, 0), sizeof between);
	peer_says_hello(&l, 100000, 1);
	ck_assert(is_refused(&l, 100000));
	link_end(&l);
}
END_TEST

/* Other messages, other records, or when nobody wants to know. */
START_TEST(test_only_hellos_are_refused)
{
	static const char certificate[] = "\x16\3\3\0\4\x0b\1\0\0", data[] = "\x17\3\3\0\4\1\1\0\0";
	struct link l;

	for (int i = 0; i < 3; i++) {
		link_begin(&l, SOCK_STREAM);
		l.wire.hello_max = i < 2 ? 16384 : 0;
		if (i < 2)
			ck_assert_int_eq(send(l.peer, i == 0 ? certificate : data, 9, 0), 9);
		else
			peer_says_hello(&l, 100000, 10);
		ck_assert(!is_refused(&l, 0));
		link_end(&l);
	}
}
END_TEST

START_TEST(test_the_end_comes_after_what_was_sent)
{
	struct link l;

	link_begin(&l, SOCK_STREAM);
	peer_says(&l, "bye");
	ck_assert_int_eq(shutdown(l.peer, SHUT_WR), 0);
	expect_text(&l, 2, "by");
	ck_assert(!BIO_eof(l.bio));
	expect_text(&l, 100, "e");
	expect_nothing(&l, RETRY);
	expect_nothing(&l, END);
	link_end(&l);
}
END_TEST

START_TEST(test_only_the_first_bytes_are_kept)
{
	struct link l;

	link_begin(&l, SOCK_SEQPACKET);
	peer_says(&l, "GET / HTTP");
	expect_text(&l, 3, "GET");
	ck_assert_uint_eq(l.wire.head_len, 10);
	expect_text(&l, 100, " / HTTP");
	expect_nothing(&l, RETRY);
	peer_says(&l, "/1.1\r\nHost: a.test\r\n\r\n");
	expect_text(&l, 1, "/");
	ck_assert_uint_eq(l.wire.head_len, TLS_BUFFER_HEAD);
	ck_assert_int_eq(memcmp(l.wire.head, "GET / HTTP/1.1\r\nHost: a.", TLS_BUFFER_HEAD), 0);
	link_end(&l);
}
END_TEST

/* The encrypted Finished of TLS 1.2 begins with any byte; in one of 256 it is that of a hello. */
START_TEST(test_nothing_encrypted_is_a_hello)
{
	static const unsigned char flight[] = { 22, 3, 1, 0, 4, 1, 0, 0, 0, 22, 3, 3, 0, 4, 16, 0,
		0, 0, 20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 5, 1, 0x7f, 0, 0, 9 };
	struct hello_length scan = { .longest = 0 };

	hello_length_feed(&scan, flight, sizeof flight);
	ck_assert_uint_eq(hello_length_longest(&scan), 0);
}
END_TEST

CHECK_MAIN("tls_buffer", test_nothing_encrypted_is_a_hello,
    test_writes_leave_together_and_at_the_flush, test_the_first_bytes_can_leave_alone,
    test_the_opening_is_what_was_sent_before_an_answer, test_a_peer_that_does_not_read,
    test_room_for_an_alert, test_a_peer_that_left_may_have_said_why, test_the_first_error_is_kept,
    test_the_last_bytes_leave_with_the_end, test_one_receive_for_many_reads, test_one_receive_for_each_turn,
    test_nothing_is_read_above_the_ceiling, test_what_was_not_taken_is_dropped,
    test_a_long_hello_is_refused_in_whatever_pieces, test_a_second_hello_is_looked_at_too,
    test_only_hellos_are_refused, test_the_end_comes_after_what_was_sent,
    test_only_the_first_bytes_are_kept)
