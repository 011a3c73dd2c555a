/* SPDX-License-Identifier: MIT */
#include "net/proxy_protocol.h"

#include <stdint.h>

#include "support/check_main.h"

/* A literal, with the zero bytes that are in it and without the one at its end. */
#define BYTES(literal) (literal), sizeof(literal) - 1

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define TEN "0123456789"
#define HUNDRED_AND_EIGHT TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "01234567"

/* 192.0.2.1:56324 to 198.51.100.2:8443, and [2001:db8::1]:56324 to [2001:db8::2]:8443. */
#define V4 "\xc0\x00\x02\x01" "\xc6\x33\x64\x02" "\xdc\x04" "\x20\xfb"
#define V6 \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01" \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02" "\xdc\x04" "\x20\xfb"
#define MAPPED \
	"\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x01" \
	"\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33\x64\x02" "\xdc\x04" "\x20\xfb"

/* Computed elsewhere, as RFC 3309 has it. */
#define CHECKED SIGNATURE "\x21\x11\0\x18" V4 "\x03\0\x04\x6a\xcf\xbd\xa2" "\x04\0\x02xx"

static const char *const v4[] = { "192.0.2.1:56324", "198.51.100.2:8443" },
			 *const v6[] = { "[2001:db8::1]:56324", "[2001:db8::2]:8443" };

static const struct good {
	const char *bytes;
	size_t len;
	enum proxy_protocol_origin origin;
	const char *const *ends;
} good[] = {
	{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 56324 8443\r\n"), PROXY_PROTOCOL_FORWARDED, v4 },
	{ BYTES("PROXY TCP6 2001:db8::1 2001:DB8::2 56324 8443\r\n"), PROXY_PROTOCOL_FORWARDED,
	    v6 },
	{ BYTES("PROXY TCP6 2001:0db8:0:0:0:0:0:0001 2001:db8::2 56324 8443\r\n"),
	    PROXY_PROTOCOL_FORWARDED, v6 },
	{ BYTES("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.2 56324 8443\r\n"),
	    PROXY_PROTOCOL_FORWARDED, v4 },
	{ BYTES("PROXY UNKNOWN\r\n"), PROXY_PROTOCOL_UNKNOWN, NULL },
	{ BYTES("PROXY UNKNOWN \r\n"), PROXY_PROTOCOL_UNKNOWN, NULL },
	{ BYTES("PROXY UNKNOWN what\0ever\r\n"), PROXY_PROTOCOL_UNKNOWN, NULL },
	{ BYTES("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
	    PROXY_PROTOCOL_UNKNOWN, NULL },
	{ BYTES(SIGNATURE "\x20\0\0\0"), PROXY_PROTOCOL_LOCAL, NULL },
	{ BYTES(SIGNATURE "\x20\xff\0\x03\x03\0\x09"), PROXY_PROTOCOL_LOCAL, NULL },
	{ BYTES(SIGNATURE "\x21\0\0\0"), PROXY_PROTOCOL_UNKNOWN, NULL },
	{ BYTES(SIGNATURE "\x21\x10\0\x02xx"), PROXY_PROTOCOL_UNKNOWN, NULL },
	{ BYTES(SIGNATURE "\x21\x01\0\x02xx"), PROXY_PROTOCOL_UNKNOWN, NULL },
	{ BYTES(SIGNATURE "\x21\x12\0\x0c" V4), PROXY_PROTOCOL_UNKNOWN, NULL },
	{ BYTES(SIGNATURE "\x21\x11\0\x0c" V4), PROXY_PROTOCOL_FORWARDED, v4 },
	{ BYTES(SIGNATURE "\x21\x21\0\x24" V6), PROXY_PROTOCOL_FORWARDED, v6 },
	{ BYTES(SIGNATURE "\x21\x21\0\x24" MAPPED), PROXY_PROTOCOL_FORWARDED, v4 },
	{ BYTES(SIGNATURE "\x21\x31\0\xd8" HUNDRED_AND_EIGHT HUNDRED_AND_EIGHT),
	    PROXY_PROTOCOL_FORWARDED, (const char *const[]){ "unix", "unix" } },
	/* Fields: an authority, one of no known kind, an empty one. */
	{ BYTES(SIGNATURE "\x21\x11\0\x1e" V4 "\x02\0\x06" "a.test" "\xee\0\x03" "abc"
	      "\x04\0\0"),
	    PROXY_PROTOCOL_FORWARDED, v4 },
	{ BYTES(CHECKED), PROXY_PROTOCOL_FORWARDED, v4 },
};

enum { GOOD = sizeof good / sizeof good[0], ROOM = PROXY_PROTOCOL_MAX + 8 };

static enum parse parse(const void *bytes, size_t len, struct proxy_protocol *out,
    struct outcome *oc)
{
	/* Of exactly this size, so that a sanitizer sees a look beyond the end. */
	unsigned char *copy = malloc(len ? len : 1);
	enum parse answer;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, len);
	*oc = OUTCOME_NONE;
	answer = proxy_protocol_parse(copy, len, out, oc);
	ck_assert_int_eq(oc->code, answer == PARSE_BAD ? OC_PROXY_HEADER_BAD : OC_OK);
	free(copy);
	return answer;
}

static void expect_addr(const struct addr *a, const char *expected)
{
	char text[ADDR_TEXT_MAX];

	ck_assert_str_eq(addr_format(a, text), expected);
}

static void expect_header(const struct proxy_protocol *h, const struct good *g)
{
	ck_assert_uint_eq(h->len, g->len);
	ck_assert_int_eq(h->origin, g->origin);
	if (g->origin != PROXY_PROTOCOL_FORWARDED)
		return;
	expect_addr(&h->source, g->ends[0]);
	expect_addr(&h->destination, g->ends[1]);
}

START_TEST(test_good_headers)
{
	for (int i = 0; i < GOOD; i++) {
		char followed[ROOM];
		struct proxy_protocol h;
		struct outcome oc;

		ck_assert_msg(parse(good[i].bytes, good[i].len, &h, &oc) == PARSE_DONE, "%d: %s", i,
		    oc.detail);
		expect_header(&h, &good[i]);
		memcpy(followed, good[i].bytes, good[i].len);
		memcpy(followed + good[i].len, "\x16\x03\x01\r\n", 5);
		ck_assert_int_eq(parse(followed, good[i].len + 5, &h, &oc), PARSE_DONE);
		expect_header(&h, &good[i]);
	}
}
END_TEST

START_TEST(test_every_beginning_wants_more)
{
	for (int i = 0; i < GOOD; i++) {
		for (size_t len = 0; len < good[i].len; len++) {
			struct proxy_protocol h = { .len = 4711 };
			struct outcome oc;

			ck_assert_msg(parse(good[i].bytes, len, &h, &oc) == PARSE_MORE,
			    "%zu bytes of %d: %s", len, i, oc.detail);
			ck_assert_uint_eq(h.len, 4711);
			ck_assert_int_eq(proxy_protocol_begins(good[i].bytes, len), len >= 5);
		}
	}
}
END_TEST

/* Whatever a byte turns into, the answer holds together. */
START_TEST(test_every_byte_with_every_value)
{
	for (int i = 0; i < GOOD; i++) {
		for (size_t at = 0; at < good[i].len; at++) {
			for (int value = 0; value < 256; value++) {
				unsigned char bytes[ROOM];
				struct proxy_protocol h;
				struct outcome oc;

				memcpy(bytes, good[i].bytes, good[i].len);
				bytes[at] = (unsigned char)value;
				if (parse(bytes, good[i].len, &h, &oc) != PARSE_DONE)
					continue;
				ck_assert_uint_le(h.len, good[i].len);
				ck_assert_uint_ge(h.len, 15);
			}
		}
	}
}
END_TEST

/*
 * All that a changed byte can do is to take the checksum out of the header (by
 * its type, or a length that ends before it), or the addresses.
 */
START_TEST(test_the_checksum_finds_every_change)
{
	static const char checked[] = CHECKED;
	enum { LENGTH = 15, TYPE = 28 };

	for (size_t at = 0; at < sizeof checked - 1; at++) {
		for (int value = 0; value < 256; value++) {
			char bytes[sizeof checked];
			struct proxy_protocol h;
			struct outcome oc;

			memcpy(bytes, checked, sizeof checked);
			bytes[at] = (char)value;
			if (value == (unsigned char)checked[at] || at == TYPE ||
			    parse(bytes, sizeof checked - 1, &h, &oc) != PARSE_DONE)
				continue;
			if (at == LENGTH && value == 12)
				continue;
			ck_assert_msg(h.origin != PROXY_PROTOCOL_FORWARDED, "byte %zu: %d", at,
			    value);
		}
	}
}
END_TEST

START_TEST(test_what_is_no_header)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *why;
	} bad[] = {
		{ BYTES("\x16\x03\x01\x02"), "a TLS record arrived" },
		{ BYTES("GET / HTTP/1.1\r\n\r\n"), "not a PROXY protocol header" },
		{ BYTES("P\r"), "not a PROXY protocol header" },
		{ BYTES("\r\n\r\n\0\r\nQUIT\r"), "not a PROXY protocol header" },
		{ BYTES("PROXY\r\n"), "not a PROXY protocol header" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 1 2\n"), "CR or LF alone" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 1 2\r\r\n"), "CR or LF alone" },
		{ BYTES("PROXY UNKNOWN\n\r\n"), "CR or LF alone" },
		{ BYTES("PROXY \r\n"), "malformed" },
		{ BYTES("PROXY unknown\r\n"), "malformed" },
		{ BYTES("PROXY UNKNOWNS\r\n"), "malformed" },
		{ BYTES("PROXY UNKNOWN\0\r\n"), "malformed" },
		{ BYTES("PROXY UDP4 192.0.2.1 198.51.100.2 1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 \r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 1\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 1 \r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 1 2 \r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 1 2 3\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 1 2\0\r\n"), "malformed" },
		{ BYTES("PROXY TCP4  192.0.2.1 198.51.100.2 1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 1  2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1\t198.51.100.2 1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.256 198.51.100.2 1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2 198.51.100.2 1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.01 198.51.100.2 1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 2001:db8::2 1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP6 192.0.2.1 198.51.100.2 1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP6 2001:db8::1::1 2001:db8::2 1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP6 fe80::1%eth0 2001:db8::2 1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 65536 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 4294967297 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 01 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 +1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 -1 2\r\n"), "malformed" },
		{ BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 1 0x2\r\n"), "malformed" },
		{ BYTES(SIGNATURE "\x22\x11\0\x0c" V4), "unknown version or command" },
		{ BYTES(SIGNATURE "\x11\x11\0\x0c" V4), "unknown version or command" },
		{ BYTES(SIGNATURE "\x31\x11\0\x0c" V4), "unknown version or command" },
		{ BYTES(SIGNATURE "\x21\x41\0\x0c" V4), "unknown address family" },
		{ BYTES(SIGNATURE "\x21\x13\0\x0c" V4), "unknown address family" },
		{ BYTES(SIGNATURE "\x21\x11\0\x0b" V4), "too short for its addresses" },
		{ BYTES(SIGNATURE "\x21\x11\0\0"), "too short for its addresses" },
		{ BYTES(SIGNATURE "\x21\x21\0\x23" V6), "too short for its addresses" },
		{ BYTES(SIGNATURE "\x21\x31\0\x0c" V4), "too short for its addresses" },
		{ BYTES(SIGNATURE "\x21\x11\0\x0d" V4 "\x04"), "beyond the header" },
		{ BYTES(SIGNATURE "\x21\x11\0\x0e" V4 "\x04\0"), "beyond the header" },
		{ BYTES(SIGNATURE "\x21\x11\0\x0f" V4 "\x04\0\x01"), "beyond the header" },
		{ BYTES(SIGNATURE "\x21\x11\0\x10" V4 "\x04\xff\xff" "x"), "beyond the" },
		{ BYTES(SIGNATURE "\x21\x12\0\x0f" V4 "\x04\0\x01"), "beyond the header" },
		{ BYTES(SIGNATURE "\x21\x11\0\x13" V4 "\x03\0\x04\0\0\0\0"), "checksum of" },
		{ BYTES(SIGNATURE "\x21\x11\0\x12" V4 "\x03\0\x03\0\0\0"), "one checksum of four" },
		{ BYTES(SIGNATURE "\x21\x11\0\x1a" V4 "\x03\0\x04\0\0\0\0" "\x03\0\x04\0\0\0\0"),
		    "one checksum of four" },
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct proxy_protocol h = { .len = 4711 };
		struct outcome oc;

		ck_assert_msg(parse(bad[i].bytes, bad[i].len, &h, &oc) == PARSE_BAD, "%zu: %s", i,
		    bad[i].bytes);
		ck_assert_outcome(&oc, OC_PROXY_HEADER_BAD, bad[i].why);
		ck_assert_uint_eq(h.len, 4711);
	}
}
END_TEST

START_TEST(test_how_long_a_line_may_be)
{
	char line[ROOM];
	struct proxy_protocol h;
	struct outcome oc;

	memset(line, 'x', sizeof line);
	memcpy(line, "PROXY UNKNOWN ", 14);
	ck_assert_int_eq(parse(line, 105, &h, &oc), PARSE_MORE);
	ck_assert_int_eq(parse(line, 106, &h, &oc), PARSE_BAD);
	memcpy(line + 105, "\r\n", 2);
	ck_assert_int_eq(parse(line, 106, &h, &oc), PARSE_MORE);
	ck_assert_int_eq(parse(line, sizeof line, &h, &oc), PARSE_DONE);
	ck_assert_uint_eq(h.len, PROXY_PROTOCOL_V1_MAX);
	memcpy(line + 105, "x\r\n", 3);
	ck_assert_int_eq(parse(line, 108, &h, &oc), PARSE_BAD);
	ck_assert_outcome(&oc, OC_PROXY_HEADER_BAD, "within 107 bytes");
}
END_TEST

START_TEST(test_how_long_version_2_may_be)
{
	static unsigned char bytes[ROOM];
	struct proxy_protocol h;
	struct outcome oc;

	memcpy(bytes, SIGNATURE "\x21\x11\x0f\xf0" V4 "\xee\x0f\xe1", 31);
	ck_assert_int_eq(parse(bytes, PROXY_PROTOCOL_MAX - 1, &h, &oc), PARSE_MORE);
	ck_assert_int_eq(parse(bytes, sizeof bytes, &h, &oc), PARSE_DONE);
	ck_assert_uint_eq(h.len, PROXY_PROTOCOL_MAX);
	/* Told at once, and not when all of it has come. */
	bytes[15] = 0xf1;
	ck_assert_int_eq(parse(bytes, 16, &h, &oc), PARSE_BAD);
	ck_assert_outcome(&oc, OC_PROXY_HEADER_BAD, "longer than 4096");
}
END_TEST

START_TEST(test_what_looks_like_one)
{
	ck_assert(proxy_protocol_begins(BYTES("PROXY")));
	ck_assert(proxy_protocol_begins(BYTES("PROXY TCP4 192.0.2.1")));
	ck_assert(proxy_protocol_begins(BYTES("\r\n\r\n\0")));
	ck_assert(!proxy_protocol_begins(BYTES("PROXYING")));
	ck_assert(!proxy_protocol_begins(BYTES("PROX")));
	ck_assert(!proxy_protocol_begins(BYTES("\r\n\r\nGET /")));
	ck_assert(!proxy_protocol_begins(BYTES("\x16\x03\x01\x02\0\x01")));
}
END_TEST

static struct addr at(const char *host, const char *port)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr a;

	ck_assert_int_eq(addr_parse(host, port, &a, &oc), 0);
	return a;
}

static void expect_written(enum proxy_protocol_version version, const struct addr *from,
    const struct addr *to, const char *expected, size_t len)
{
	unsigned char out[PROXY_PROTOCOL_V1_MAX];

	ck_assert_uint_eq(proxy_protocol_write(version, from, to, out), len);
	ck_assert_mem_eq(out, expected, len);
}

START_TEST(test_written_as_it_is_read)
{
	const struct addr v4_from = at("192.0.2.1", "56324"), v4_to = at("198.51.100.2", "8443");
	const struct addr v6_from = at("2001:db8::1", "56324"), v6_to = at("2001:db8::2", "8443");
	const struct addr longest = at("1111:2222:3333:4444:5555:6666:7777:8888", "65535");
	const struct addr local = { .ss.any.sa_family = AF_UNIX, .len = sizeof(sa_family_t) };
	unsigned char out[PROXY_PROTOCOL_V1_MAX];
	struct proxy_protocol h;
	struct outcome oc;
	size_t len;

	expect_written(PROXY_PROTOCOL_V1, &v4_from, &v4_to,
	    BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 56324 8443\r\n"));
	expect_written(PROXY_PROTOCOL_V1, &v6_from, &v6_to,
	    BYTES("PROXY TCP6 2001:db8::1 2001:db8::2 56324 8443\r\n"));
	expect_written(PROXY_PROTOCOL_V2, &v4_from, &v4_to, BYTES(SIGNATURE "\x21\x11\0\x0c" V4));
	expect_written(PROXY_PROTOCOL_V2, &v6_from, &v6_to, BYTES(SIGNATURE "\x21\x21\0\x24" V6));
	expect_written(PROXY_PROTOCOL_V1, &local, &local, BYTES("PROXY UNKNOWN\r\n"));
	expect_written(PROXY_PROTOCOL_V1, &v4_from, &v6_to, BYTES("PROXY UNKNOWN\r\n"));
	expect_written(PROXY_PROTOCOL_V2, &local, &v4_to, BYTES(SIGNATURE "\x21\0\0\0"));
	len = proxy_protocol_write(PROXY_PROTOCOL_V1, &longest, &longest, out);
	ck_assert_uint_eq(len, 104);
	ck_assert_int_eq(parse(out, len, &h, &oc), PARSE_DONE);
	expect_addr(&h.source, "[1111:2222:3333:4444:5555:6666:7777:8888]:65535");
}
END_TEST

CHECK_MAIN("proxy_protocol", test_good_headers, test_every_beginning_wants_more,
    test_every_byte_with_every_value, test_the_checksum_finds_every_change, test_what_is_no_header,
    test_how_long_a_line_may_be, test_how_long_version_2_may_be, test_what_looks_like_one,
    test_written_as_it_is_read)
