/* SPDX-License-Identifier: MIT */
#include "tls/quic_packet.h"

#include <limits.h>
#include <string.h>

#include "support/check_main.h"

START_TEST(test_what_could_be_quic)
{
	static const unsigned char initial[] = { 0xc3, 0, 0, 0, 1 };
	static const unsigned char unfixed[] = { 0x83, 0, 0, 0, 1 };
	static const unsigned char versions[] = { 0x80, 0, 0, 0, 0 };
	static const unsigned char cut[] = { 0x80, 0, 0, 0 };
	static const unsigned char data[] = { 0x5a };
	static const char words[] = "220 ready";

	ck_assert(quic_packet_is_possible(initial, sizeof initial));
	ck_assert(quic_packet_is_possible(data, sizeof data));
	ck_assert(quic_packet_is_possible(versions, sizeof versions));
	ck_assert(!quic_packet_is_possible(unfixed, sizeof unfixed));
	ck_assert(!quic_packet_is_possible(cut, sizeof cut));
	ck_assert(!quic_packet_is_possible(words, sizeof words - 1));
	ck_assert(!quic_packet_is_possible(words, 0));
}
END_TEST

/* IDs of 2 and 0 bytes, then a list: a reserved version, 1 and 2. */
static const unsigned char negotiation[] = { 0x8f, 0, 0, 0, 0, 2, 0xaa, 0xbb, 0, 0x0a, 0x1a, 0x2a,
	0x3a, 0, 0, 0, 1, 0x6b, 0x33, 0x43, 0xcf };

START_TEST(test_versions)
{
	char text[QUIC_PACKET_VERSIONS_TEXT_MAX];
	struct quic_packet_versions v;

	ck_assert(quic_packet_read_versions(negotiation, sizeof negotiation, &v));
	ck_assert_uint_eq(v.count, 2);
	ck_assert(v.has_1);
	ck_assert_str_eq(quic_packet_versions_text(&v, text), "versions 1, 2");
	ck_assert(quic_packet_read_versions(negotiation, 13, &v));
	ck_assert_str_eq(quic_packet_versions_text(&v, text), "no version");
	ck_assert(!v.has_1);
	v = (struct quic_packet_versions){ { 0xff00001d }, 1, 0, false };
	ck_assert_str_eq(quic_packet_versions_text(&v, text), "version 0xff00001d");
}
END_TEST

START_TEST(test_longest_list)
{
	char text[QUIC_PACKET_VERSIONS_TEXT_MAX];
	unsigned char packet[7 + 4 * 100] = { 0xc0, 0, 0, 0, 0, 0, 0 };
	struct quic_packet_versions v;

	memset(packet + 7, 0xee, sizeof packet - 7);
	memcpy(packet + sizeof packet - 4, "\0\0\0\1", 4);
	ck_assert(quic_packet_read_versions(packet, sizeof packet, &v));
	ck_assert_uint_eq(v.count, QUIC_PACKET_VERSIONS_MAX);
	ck_assert_uint_eq(strlen(quic_packet_versions_text(&v, text)),
	    strlen("versions ") + 8 * strlen("0xeeeeeeee") + 7 * strlen(", ") +
		strlen(" and 92 more"));
	ck_assert_uint_eq(v.more, 92);
	/* Even behind the place where the list is cut. */
	ck_assert(v.has_1);
	v.more = UINT_MAX;
	ck_assert_uint_lt(strlen(quic_packet_versions_text(&v, text)), sizeof text - 1);
	ck_assert(strstr(text, " and 4294967295 more"));
}
END_TEST

/* The IDs of a packet to "to" from "from" and of its answer; each has its length before it. */
START_TEST(test_whose_answer)
{
	static const unsigned char sent[] = { 0xc3, 0, 0, 0, 1, 2, 't', 'o', 4, 'f', 'r', 'o', 'm',
		0, 0x44 };
	static const unsigned char answer[] = { 0x80, 0, 0, 0, 0, 4, 'f', 'r', 'o', 'm', 2, 't',
		'o', 0, 0, 0, 1 };
	unsigned char other[sizeof answer];

	ck_assert(quic_packet_is_answer(answer, sizeof answer, sent, sizeof sent));
	ck_assert(!quic_packet_is_answer(sent, sizeof sent, sent, sizeof sent));
	for (size_t len = 0; len < 13; len++) {
		ck_assert(!quic_packet_is_answer(answer, len, sent, sizeof sent));
		ck_assert(!quic_packet_is_answer(answer, sizeof answer, sent, len));
	}
	for (size_t i = 5; i < 13; i++) {
		memcpy(other, answer, sizeof other);
		other[i] ^= 1;
		ck_assert_msg(!quic_packet_is_answer(other, sizeof other, sent, sizeof sent), "%zu",
		    i);
	}
}
END_TEST

/* No part of it, and no other packet, is a list. What was there stays. */
START_TEST(test_what_is_no_negotiation)
{
	unsigned char other[sizeof negotiation];
	struct quic_packet_versions v = { { 7 }, 1, 0, false };

	for (size_t len = 0; len < sizeof negotiation; len++) {
		if (len != 13 && len != 17)
			ck_assert_msg(!quic_packet_read_versions(negotiation, len, &v), "%zu", len);
	}
	memcpy(other, negotiation, sizeof other);
	other[4] = 1;
	ck_assert(!quic_packet_read_versions(other, sizeof other, &v));
	other[4] = 0;
	other[0] = 0x4f;
	ck_assert(!quic_packet_read_versions(other, sizeof other, &v));
	other[0] = 0x8f;
	other[5] = 255;
	ck_assert(!quic_packet_read_versions(other, sizeof other, &v));
	ck_assert_uint_eq(v.version[0], 7);
}
END_TEST

START_TEST(test_names_of_errors)
{
	ck_assert_str_eq(quic_packet_error_name(0), "NO_ERROR");
	ck_assert_str_eq(quic_packet_error_name(2), "CONNECTION_REFUSED");
	ck_assert_str_eq(quic_packet_error_name(0x10), "NO_VIABLE_PATH");
	ck_assert_str_eq(quic_packet_error_name(0x11), "unknown error");
	ck_assert_str_eq(quic_packet_error_name(UINT64_MAX), "unknown error");
}
END_TEST

/* An Initial packet of version 1 with identifiers of 8 and 4 bytes, of the shortest length. */
static void make_initial(unsigned char packet[QUIC_PACKET_START_MIN], unsigned char token_length)
{
	memset(packet, 0, QUIC_PACKET_START_MIN);
	packet[0] = 0xc3;
	packet[4] = 1;
	packet[5] = 8;
	packet[14] = 4;
	packet[19] = token_length;
}

START_TEST(test_what_begins_a_connection)
{
	unsigned char packet[QUIC_PACKET_START_MIN];

	make_initial(packet, 0);
	ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_FIRST);
	ck_assert_int_eq(quic_packet_starts(packet, sizeof packet - 1), QUIC_PACKET_NO_START);
	make_initial(packet, 0x40); /* a length of two bytes */
	ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_FIRST);
	packet[20] = 1;
	ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_TOKEN);
	packet[3] = 1;
	ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_VERSIONED);
	packet[3] = packet[4] = 0; /* Version Negotiation */
	ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_NO_START);
}
END_TEST

START_TEST(test_what_begins_none)
{
	unsigned char packet[QUIC_PACKET_START_MIN];

	/* 0-RTT, Handshake, Retry; then a short header. */
	for (unsigned char first = 0xd3; first >= 0xd3; first = (unsigned char)(first + 0x10)) {
		make_initial(packet, 0);
		packet[0] = first;
		ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_NO_START);
		ck_assert_int_eq(quic_packet_is_retry(packet, sizeof packet), first == 0xf3);
	}
	make_initial(packet, 0);
	packet[0] = 0x43;
	ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_NO_START);
	ck_assert(!quic_packet_is_retry(packet, 4));
}
END_TEST

/* OpenSSL (seen: 3.5.9) answers them with a Retry, and loses memory when its token comes back. */
START_TEST(test_identifiers_that_no_client_may_choose)
{
	unsigned char packet[QUIC_PACKET_START_MIN];

	for (unsigned char id = 0; id < 8; id++) {
		memset(packet, 0, sizeof packet);
		packet[0] = 0xc3;
		packet[4] = 1;
		packet[5] = id;
		ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_WRONG);
		packet[7 + id] = 90; /* a token */
		ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_WRONG);
	}
	make_initial(packet, 0);
	packet[5] = 20;
	ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_FIRST);
	packet[5] = 21;
	ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_WRONG);
	make_initial(packet, 0);
	packet[14] = 21; /* the client's own */
	ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_WRONG);
	make_initial(packet, 0x80); /* a token that is longer than the datagram */
	packet[21] = 0xff;
	ck_assert_int_eq(quic_packet_starts(packet, sizeof packet), QUIC_PACKET_WRONG);
}
END_TEST

START_TEST(test_heads)
{
	static const unsigned char retry[] = { 0xf0, 0, 0, 0, 1, 1, 0xaa, 2, 0xbb, 0xcc, 't', 'o',
		'k', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const struct quic_packet_id to = { 1, { 0xaa } }, from = { 2, { 0xbb, 0xcc } };
	unsigned char packet[QUIC_PACKET_START_MIN];
	struct quic_packet_head head;

	ck_assert(quic_packet_read_head(retry, sizeof retry, &head));
	ck_assert(quic_packet_id_is_same(&head.to, &to));
	ck_assert(quic_packet_id_is_same(&head.from, &from));
	ck_assert(!quic_packet_id_is_same(&head.from, &to));
	ck_assert_uint_eq(head.token, 3);
	ck_assert(!quic_packet_read_head(retry, sizeof retry - 4, &head));
	make_initial(packet, 0x41); /* 0x123 in two bytes */
	packet[20] = 0x23;
	ck_assert(quic_packet_read_head(packet, sizeof packet, &head));
	ck_assert_uint_eq(head.token, 0x123);
	ck_assert(!quic_packet_read_head(packet, 100, &head));
	packet[0] = 0xe3; /* Handshake */
	ck_assert(!quic_packet_read_head(packet, sizeof packet, &head));
}
END_TEST

CHECK_MAIN("quic_packet", test_what_could_be_quic, test_versions, test_longest_list,
    test_whose_answer, test_what_is_no_negotiation, test_names_of_errors,
    test_what_begins_a_connection, test_what_begins_none,
    test_identifiers_that_no_client_may_choose, test_heads)
