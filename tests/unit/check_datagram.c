/* SPDX-License-Identifier: MIT */
#include "tls/datagram.h"

#include <errno.h>
#include <stdlib.h>

#include <openssl/bio.h>

#include "support/check_main.h"
#include "tls/buffer.h"
#include "tls/dtls.h"
#include "tls/dtls_limit.h"

/* A network that keeps what was sent. */
struct network {
	size_t count, len[16];
	unsigned char first[16];
	int error;
};

static int send_to(const void *path, const void *bytes, size_t len)
{
	/* The path belongs to whoever sends; here it is what he wants to know. */
	struct network *n = *(struct network *const *)path;

	ck_assert_uint_lt(n->count, 16);
	n->first[n->count] = *(const unsigned char *)bytes;
	n->len[n->count++] = len;
	return n->error;
}

static struct network network;
static struct network *const the_network = &network;
static struct tls_datagram wire;
static struct tls_buffer seen;
static BIO *bio;

static void begin(void)
{
	memset(&network, 0, sizeof network);
	tls_buffer_init(&seen, -1);
	tls_datagram_init(&wire, send_to, &the_network);
	bio = tls_datagram_bio(&wire, &seen);
	ck_assert_ptr_nonnull(bio);
}

static void end(void)
{
	BIO_free(bio);
	tls_datagram_free(&wire);
}

static void write_record(unsigned char first, size_t len)
{
	unsigned char record[4096] = { first };

	ck_assert_int_eq(BIO_write(bio, record, (int)len), (int)len);
}

START_TEST(test_one_read_is_one_datagram)
{
	char got[16];

	begin();
	ck_assert_int_eq(BIO_read(bio, got, sizeof got), -1);
	ck_assert(BIO_should_read(bio));
	tls_datagram_give(&wire, "hello", 5);
	ck_assert_int_eq(BIO_read(bio, got, sizeof got), 5);
	ck_assert_int_eq(memcmp(got, "hello", 5), 0);
	ck_assert_int_eq(BIO_read(bio, got, sizeof got), -1);
	/* What does not fit is lost, as with recv(2). */
	tls_datagram_give(&wire, "hello", 5);
	ck_assert_int_eq(BIO_read(bio, got, 2), 2);
	ck_assert_int_eq(BIO_read(bio, got, sizeof got), -1);
	tls_datagram_give(&wire, "hello", 5);
	tls_datagram_drop(&wire);
	ck_assert_int_eq(BIO_read(bio, got, sizeof got), -1);
	ck_assert_uint_eq(seen.received, 15);
	end();
}
END_TEST

START_TEST(test_records_share_a_datagram)
{
	begin();
	write_record('a', 500);
	write_record('b', 700);
	ck_assert_uint_eq(network.count, 0);
	/* Full: a record is never cut. */
	write_record('c', 1);
	ck_assert_uint_eq(network.count, 1);
	ck_assert_uint_eq(network.len[0], TLS_DATAGRAM_PAYLOAD);
	tls_datagram_flush(&wire);
	tls_datagram_flush(&wire);
	ck_assert_uint_eq(network.count, 2);
	ck_assert_uint_eq(network.len[1], 1);
	ck_assert_uint_eq(network.first[1], 'c');
	/* Longer than one: sent as it is, behind what was before it. */
	write_record('d', 10);
	write_record('e', 2000);
	ck_assert_uint_eq(network.count, 4);
	ck_assert_uint_eq(network.len[2], 10);
	ck_assert_uint_eq(network.len[3], 2000);
	ck_assert_uint_eq(seen.sent, 1201 + 2010);
	end();
}
END_TEST

START_TEST(test_a_flight_is_repeated)
{
	begin();
	write_record('a', 1000);
	write_record('b', 1000);
	tls_datagram_flush(&wire);
	tls_datagram_repeat(&wire);
	ck_assert_uint_eq(network.count, 4);
	ck_assert_uint_eq(network.first[2], 'a');
	ck_assert_uint_eq(network.first[3], 'b');
	ck_assert_uint_eq(network.len[3], 1000);
	/* The next one begins with what the peer says. */
	tls_datagram_give(&wire, "x", 1);
	ck_assert_int_eq(BIO_read(bio, (char[4]){ 0 }, 4), 1);
	write_record('c', 10);
	tls_datagram_flush(&wire);
	network.count = 0;
	tls_datagram_repeat(&wire);
	ck_assert_uint_eq(network.count, 1);
	ck_assert_uint_eq(network.first[0], 'c');
	end();
}
END_TEST

START_TEST(test_a_long_flight_is_not_kept)
{
	begin();
	for (int i = 0; i < 4; i++)
		write_record('a', 1100);
	tls_datagram_flush(&wire);
	network.count = 0;
	/* Half of one would help nobody. */
	tls_datagram_repeat(&wire);
	ck_assert_uint_eq(network.count, 0);
	ck_assert_ptr_null(wire.kept);
	end();
}
END_TEST

START_TEST(test_a_narrow_path)
{
	begin();
	ck_assert_int_eq(BIO_ctrl(bio, BIO_CTRL_DGRAM_QUERY_MTU, 0, NULL), TLS_DATAGRAM_PAYLOAD);
	write_record('a', 10);
	ck_assert_int_eq(BIO_ctrl(bio, BIO_CTRL_DGRAM_GET_FALLBACK_MTU, 0, NULL),
	    TLS_DATAGRAM_SMALL_PAYLOAD);
	ck_assert_uint_eq(network.count, 1);
	write_record('b', 500);
	write_record('c', 500);
	ck_assert_uint_eq(network.count, 2);
	ck_assert_uint_eq(network.len[1], 500);
	end();
}
END_TEST

START_TEST(test_bounds_and_errors)
{
	char got[16];

	begin();
	tls_buffer_bound(&seen, 10, 0);
	tls_datagram_give(&wire, "0123456789", 10);
	ck_assert_int_eq(BIO_read(bio, got, sizeof got), 10);
	tls_datagram_give(&wire, "x", 1);
	ck_assert_int_eq(BIO_read(bio, got, sizeof got), -1);
	ck_assert(seen.sated);
	ck_assert_uint_eq(seen.received, 10);
	network.error = EPERM;
	write_record('a', 1);
	tls_datagram_flush(&wire);
	ck_assert_int_eq(seen.send_errno, EPERM);
	end();
}
END_TEST

/* Of no bytes: the library would take it for the end of a stream. */
START_TEST(test_an_empty_datagram_is_nothing)
{
	char got[16];

	begin();
	tls_datagram_give(&wire, "", 0);
	ck_assert_int_eq(BIO_read(bio, got, sizeof got), -1);
	ck_assert(BIO_should_read(bio));
	end();
}
END_TEST

/* A firewall of this machine, for example. */
START_TEST(test_a_server_loses_what_it_cannot_send)
{
	begin();
	tls_datagram_serve(&wire);
	network.error = EPERM;
	write_record('a', 10);
	tls_datagram_flush(&wire);
	ck_assert_int_eq(seen.send_errno, EPERM);
	ck_assert_uint_eq(seen.sent, 0);
	network.error = 0;
	tls_datagram_repeat(&wire);
	ck_assert_uint_eq(network.count, 2);
	write_record('b', 10);
	tls_datagram_flush(&wire);
	ck_assert_int_eq(seen.send_errno, 0);
	ck_assert_uint_eq(seen.sent, 10);
	end();
}
END_TEST

/* A record of this epoch with these bytes, at the end of a datagram. */
static size_t add_record(unsigned char *datagram, size_t at, unsigned char epoch, const void *body,
    size_t len)
{
	const unsigned char header[13] = { 22, 0xfe, 0xfd, 0, epoch, [12] = (unsigned char)len };

	memcpy(datagram + at, header, sizeof header);
	memcpy(datagram + at + sizeof header, body, len);
	return at + sizeof header + len;
}

START_TEST(test_few_records_of_a_later_epoch)
{
	unsigned char datagram[256];
	struct dtls_limit limit = { 0 };
	size_t first = add_record(datagram, 0, 0, "?", 1), len = first;

	for (int i = 0; i < 3; i++)
		len = add_record(datagram, len, 1, "??", 2);
	ck_assert_uint_eq(dtls_limit_apply(&limit, datagram, len), len);
	ck_assert_uint_eq(dtls_limit_apply(&limit, datagram, len), len);
	/* Two more, then none at all; those of this epoch always. */
	ck_assert_uint_eq(dtls_limit_apply(&limit, datagram, len), len - 15);
	ck_assert_uint_eq(dtls_limit_apply(&limit, datagram, len), first);
	ck_assert_uint_eq(dtls_limit_apply(&limit, datagram + first, len - first), 0);
	ck_assert_uint_eq(dtls_limit_apply(&limit, datagram, first), first);
	ck_assert_uint_eq(limit.later, DTLS_LIMIT_LATER);
}
END_TEST

START_TEST(test_messages_that_are_not_due)
{
	/* Two fragments of a byte, of the messages 1 and 4. */
	unsigned char body[26] = { [0] = 1, [5] = 1, [11] = 1, [13] = 11, [18] = 4, [24] = 1 };
	unsigned char datagram[256];
	struct dtls_limit limit = { 0 };
	size_t len = add_record(datagram, 0, 0, body, sizeof body);

	ck_assert_uint_eq(dtls_limit_apply(&limit, datagram, len), len);
	body[18] = DTLS_LIMIT_MESSAGE + 1;
	len = add_record(datagram, len, 0, body, sizeof body);
	ck_assert_uint_eq(dtls_limit_apply(&limit, datagram, len), len / 2);
	body[18] = 4;
	body[17] = 1;
	len = add_record(datagram, 0, 0, body, sizeof body);
	ck_assert_uint_eq(dtls_limit_apply(&limit, datagram, len), 0);
	/* Not a byte behind the end is read, wherever that is. */
	for (size_t cut = 0; cut < len; cut++) {
		unsigned char *copy = malloc(cut ? cut : 1);

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, datagram, cut);
		ck_assert_uint_eq(dtls_limit_apply(&limit, copy, cut), cut < 13 + 25 ? cut : 0);
		free(copy);
	}
	ck_assert_uint_eq(limit.later, 0);
}
END_TEST

START_TEST(test_the_random_of_a_hello)
{
	unsigned char hello[64] = { 22, 0xfe, 0xfd, [12] = 51, [13] = 1, [27] = 'r' };

	ck_assert_ptr_eq(tls_dtls_random(hello, sizeof hello), hello + 27);
	ck_assert_ptr_eq(tls_dtls_random(hello, 59), hello + 27);
	ck_assert_ptr_null(tls_dtls_random(hello, 58));
	/* In the middle of the message there is something else. */
	hello[21] = 1;
	ck_assert_ptr_null(tls_dtls_random(hello, sizeof hello));
	hello[21] = 0;
	hello[13] = 2;
	ck_assert_ptr_null(tls_dtls_random(hello, sizeof hello));
}
END_TEST

START_TEST(test_kinds_of_datagrams)
{
	unsigned char hello[64] = { 22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 51, 1 };
	unsigned char alert[15] = { 21, 0xfe, 0xfd, 0, 1 };

	ck_assert(tls_dtls_is_hello(hello, sizeof hello));
	ck_assert(tls_dtls_is_handshake(hello, sizeof hello));
	ck_assert(!tls_dtls_is_alert(hello, sizeof hello));
	/* Without a message, of another epoch, another message, over a stream. */
	ck_assert(!tls_dtls_is_hello(hello, 13));
	ck_assert(!tls_dtls_is_hello(hello, 0));
	hello[4] = 1;
	ck_assert(!tls_dtls_is_hello(hello, sizeof hello));
	hello[4] = 0;
	hello[13] = 2;
	ck_assert(!tls_dtls_is_hello(hello, sizeof hello));
	hello[1] = 3;
	ck_assert(!tls_dtls_is_handshake(hello, sizeof hello));
	ck_assert(tls_dtls_is_alert(alert, sizeof alert));
	ck_assert(!tls_dtls_is_alert(alert, 12));
	alert[0] = 20;
	ck_assert(tls_dtls_is_handshake(alert, sizeof alert));
}
END_TEST

CHECK_MAIN("datagram", test_one_read_is_one_datagram, test_records_share_a_datagram,
    test_a_flight_is_repeated, test_a_long_flight_is_not_kept, test_a_narrow_path,
    test_bounds_and_errors, test_an_empty_datagram_is_nothing,
    test_a_server_loses_what_it_cannot_send, test_few_records_of_a_later_epoch,
    test_messages_that_are_not_due, test_the_random_of_a_hello, test_kinds_of_datagrams)
