/* SPDX-License-Identifier: MIT */
#include "tls/dtls_limit.h"

#include <stdbool.h>

/* RFC 6347 section 4.1: type, version, epoch, sequence number, length. */
enum { RECORD_HEADER = 13, EPOCH_AT = 3, LENGTH_AT = 11, HANDSHAKE = 22 };

/* Section 4.2.2: type, length, number, offset and length of the fragment. */
enum { MESSAGE_HEADER = 12, NUMBER_AT = 4, FRAGMENT_LENGTH_AT = 9 };

static size_t number_at(const unsigned char *bytes)
{
	return (size_t)(bytes[0] << 8 | bytes[1]);
}

/* A record may hold fragments of several messages. */
static bool has_late_message(const unsigned char *at, size_t left)
{
	while (left >= MESSAGE_HEADER) {
		size_t len = MESSAGE_HEADER + (size_t)(at[FRAGMENT_LENGTH_AT] << 16) +
		    number_at(at + FRAGMENT_LENGTH_AT + 1);

		if (number_at(at + NUMBER_AT) > DTLS_LIMIT_MESSAGE)
			return true;
		if (len > left)
			return false;
		at += len;
		left -= len;
	}
	return false;
}

size_t dtls_limit_apply(struct dtls_limit *l, const unsigned char *datagram, size_t len)
{
	size_t at = 0;

	while (len - at >= RECORD_HEADER) {
		const unsigned char *record = datagram + at;
		size_t left = len - at - RECORD_HEADER, body = number_at(record + LENGTH_AT);

		if (number_at(record + EPOCH_AT) > 0) {
			if (l->later == DTLS_LIMIT_LATER)
				return at;
			l->later++;
		} else if (record[0] == HANDSHAKE &&
		    has_late_message(record + RECORD_HEADER, body < left ? body : left)) {
			return at;
		}
		/* The library drops a record without its end. */
		if (body > left)
			break;
		at += RECORD_HEADER + body;
	}
	return len;
}
