/* SPDX-License-Identifier: MIT */
#include "server/process/quic_retries.h"

#include <string.h>

#include "support/check_main.h"

enum { RETRY_TOKEN = 60, LONG = QUIC_PACKET_START_MIN };

/* An Initial packet to this identifier, whose bytes are all the same, with a token. */
static const unsigned char *initial(unsigned char to, unsigned char token)
{
	static unsigned char packet[LONG];

	memset(packet, 0, sizeof packet);
	packet[0] = 0xc3;
	packet[4] = 1;
	packet[5] = 8;
	memset(packet + 6, to, 8);
	packet[15] = token < 64 ? token : 0x40;
	packet[16] = token < 64 ? 0 : token;
	return packet;
}

/* Our Retry with the identifier from, to the client that chose origin. */
static void answer(struct quic_retries *r, unsigned char origin, unsigned char from)
{
	unsigned char retry[15 + RETRY_TOKEN + 16] = { 0xf0, 0, 0, 0, 1, 0, 8 };

	memset(retry + 7, from, 8);
	quic_retries_add(r, retry, sizeof retry, initial(origin, 0), LONG);
}

static bool permits(const struct quic_retries *r, unsigned char to)
{
	return quic_retries_permits(r, NULL, initial(to, RETRY_TOKEN), LONG);
}

static void begin(struct quic_retries *r, struct quic_retries_use *use, unsigned char to)
{
	quic_retries_begin(r, use, initial(to, RETRY_TOKEN), LONG);
}

START_TEST(test_one_of_the_same_first_packet)
{
	struct quic_retries *r = quic_retries_new();
	struct quic_retries_use first, other;

	answer(r, 1, 11);
	answer(r, 1, 12);
	answer(r, 2, 13);
	ck_assert(permits(r, 11));
	ck_assert(permits(r, 12));
	begin(r, &first, 12);
	ck_assert(!permits(r, 11));
	ck_assert(!permits(r, 12)); /* from another address */
	ck_assert(quic_retries_permits(r, &first, initial(12, RETRY_TOKEN), LONG));
	ck_assert(permits(r, 13));
	begin(r, &other, 13);
	quic_retries_end(&first);
	quic_retries_end(&first);
	ck_assert(permits(r, 11));
	ck_assert(!permits(r, 12)); /* it has begun a connection */
	ck_assert(!permits(r, 13));
	quic_retries_end(&other);
	ck_assert(!permits(r, 13));
	quic_retries_free(r);
}
END_TEST

/* The client made up an identifier that we had given out. */
START_TEST(test_identifier_of_ours)
{
	struct quic_retries *r = quic_retries_new();
	struct quic_retries_use use;

	answer(r, 1, 11);
	answer(r, 11, 12);
	begin(r, &use, 11);
	ck_assert(!permits(r, 12));
	quic_retries_end(&use);
	ck_assert(permits(r, 12));
	quic_retries_free(r);
}
END_TEST

START_TEST(test_tokens_that_are_not_known)
{
	struct quic_retries *r = quic_retries_new();
	struct quic_retries_use use;
	unsigned char origin = 1;

	ck_assert(permits(r, 99)); /* we have sent none, so it is another's */
	answer(r, origin, 11);
	ck_assert(!permits(r, 99));
	/* Those of earlier connections have no identifiers in them. */
	ck_assert(quic_retries_permits(r, NULL, initial(99, RETRY_TOKEN - 1), LONG));
	ck_assert(quic_retries_permits(r, NULL, initial(99, RETRY_TOKEN + 13), LONG));
	ck_assert(!quic_retries_permits(r, NULL, initial(99, RETRY_TOKEN + 12), LONG));
	begin(r, &use, 99);
	answer(r, 99, 12);
	ck_assert(!permits(r, 12));
	quic_retries_end(&use);
	ck_assert(!quic_retries_permits(r, NULL, initial(99, 20), 10));
	quic_retries_free(r);
}
END_TEST

static void number(unsigned char *packet, size_t at, unsigned n)
{
	for (size_t i = 0; i < 4; i++)
		packet[at + i] = (unsigned char)(n >> 8 * i);
}

/* Exactly the latest ones, however their identifiers are spread. */
START_TEST(test_latest)
{
	struct quic_retries *r = quic_retries_new();
	unsigned char packet[LONG], retry[15 + RETRY_TOKEN + 16] = { 0xf0, 0, 0, 0, 1, 0, 8 };
	enum { KEPT = 8192, SENT = 20000, STEP = 7 };

	memcpy(packet, initial(1, 0), sizeof packet);
	for (unsigned i = 0; i < SENT; i++) {
		number(retry, 7, i * STEP);
		quic_retries_add(r, retry, sizeof retry, packet, sizeof packet);
	}
	memcpy(packet, initial(0, RETRY_TOKEN), sizeof packet);
	for (unsigned i = 0; i < SENT; i++) {
		number(packet, 6, i * STEP);
		ck_assert(quic_retries_permits(r, NULL, packet, sizeof packet) ==
		    (i >= SENT - KEPT));
	}
	/* Each begins a connection, in another order than they came. */
	for (unsigned i = SENT; i-- > SENT - KEPT;) {
		struct quic_retries_use use;

		number(packet, 6, i * STEP);
		quic_retries_begin(r, &use, packet, sizeof packet);
		quic_retries_end(&use);
		ck_assert(!quic_retries_permits(r, NULL, packet, sizeof packet));
	}
	for (unsigned i = 0; i < KEPT; i++) {
		number(retry, 7, i * STEP);
		quic_retries_add(r, retry, sizeof retry, initial(1, 0), LONG);
	}
	number(packet, 6, 0);
	ck_assert(quic_retries_permits(r, NULL, packet, sizeof packet));
	quic_retries_free(r);
}
END_TEST

CHECK_MAIN("quic_retries", test_one_of_the_same_first_packet, test_identifier_of_ours,
    test_tokens_that_are_not_known, test_latest)
