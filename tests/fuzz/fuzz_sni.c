/* SPDX-License-Identifier: MIT */
/*
 * Any bytes where a ClientHello has the name that it asks for. Of the first byte the lowest bit
 * says TLS 1.2 or 1.3, the next one whether names that nobody answers to are refused, the next
 * one whether the bytes are a name or the whole extension.
 */
#include "fuzz/target.h"

#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz/certificate.h"
#include "fuzz/service.h"

enum { NAME_MAX_ = 600, HELLO_MAX = 1024 };
enum { OLD = 1, STRICT = 2, RAW = 4 };

struct bytes {
	uint8_t at[HELLO_MAX];
	size_t len;
};

static void put(struct bytes *to, const void *bytes, size_t len)
{
	fuzz_expect(to->len + len <= sizeof to->at);
	memcpy(to->at + to->len, bytes, len);
	to->len += len;
}

static void put16(struct bytes *to, size_t number)
{
	const uint8_t two[] = { (uint8_t)(number >> 8), (uint8_t)number };

	put(to, two, sizeof two);
}

static void put_server_name(struct bytes *to, const uint8_t *data, size_t size, bool raw)
{
	put16(to, 0);
	put16(to, raw ? size : size + 5);
	if (!raw) {
		put16(to, size + 3);
		put(to, "", 1);
		put16(to, size);
	}
	put(to, data, size);
}

/* Versions, a group and its share (any 32 bytes are one), a signature algorithm. */
static void put_others(struct bytes *to, bool old)
{
	static const uint8_t groups[] = { 0, 10, 0, 4, 0, 2, 0, 29 };
	static const uint8_t signatures[] = { 0, 13, 0, 4, 0, 2, 4, 3 };
	static const uint8_t versions[] = { 0, 43, 0, 3, 2, 3, 4 };
	static const uint8_t share[] = { 0, 51, 0, 38, 0, 36, 0, 29, 0, 32 };
	static const uint8_t key[32] = { 9 };

	put(to, groups, sizeof groups);
	put(to, signatures, sizeof signatures);
	if (old)
		return;
	put(to, versions, sizeof versions);
	put(to, share, sizeof share);
	put(to, key, sizeof key);
}

static void make_hello(struct bytes *hello, const uint8_t *data, size_t size, uint8_t choice)
{
	/* Version, random, no session, two ciphers and that of RFC 5746, no compression. */
	static const uint8_t begin[] = { 3, 3 }, random[32] = { 1 };
	static const uint8_t middle[] = { 0, 0, 6, 0x13, 1, 0xc0, 0x2b, 0, 0xff, 1, 0 };
	struct bytes extensions = { .len = 0 };
	size_t body;

	put_server_name(&extensions, data, size, (choice & RAW) != 0);
	put_others(&extensions, (choice & OLD) != 0);
	body = sizeof begin + sizeof random + sizeof middle + 2 + extensions.len;
	hello->len = 0;
	put(hello, "\x16\x03\x01", 3);
	put16(hello, body + 4);
	put(hello, "\x01", 2);
	put16(hello, body);
	put(hello, begin, sizeof begin);
	put(hello, random, sizeof random);
	put(hello, middle, sizeof middle);
	put16(hello, extensions.len);
	put(hello, extensions.at, extensions.len);
}

/* The rule in other words: "a.test", or one label before ".b.test"; a final dot does not count. */
static bool is_known(const char *name, size_t len)
{
	static const char below[] = ".b.test";
	const char *dot = memchr(name, '.', len);

	if (len == 6 && strncasecmp(name, "a.test", 6) == 0)
		return true;
	return dot && dot > name && (size_t)(name + len - dot) == sizeof below - 1 &&
	    strncasecmp(dot, below, sizeof below - 1) == 0;
}

/* A name that is known must be served, one that is not must be refused when strict. */
static void judge(const struct conn_record *r, const uint8_t *data, size_t size, uint8_t choice)
{
	bool dotted = size > 1 && data[size - 1] == '.';
	bool known = is_known((const char *)data, size - dotted);

	fuzz_expect(r->code != OC_OK && r->code != OC_INTERNAL && r->failure);
	fuzz_expect(fuzz_is_shown(r->failure->detail));
	if (choice & RAW || !(choice & STRICT) || size == 0)
		return;
	if (known)
		fuzz_expect(r->code != OC_NAME_UNKNOWN);
	else
		/* What the library itself refuses is no name: too long, or with a NUL in it. */
		fuzz_expect(r->code == OC_NAME_UNKNOWN || size > 255 || memchr(data, 0, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct addr nobody = { .ss.any.sa_family = AF_UNIX, .len = sizeof(sa_family_t) };
	static struct bytes hello;
	struct conn *c;
	int ends[2];

	if (size == 0 || size > NAME_MAX_)
		return 0;
	make_hello(&hello, data + 1, size - 1, data[0]);
	fuzz_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	c = conn_new(fuzz_named_service(data[0] & STRICT), &fuzz_plan, ends[0], &nobody, 1);
	fuzz_expect(c != NULL);
	fuzz_expect(send(ends[1], hello.at, hello.len, MSG_NOSIGNAL) == (ssize_t)hello.len);
	fuzz_finish(c, ends[1]);
	judge(conn_get_record(c), data + 1, size - 1, data[0]);
	conn_free(c);
	close(ends[1]);
	return 0;
}
