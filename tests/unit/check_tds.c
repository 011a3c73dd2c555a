/* SPDX-License-Identifier: MIT */
#include "tls/tds.h"

#include <openssl/bio.h>

#include "support/check_main.h"

#define B(bytes) bytes, sizeof(bytes) - 1
#define PACKET(len, payload) "\x12\0\0" len "\0\0\0\0" payload

/* The filter above one end of a pair of BIOs; the peer has the other end. */
struct link {
	struct tds_packets tds;
	BIO *bio, *wire, *peer;
};

/* size is how much fits between the two; 0: 17 KiB. */
static void link_begin(struct link *l, size_t size)
{
	tds_packets_init(&l->tds);
	ck_assert_int_eq(BIO_new_bio_pair(&l->wire, size, &l->peer, size), 1);
	l->bio = tds_packets_bio(&l->tds);
	ck_assert_ptr_nonnull(l->bio);
	BIO_push(l->bio, l->wire);
}

static void link_end(struct link *l)
{
	BIO_free_all(l->bio);
	BIO_free(l->peer);
}

static void peer_says(struct link *l, const void *bytes, size_t len)
{
	ck_assert_int_eq(BIO_write(l->peer, bytes, (int)len), (int)len);
}

/* All that there is for the peer has to be this. */
static void peer_hears(struct link *l, const void *bytes, size_t len)
{
	static unsigned char got[32768];
	int n = BIO_read(l->peer, got, sizeof got);

	ck_assert_int_eq(n > 0 ? n : 0, (int)len);
	ck_assert_mem_eq(got, bytes, len);
}

/* One read has to bring this, and not more. */
static void expect(struct link *l, const char *text)
{
	char got[256] = "";

	ck_assert_int_eq(BIO_read(l->bio, got, sizeof got), (int)strlen(text));
	ck_assert_str_eq(got, text);
}

enum { END = 0, FAULT = -1, RETRY = -2 };

static void expect_nothing(struct link *l, int answer)
{
	char got;

	ck_assert_int_eq(BIO_read(l->bio, &got, 1), answer == RETRY ? -1 : answer);
	ck_assert_int_eq(BIO_should_read(l->bio) != 0, answer == RETRY);
}

/* ---- writing -------------------------------------------------------------------------------- */

START_TEST(test_a_flight_is_a_message)
{
	struct link l;

	link_begin(&l, 0);
	ck_assert_int_eq(BIO_write(l.bio, "abc", 3), 3);
	ck_assert_int_eq(BIO_write(l.bio, "de", 2), 2);
	peer_hears(&l, "", 0);
	ck_assert_int_eq(BIO_flush(l.bio), 1);
	peer_hears(&l, B("\x12\1\0\x0d\0\0\0\0abcde"));
	ck_assert_int_eq(BIO_flush(l.bio), 1);
	peer_hears(&l, "", 0);
	link_end(&l);
}
END_TEST

/* Write all len bytes, and let the peer collect whenever there is no room. Returns how many. */
static size_t send_flight(struct link *l, const unsigned char *bytes, size_t len,
    unsigned char *got, size_t max)
{
	size_t at = 0, total = 0;
	bool flushed = false;

	while (!flushed) {
		int n = at < len ? BIO_write(l->bio, bytes + at, (int)(len - at))
				 : (int)BIO_flush(l->bio);

		if (n > 0 && at < len)
			at += (size_t)n;
		else if (n > 0)
			flushed = true;
		else
			ck_assert(BIO_should_write(l->bio));
		n = BIO_read(l->peer, got + total, (int)(max - total));
		total += n > 0 ? (size_t)n : 0;
	}
	return total;
}

/* Long flights need more packets, and only the last one is marked; also where there is no room. */
START_TEST(test_long_flights)
{
	static const size_t rooms[] = { 0, 100, 7, 1 };
	static unsigned char bytes[3 * TDS_SENT_MAX], got[4 * TDS_SENT_MAX];
	enum { FULL = TDS_SENT_MAX - TDS_HEAD };
	static const size_t lengths[] = { 1, FULL - 1, FULL, FULL + 1, 2 * FULL, 2 * FULL + 1 };

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 31 >> 3);
	for (size_t r = 0; r < sizeof rooms / sizeof rooms[0]; r++) {
		for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
			size_t len = lengths[k], count = (len + FULL - 1) / FULL, at = 0;
			struct link l;

			link_begin(&l, rooms[r]);
			ck_assert_uint_eq(send_flight(&l, bytes, len, got, sizeof got),
			    len + count * TDS_HEAD);
			for (size_t i = 0; i < count; i++, at += TDS_SENT_MAX) {
				size_t payload = i + 1 < count ? FULL : len - i * FULL;

				ck_assert_uint_eq(got[at], TDS_PRELOGIN);
				ck_assert_uint_eq(got[at + 1], i + 1 == count);
				ck_assert_uint_eq((size_t)got[at + 2] << 8 | got[at + 3],
				    payload + TDS_HEAD);
				ck_assert_mem_eq(got + at + TDS_HEAD, bytes + i * FULL, payload);
			}
			link_end(&l);
		}
	}
}
END_TEST

/* A packet that was partly passed on is complete before the next one begins. */
START_TEST(test_a_flush_that_is_not_repeated)
{
	struct link l;

	link_begin(&l, 10);
	ck_assert_int_eq(BIO_write(l.bio, "abc", 3), 3);
	ck_assert_int_lt(BIO_flush(l.bio), 0);
	ck_assert(BIO_should_write(l.bio));
	ck_assert_int_lt(BIO_write(l.bio, "d", 1), 0);
	ck_assert(BIO_should_write(l.bio));
	peer_hears(&l, B("\x12\1\0\x0b\0\0\0\0ab"));
	ck_assert_int_eq(BIO_write(l.bio, "d", 1), 1);
	peer_hears(&l, B("c"));
	ck_assert_int_eq(BIO_flush(l.bio), 1);
	peer_hears(&l, B("\x12\1\0\x09\0\0\0\0d"));
	link_end(&l);
}
END_TEST

START_TEST(test_writes_nothing_around_data)
{
	struct link l;

	link_begin(&l, 0);
	tds_packets_end(&l.tds);
	ck_assert_int_eq(BIO_write(l.bio, "abc", 3), 3);
	peer_hears(&l, B("abc"));
	ck_assert_int_eq(BIO_flush(l.bio), 1);
	peer_hears(&l, "", 0);
	link_end(&l);
}
END_TEST

/* ---- reading -------------------------------------------------------------------------------- */

START_TEST(test_reads_a_packet_and_no_further)
{
	struct link l;

	link_begin(&l, 0);
	peer_says(&l, B(PACKET("\x0b", "abc") PACKET("\x09", "d") "behind"));
	expect(&l, "abc");
	ck_assert_uint_eq(BIO_ctrl_pending(l.wire), TDS_HEAD + 1 + 6);
	expect(&l, "d");
	ck_assert_uint_eq(BIO_ctrl_pending(l.wire), 6);
	ck_assert_uint_eq(l.tds.first_len, 4);
	ck_assert_mem_eq(l.tds.first, "abcd", 4);
	link_end(&l);
}
END_TEST

/* The handshake may end in the middle of a packet. */
START_TEST(test_after_the_end)
{
	struct link l;
	char got;

	link_begin(&l, 0);
	peer_says(&l, B(PACKET("\x0b", "abc") "behind"));
	ck_assert_int_eq(BIO_read(l.bio, &got, 1), 1);
	tds_packets_end(&l.tds);
	expect(&l, "bc");
	expect(&l, "behind");
	expect_nothing(&l, RETRY);
	link_end(&l);
}
END_TEST

START_TEST(test_cut_anywhere)
{
	static const char stream[] = PACKET("\x0a", "ab") PACKET("\x08", "") "\4\1\0\x0b\0\0\0\0"
									     "cde";

	for (size_t cut = 1; cut < sizeof stream - 1; cut++) {
		char got[16] = "";
		size_t len = 0;
		struct link l;

		link_begin(&l, 0);
		for (size_t at = 0; at < sizeof stream - 1; at += cut) {
			size_t left = sizeof stream - 1 - at;
			int n;

			peer_says(&l, stream + at, left < cut ? left : cut);
			while ((n = BIO_read(l.bio, got + len, (int)(sizeof got - len))) > 0)
				len += (size_t)n;
			ck_assert_int_eq(n, -1);
			ck_assert(BIO_should_read(l.bio));
		}
		ck_assert_str_eq(got, "abcde");
		link_end(&l);
	}
}
END_TEST

START_TEST(test_end_within_a_packet)
{
	struct link l;

	link_begin(&l, 0);
	peer_says(&l, B("\x12\1\0\x0b\0\0\0\0a"));
	BIO_shutdown_wr(l.peer);
	expect(&l, "a");
	expect_nothing(&l, END);
	link_end(&l);
}
END_TEST

/* ---- faults --------------------------------------------------------------------------------- */

static void expect_fault(const char *bytes, size_t len, enum tds_fault fault, const char *words)
{
	struct outcome oc = OUTCOME_NONE;
	struct link l;

	link_begin(&l, 0);
	peer_says(&l, bytes, len);
	expect_nothing(&l, FAULT);
	ck_assert_int_eq(l.tds.fault, fault);
	ck_assert_int_eq(tds_packets_explain(&l.tds, &oc), -1);
	ck_assert_int_eq(oc.code, OC_STARTTLS_FAILED);
	ck_assert_has(oc.detail, words);
	/* What follows is not looked at. */
	peer_says(&l, B(PACKET("\x09", "a")));
	expect_nothing(&l, FAULT);
	link_end(&l);
}

START_TEST(test_faults)
{
	expect_fault(B("\x16"), TDS_FAULT_TYPE, "0x16");
	expect_fault(B("SSH-2.0-x\r\n"), TDS_FAULT_TYPE, "0x53");
	expect_fault(B("\x12\1\0\7\0\0\0\0a"), TDS_FAULT_LENGTH, "length of 7 ");
	expect_fault(B("\x12\1\0\0\0\0\0\0a"), TDS_FAULT_LENGTH, "length of 0 ");
	expect_fault(B("\x12\1\x80\0\0\0\0\0a"), TDS_FAULT_LENGTH, "length of 32768 ");
}
END_TEST

START_TEST(test_empty_packets)
{
	static char many[(TDS_EMPTY_MAX + 1) * TDS_HEAD];
	struct link l;

	for (size_t at = 0; at < sizeof many; at += TDS_HEAD)
		memcpy(many + at, PACKET("\x08", ""), TDS_HEAD);
	expect_fault(many, sizeof many, TDS_FAULT_EMPTY, "more than 16 empty");
	link_begin(&l, 0);
	peer_says(&l, many, sizeof many - TDS_HEAD);
	expect_nothing(&l, RETRY);
	peer_says(&l, B(PACKET("\x09", "a")));
	expect(&l, "a");
	link_end(&l);
}
END_TEST

/* The longest packet that is allowed, which is longer than what fits between the two. */
START_TEST(test_longest_packet)
{
	static char zeros[1000], got[1000];
	size_t total = 0;
	struct link l;

	link_begin(&l, 0);
	peer_says(&l, B("\x12\1\x7f\xff\0\0\0\0"));
	while (total < TDS_LENGTH_MAX - TDS_HEAD) {
		size_t left = TDS_LENGTH_MAX - TDS_HEAD - total;
		size_t n = left < sizeof zeros ? left : sizeof zeros;

		peer_says(&l, zeros, n);
		ck_assert_int_eq(BIO_read(l.bio, got, sizeof got), (int)n);
		total += n;
	}
	peer_says(&l, B("x"));
	expect_nothing(&l, FAULT);
	link_end(&l);
}
END_TEST

CHECK_MAIN("tds", test_a_flight_is_a_message, test_long_flights, test_a_flush_that_is_not_repeated,
    test_writes_nothing_around_data, test_reads_a_packet_and_no_further, test_after_the_end,
    test_cut_anywhere, test_end_within_a_packet, test_faults, test_empty_packets,
    test_longest_packet)
