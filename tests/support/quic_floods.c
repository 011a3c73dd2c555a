/* SPDX-License-Identifier: MIT */
#include "support/quic_floods.h"

#include <string.h>

#include "support/sealing.h"

enum { FULL = QUIC_MAKER_FULL, PART = 1000, MANY = 100, ID = 8 };
enum { MESSAGE_LEN = 16000, LONGEST = 0xffffff };

static const unsigned char letters[FULL] = { 'x', 'x', 'x', 'x' };

/* ---- frames --------------------------------------------------------------------------- */

enum { PING = 1, ACK = 2, RESET_STREAM = 4, STOP_SENDING = 5, CRYPTO = 6 };
enum { NEW_TOKEN = 7, STREAM = 0x0e, MAX_DATA = 0x10, MAX_STREAMS = 0x12, DATA_BLOCKED = 0x14 };
enum { NEW_CONNECTION_ID = 0x18, RETIRE_CONNECTION_ID = 0x19, PATH_CHALLENGE = 0x1a };
enum { PATH_RESPONSE = 0x1b, HANDSHAKE_DONE = 0x1e, UNKNOWN = 0x21 };

/* A packet with this frame, all of whose fields are numbers. */
static void put_frame(struct quic_flood *f, unsigned type, size_t count, const uint64_t fields[])
{
	struct bytes frames = { .len = 0 };

	bytes_put_number(&frames, 1, type);
	for (size_t i = 0; i < count; i++)
		quic_maker_put_number(&frames, fields[i]);
	quic_maker_put(&f->maker, &f->datagram, &frames);
}

#define FRAME(f, type, ...) \
	put_frame(f, type, sizeof(uint64_t[]){ __VA_ARGS__ } / sizeof(uint64_t), \
	    (const uint64_t[]){ __VA_ARGS__ })

/* A frame with bytes of the crypto stream, or of this stream. */
static void put_data_frame(struct bytes *frames, unsigned type, uint64_t stream, uint64_t offset,
    const void *bytes, size_t len)
{
	bytes_put_number(frames, 1, type);
	if (type == STREAM)
		quic_maker_put_number(frames, stream);
	quic_maker_put_number(frames, offset);
	quic_maker_put_number(frames, len);
	bytes_put(frames, bytes, len);
}

static void put_data(struct quic_flood *f, unsigned type, uint64_t stream, uint64_t offset,
    const void *bytes, size_t len)
{
	struct bytes frames = { .len = 0 };

	put_data_frame(&frames, type, stream, offset, bytes, len);
	quic_maker_put(&f->maker, &f->datagram, &frames);
}

/* A packet full of frames with every other byte of so many, but not the first ones. */
static void put_many(struct quic_flood *f, unsigned type, uint64_t stream, size_t max)
{
	struct bytes frames = { .len = 0 };

	for (uint64_t i = f->made * MANY; frames.len < PART; i++)
		put_data_frame(&frames, type, stream, 5 + 2 * i % max, letters, 1);
	quic_maker_put(&f->maker, &f->datagram, &frames);
}

/* Our nth stream in one direction (RFC 9000 section 2.1). */
static uint64_t own_stream(const struct quic_flood *f, uint64_t n)
{
	return 4 * n + (f->maker.server ? 3 : 2);
}

/* The byte at this offset of the due message, which is so long. */
static void put_crumb(struct quic_flood *f, unsigned len, uint64_t at)
{
	const unsigned char head[4] = { (unsigned char)f->message, (unsigned char)(len >> 16),
		(unsigned char)(len >> 8), (unsigned char)len };

	put_data(f, CRYPTO, 0, at, at < sizeof head ? head + at : letters, 1);
}

/* ---- kinds ------------------------------------------------------------------------------ */

static void make_nothing(struct quic_flood *f)
{
	(void)f;
}

static void make_junk(struct quic_flood *f)
{
	bytes_put(&f->datagram, letters, FULL);
}

static void make_junk_byte(struct quic_flood *f)
{
	bytes_put(&f->datagram, letters, 1);
}

static void make_ping(struct quic_flood *f)
{
	put_frame(f, PING, 0, NULL);
}

static void make_padding(struct quic_flood *f)
{
	struct bytes frames = { .len = PART };

	quic_maker_put(&f->maker, &f->datagram, &frames);
}

/* Nobody can open it. */
static void make_forged(struct quic_flood *f)
{
	make_ping(f);
	f->datagram.at[f->datagram.len - 1] ^= 1;
}

static void make_replay(struct quic_flood *f)
{
	make_ping(f);
	f->maker.number = QUIC_MAKER_FIRST;
}

/* Another client: its first packet, well formed, of an ID of its own. */
static void make_first(struct quic_flood *f)
{
	quic_maker_choose_id(&f->maker.to);
	quic_maker_begin_initial(&f->maker, &f->maker.to);
	f->maker.token.len = 0;
	make_ping(f);
}

/* A token that no server has made. */
static void make_bad_token(struct quic_flood *f)
{
	f->maker.token.len = 0;
	bytes_put(&f->maker.token, letters, 64);
	make_ping(f);
}

/* A version that is reserved (section 15), so the answer is Version Negotiation. */
static void make_version(struct quic_flood *f)
{
	bytes_put(&f->datagram, "\xca\x1a\x2a\x3a\x4a", 5);
	quic_maker_put_id(&f->datagram, &f->maker.to);
	quic_maker_put_id(&f->datagram, &f->maker.from);
	bytes_put(&f->datagram, letters, PART);
	bytes_put(&f->datagram, letters, FULL - PART);
}

/* Version Negotiation (section 17.2.1), which lists this one. */
static void put_versions(struct quic_flood *f, unsigned version)
{
	bytes_put_number(&f->datagram, 1, 0xc0);
	bytes_put_number(&f->datagram, 4, 0);
	quic_maker_put_id(&f->datagram, &f->maker.to);
	quic_maker_put_id(&f->datagram, &f->origin);
	for (size_t i = 0; i < 100; i++)
		bytes_put_number(&f->datagram, 4, version);
}

static void make_other_versions(struct quic_flood *f)
{
	put_versions(f, 0x6b3343cf);
}

static void make_same_version(struct quic_flood *f)
{
	put_versions(f, QUIC_PACKET_VERSION_1);
}

/* Each another one (RFC 9001 section 5.8). */
static void make_retry(struct quic_flood *f)
{
	static const unsigned char key[] = { 0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a, 0x1d,
		0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e };
	static const unsigned char nonce[] = { 0x46, 0x15, 0x99, 0xd3, 0x5d, 0x63, 0x2b, 0xf2,
		0x23, 0x98, 0x25, 0xbb };
	unsigned char tag[SEALING_TAG];
	struct bytes retry = { .len = 0 }, all = { .len = 0 };

	quic_maker_choose_id(&f->maker.from);
	bytes_put_number(&retry, 1, 0xf0);
	bytes_put_number(&retry, 4, QUIC_PACKET_VERSION_1);
	quic_maker_put_id(&retry, &f->maker.to);
	quic_maker_put_id(&retry, &f->maker.from);
	bytes_put(&retry, letters, PART);
	quic_maker_put_id(&all, &f->origin);
	bytes_put(&all, retry.at, retry.len);
	sealing_gcm(key, nonce, all.at, all.len, NULL, 0, tag);
	bytes_put(&f->datagram, retry.at, retry.len);
	bytes_put(&f->datagram, tag, sizeof tag);
}

/* Of packets that were not sent, and that were: 100 ranges. */
static void make_ack(struct quic_flood *f)
{
	uint64_t fields[4 + 2 * 100] = { 400 + f->made % 1000, 0, 100, 0 };

	put_frame(f, ACK, sizeof fields / sizeof fields[0], fields);
}

/* All bytes of the message that is due but the last one, and from the beginning again. */
static void make_crumb(struct quic_flood *f)
{
	put_crumb(f, MESSAGE_LEN, f->made % (MESSAGE_LEN - 1));
}

static void make_same_crumb(struct quic_flood *f)
{
	put_crumb(f, MESSAGE_LEN, 0);
}

static void make_long_crumb(struct quic_flood *f)
{
	put_crumb(f, LONGEST, f->made % MANY);
}

/* Every other byte, but not the first. */
static void make_gap(struct quic_flood *f)
{
	put_crumb(f, MESSAGE_LEN, 5 + 2 * (f->made % (MESSAGE_LEN / 2 - 5)));
}

/* The same with many in each packet. */
static void make_gaps(struct quic_flood *f)
{
	put_many(f, CRYPTO, 0, MESSAGE_LEN - 6);
}

static void make_far(struct quic_flood *f)
{
	put_data(f, CRYPTO, 0, (UINT64_C(1) << 61) + f->made, letters, PART);
}

/* The first stream: long parts; single bytes; the same byte; every other one, not the first. */
static void make_data(struct quic_flood *f)
{
	put_data(f, STREAM, own_stream(f, 0), f->made * PART, letters, PART);
}

static void make_byte(struct quic_flood *f)
{
	put_data(f, STREAM, own_stream(f, 0), f->made, letters, 1);
}

static void make_same_byte(struct quic_flood *f)
{
	put_data(f, STREAM, own_stream(f, 0), 0, letters, 1);
}

static void make_hole(struct quic_flood *f)
{
	put_data(f, STREAM, own_stream(f, 0), 1 + 2 * f->made, letters, 1);
}

static void make_holes(struct quic_flood *f)
{
	put_many(f, STREAM, own_stream(f, 0), 1U << 18);
}

static void make_streams(struct quic_flood *f)
{
	put_data(f, STREAM, own_stream(f, f->made % 100), 0, letters, 1);
}

static void make_many_streams(struct quic_flood *f)
{
	put_data(f, STREAM, own_stream(f, f->made), 0, letters, 1);
}

static void make_reset(struct quic_flood *f)
{
	FRAME(f, RESET_STREAM, own_stream(f, f->made % 100), 7, 0);
}

/* The stream of a server in one direction; a client has none. */
static void make_stop(struct quic_flood *f)
{
	FRAME(f, STOP_SENDING, f->maker.server ? 2 : 3, 7);
}

static void make_max_data(struct quic_flood *f)
{
	FRAME(f, MAX_DATA, (UINT64_C(1) << 40) + f->made);
}

static void make_max_streams(struct quic_flood *f)
{
	FRAME(f, MAX_STREAMS, (UINT64_C(1) << 40) + f->made);
}

static void make_blocked(struct quic_flood *f)
{
	FRAME(f, DATA_BLOCKED, f->made);
}

/* Each retires those before it (RFC 9000 section 19.15). */
static void make_new_id(struct quic_flood *f)
{
	struct bytes frames = { .len = 0 };
	struct quic_packet_id id;

	quic_maker_choose_id(&id);
	bytes_put_number(&frames, 1, NEW_CONNECTION_ID);
	quic_maker_put_number(&frames, 1 + f->made);
	quic_maker_put_number(&frames, 1 + f->made);
	quic_maker_put_id(&frames, &id);
	bytes_put(&frames, id.bytes, ID);
	bytes_put(&frames, id.bytes, ID);
	quic_maker_put(&f->maker, &f->datagram, &frames);
}

static void make_retire_id(struct quic_flood *f)
{
	FRAME(f, RETIRE_CONNECTION_ID, f->made);
}

static void put_path(struct quic_flood *f, unsigned type)
{
	struct bytes frames = { .len = 0 };

	bytes_put_number(&frames, 1, type);
	bytes_put_number(&frames, 8, f->made);
	quic_maker_put(&f->maker, &f->datagram, &frames);
}

static void make_challenge(struct quic_flood *f)
{
	put_path(f, PATH_CHALLENGE);
}

static void make_response(struct quic_flood *f)
{
	put_path(f, PATH_RESPONSE);
}

static void make_new_token(struct quic_flood *f)
{
	struct bytes frames = { .len = 0 };

	bytes_put_number(&frames, 1, NEW_TOKEN);
	quic_maker_put_number(&frames, PART);
	bytes_put_number(&frames, 8, f->made);
	bytes_put(&frames, letters, PART - 8);
	quic_maker_put(&f->maker, &f->datagram, &frames);
}

static void make_done(struct quic_flood *f)
{
	put_frame(f, HANDSHAKE_DONE, 0, NULL);
}

static void make_unknown(struct quic_flood *f)
{
	put_frame(f, UNKNOWN, 0, NULL);
}

static const struct kind {
	const char *name;
	quic_flood_kind *make;
} kinds[] = {
	{ "nothing", make_nothing },
	{ "junk", make_junk },
	{ "junk-byte", make_junk_byte },
	{ "ping", make_ping },
	{ "padding", make_padding },
	{ "forged", make_forged },
	{ "replay", make_replay },
	{ "first", make_first },
	{ "bad-token", make_bad_token },
	{ "version", make_version },
	{ "other-versions", make_other_versions },
	{ "same-version", make_same_version },
	{ "retry", make_retry },
	{ "ack", make_ack },
	{ "crumb", make_crumb },
	{ "same-crumb", make_same_crumb },
	{ "long-crumb", make_long_crumb },
	{ "gap", make_gap },
	{ "gaps", make_gaps },
	{ "far", make_far },
	{ "data", make_data },
	{ "byte", make_byte },
	{ "same-byte", make_same_byte },
	{ "hole", make_hole },
	{ "holes", make_holes },
	{ "streams", make_streams },
	{ "many-streams", make_many_streams },
	{ "reset", make_reset },
	{ "stop", make_stop },
	{ "max-data", make_max_data },
	{ "max-streams", make_max_streams },
	{ "blocked", make_blocked },
	{ "new-id", make_new_id },
	{ "retire-id", make_retire_id },
	{ "challenge", make_challenge },
	{ "response", make_response },
	{ "new-token", make_new_token },
	{ "done", make_done },
	{ "unknown", make_unknown },
};

quic_flood_kind *quic_flood_find(const char *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].name, kind) == 0)
			return kinds[i].make;
	}
	return NULL;
}

void quic_flood_make(struct quic_flood *f, quic_flood_kind *kind)
{
	f->datagram.len = 0;
	kind(f);
	f->made++;
}
