/* SPDX-License-Identifier: MIT */
#include "tls/hello_offers.h"

#include <string.h>

enum { CLIENT_HELLO = 1, RANDOM_LEN = 32 };
enum { SSL_3_0 = 0x0300, TLS_1_1 = 0x0302, TLS_1_2 = 0x0303, TLS_1_3 = 0x0304 };
enum { DTLS_1_0 = 0xfeff, DTLS_1_2 = 0xfefd, DTLS_1_3 = 0xfefc };

/* Number, offset and length of the fragment. */
enum { DTLS_EXTRA_HEADER = 8 };

/* The rest of a message or of a vector in it. */
struct bytes {
	const unsigned char *at;
	size_t left;
};

static bool take(struct bytes *b, size_t n, struct bytes *out)
{
	if (b->left < n)
		return false;
	out->at = b->at;
	out->left = n;
	b->at += n;
	b->left -= n;
	return true;
}

static bool skip(struct bytes *b, size_t n)
{
	struct bytes ignored;

	return take(b, n, &ignored);
}

static bool take_number(struct bytes *b, unsigned width, size_t *out)
{
	struct bytes digits;

	if (!take(b, width, &digits))
		return false;
	*out = 0;
	while (digits.left-- > 0)
		*out = *out << 8 | *digits.at++;
	return true;
}

/* A vector with its length before it, in width bytes (RFC 8446 section 3.4). */
static bool take_vector(struct bytes *b, unsigned width, struct bytes *out)
{
	size_t len;

	return take_number(b, width, &len) && take(b, len, out);
}

uint16_t hello_offers_comparable(unsigned version)
{
	switch (version) {
	case DTLS_1_0:
		return TLS_1_1;
	case DTLS_1_2:
		return TLS_1_2;
	case DTLS_1_3:
		return TLS_1_3;
	default:
		return (uint16_t)version;
	}
}

static void note_version(struct hello_offers *o, uint16_t version)
{
	if (version < SSL_3_0 || version > TLS_1_3)
		return;
	if (o->highest == 0 || version > o->highest)
		o->highest = version;
	if (o->lowest == 0 || version < o->lowest)
		o->lowest = version;
}

/* Numbers of two bytes each. */
static bool read_list(struct hello_offers *o, enum hello_list which, struct bytes list)
{
	size_t count = list.left / 2;

	o->count[which] = (uint16_t)count;
	for (size_t i = 0; i < count && (i < HELLO_OFFERS_KEPT || which == HELLO_VERSIONS); i++) {
		uint16_t number = (uint16_t)(list.at[2 * i] << 8 | list.at[2 * i + 1]);

		if (i < HELLO_OFFERS_KEPT)
			o->kept[which][i] = number;
		if (which == HELLO_VERSIONS)
			note_version(o, o->dtls ? hello_offers_comparable(number) : number);
	}
	return list.left % 2 == 0;
}

static bool read_extension(struct hello_offers *o, size_t type, struct bytes body)
{
	static const struct {
		size_t type;
		enum hello_list list;
		unsigned width;
	} wanted[] = {
		{ 10, HELLO_GROUPS, 2 },
		{ 13, HELLO_SIGNATURES, 2 },
		{ 43, HELLO_VERSIONS, 1 },
	};
	struct bytes list;

	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		if (wanted[i].type != type)
			continue;
		/* An empty list is not allowed, and would read as if there were none. */
		return o->count[wanted[i].list] == 0 &&
		    take_vector(&body, wanted[i].width, &list) && body.left == 0 && list.left > 0 &&
		    read_list(o, wanted[i].list, list);
	}
	return true;
}

static bool read_extensions(struct hello_offers *o, struct bytes extensions)
{
	struct bytes body;
	size_t type;

	while (extensions.left > 0) {
		if (!take_number(&extensions, 2, &type) || !take_vector(&extensions, 2, &body) ||
		    !read_extension(o, type, body))
			return false;
	}
	return true;
}

/* The body of the message, which has nothing behind it. */
static bool take_body(const struct hello_offers *o, struct bytes *message, struct bytes *out)
{
	size_t len;

	return take_number(message, 3, &len) && (!o->dtls || skip(message, DTLS_EXTRA_HEADER)) &&
	    take(message, len, out) && message->left == 0;
}

static bool read_hello(struct hello_offers *o, struct bytes message)
{
	struct bytes hello, ciphers, part;
	size_t version;

	if (!take_body(o, &message, &hello) || !take_number(&hello, 2, &version))
		return false;
	o->legacy_version = (uint16_t)version;
	/* In DTLS a cookie follows the session. */
	if (!skip(&hello, RANDOM_LEN) || !take_vector(&hello, 1, &part) ||
	    (o->dtls && !take_vector(&hello, 1, &part)) ||
	    !take_vector(&hello, 2, &ciphers) || !read_list(o, HELLO_CIPHERS, ciphers) ||
	    !take_vector(&hello, 1, &part))
		return false;
	/* Before TLS 1.3 there may be no extensions at all (RFC 5246 section 7.4.1.2). */
	if (hello.left == 0)
		return true;
	return take_vector(&hello, 2, &part) && hello.left == 0 && read_extensions(o, part);
}

/* TLS 1.3 is offered by the list alone (RFC 8446 section 4.1.2). */
static uint16_t highest_without_list(uint16_t legacy_version)
{
	if (legacy_version < SSL_3_0)
		return 0;
	return legacy_version < TLS_1_2 ? legacy_version : TLS_1_2;
}

static void read_message(struct hello_offers *o, bool dtls, struct bytes rest)
{
	size_t type;

	memset(o, 0, sizeof *o);
	o->dtls = dtls;
	if (!take_number(&rest, 1, &type) || type != CLIENT_HELLO)
		return;
	o->known = true;
	o->malformed = !read_hello(o, rest);
	if (!o->malformed && o->count[HELLO_VERSIONS] == 0)
		o->highest = highest_without_list(hello_offers_comparable(o->legacy_version));
}

void hello_offers_read(struct hello_offers *o, const unsigned char *message, size_t len)
{
	read_message(o, false, (struct bytes){ message, len });
}

void hello_offers_read_dtls(struct hello_offers *o, const unsigned char *message, size_t len)
{
	read_message(o, true, (struct bytes){ message, len });
}
