/* SPDX-License-Identifier: MIT */
#include "tls/hello_length.h"

enum { HANDSHAKE_RECORD = 22, CLIENT_HELLO = 1 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void end_message_header(struct hello_length *s)
{
	const unsigned char *m = s->message;

	s->message_len = 0;
	s->message_left = (size_t)m[1] << 16 | (size_t)m[2] << 8 | m[3];
	/* TLS 1.2 encrypts records of the same type, so their contents could look like anything. */
	if (m[0] != CLIENT_HELLO)
		s->over = true;
	else if (s->message_left > s->longest)
		s->longest = s->message_left;
}

static void feed_messages(struct hello_length *s, const unsigned char *bytes, size_t len)
{
	while (len > 0 && !s->over) {
		size_t n = 1;

		if (s->message_left > 0) {
			n = least(len, s->message_left);
			s->message_left -= n;
		} else {
			s->message[s->message_len++] = *bytes;
			if (s->message_len == sizeof s->message)
				end_message_header(s);
		}
		bytes += n;
		len -= n;
	}
}

void hello_length_feed(struct hello_length *s, const unsigned char *bytes, size_t len)
{
	while (len > 0 && !s->over) {
		size_t n = 1;

		if (s->record_len < sizeof s->record) {
			s->record[s->record_len++] = *bytes;
			s->record_left = (size_t)s->record[3] << 8 | s->record[4];
		} else {
			n = least(len, s->record_left);
			s->record_left -= n;
			if (s->record[0] == HANDSHAKE_RECORD)
				feed_messages(s, bytes, n);
		}
		if (s->record_len == sizeof s->record && s->record_left == 0)
			s->record_len = 0;
		bytes += n;
		len -= n;
	}
}

size_t hello_length_longest(const struct hello_length *s)
{
	return s->longest;
}
