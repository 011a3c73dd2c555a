/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a server's answer to a ClientHello in TDS packets. The first byte says how many come
 * at a time, the second one how many the library asks for. What is read is what is in the packets,
 * however both are cut. Written instead, the same bytes can be read again. Then they meet a whole
 * client.
 */
#include "fuzz/target.h"

#include <sys/socket.h>
#include <unistd.h>

#include <openssl/bio.h>

#include "client/judge/verdict.h"
#include "tls/conn.h"
#include "tls/tds.h"
#include "fuzz/certificate.h"
#include "fuzz/client.h"

enum { INPUT_MAX = 16384, PIECES_MAX = 512 };

/* ---- the packets, read another way ---------------------------------------------------------- */

struct expected {
	uint8_t bytes[INPUT_MAX];
	size_t len;
	enum tds_fault fault;
};

static void expect_packets(struct expected *e, const uint8_t *data, size_t size)
{
	size_t at = 0, empty = 0;

	e->len = 0;
	e->fault = TDS_FAULT_NONE;
	while (at < size) {
		size_t length, payload;

		if (data[at] != 0x12 && data[at] != 0x04)
			e->fault = TDS_FAULT_TYPE;
		if (e->fault != TDS_FAULT_NONE || size - at < 8)
			return;
		length = (size_t)data[at + 2] * 256 + data[at + 3];
		if (length < 8 || length > 32767)
			e->fault = TDS_FAULT_LENGTH;
		else if (length == 8 && empty++ == 16)
			e->fault = TDS_FAULT_EMPTY;
		if (e->fault != TDS_FAULT_NONE)
			return;
		payload = length - 8 < size - at - 8 ? length - 8 : size - at - 8;
		memcpy(e->bytes + e->len, data + at + 8, payload);
		e->len += payload;
		at += 8 + payload;
	}
}

static void read_all(struct tds_packets *tds, BIO *bio, size_t wanted, const struct expected *e,
    size_t *got)
{
	static uint8_t bytes[INPUT_MAX];
	int n;

	while ((n = BIO_read(bio, bytes, (int)wanted)) > 0) {
		fuzz_expect((size_t)n <= wanted && (size_t)n <= e->len - *got);
		fuzz_expect(memcmp(bytes, e->bytes + *got, (size_t)n) == 0);
		*got += (size_t)n;
	}
	fuzz_expect((BIO_should_read(bio) != 0) == (tds->fault == TDS_FAULT_NONE));
}

/* A filter above memory. */
static BIO *begin(struct tds_packets *tds)
{
	BIO *bio, *wire = BIO_new(BIO_s_mem());

	tds_packets_init(tds);
	bio = tds_packets_bio(tds);
	fuzz_expect(bio != NULL && wire != NULL);
	return BIO_push(bio, wire);
}

static void read_packets(const uint8_t *data, size_t size, size_t piece, size_t wanted)
{
	static struct expected e;
	struct tds_packets tds;
	BIO *bio = begin(&tds), *wire = BIO_next(bio);
	struct outcome oc = OUTCOME_NONE;
	size_t got = 0;

	expect_packets(&e, data, size);
	for (size_t at = 0; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;

		fuzz_expect(BIO_write(wire, data + at, (int)n) == (int)n);
		read_all(&tds, bio, wanted, &e, &got);
	}
	fuzz_expect(got == e.len && tds.fault == e.fault);
	if (tds.fault != TDS_FAULT_NONE) {
		tds_packets_explain(&tds, &oc);
		fuzz_expect(oc.code == OC_STARTTLS_FAILED && fuzz_is_shown(oc.detail));
	}
	BIO_free_all(bio);
}

/* ---- what is written can be read ------------------------------------------------------------ */

static void write_flight(BIO *bio, const uint8_t *data, size_t size, size_t piece)
{
	for (size_t at = 0; at < size;) {
		size_t n = size - at < piece ? size - at : piece;
		int written = BIO_write(bio, data + at, (int)n);

		fuzz_expect(written > 0 && (size_t)written <= n);
		at += (size_t)written;
	}
	fuzz_expect(BIO_flush(bio) == 1);
}

static void read_back(BIO *bio, const uint8_t *data, size_t size, size_t wanted)
{
	static uint8_t bytes[INPUT_MAX];
	size_t got = 0;
	int n;

	while ((n = BIO_read(bio, bytes, (int)wanted)) > 0) {
		fuzz_expect((size_t)n <= size - got && memcmp(bytes, data + got, (size_t)n) == 0);
		got += (size_t)n;
	}
	fuzz_expect(got == size && BIO_should_read(bio));
}

static void write_packets(const uint8_t *data, size_t size, size_t piece, size_t wanted)
{
	struct tds_packets tds;
	BIO *bio = begin(&tds);

	write_flight(bio, data, size, piece);
	fuzz_expect(BIO_ctrl_pending(BIO_next(bio)) == size + (size + 4087) / 4088 * 8);
	read_back(bio, data, size, wanted);
	tds_packets_end(&tds);
	write_flight(bio, data, size, piece);
	fuzz_expect(BIO_ctrl_pending(BIO_next(bio)) == size);
	read_back(bio, data, size, wanted);
	BIO_free_all(bio);
}

/* ---- a client ------------------------------------------------------------------------------- */

static void meet_client(const uint8_t *data, size_t size, size_t piece)
{
	struct verdict verdict = { .ran = false };
	struct outcome oc = OUTCOME_NONE;
	struct tls_conn *client;
	int ends[2];

	fuzz_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	client =
	    tls_conn_new_client(fuzz_client_context(), ends[0], "a.test", "a.test", &verdict, &oc);
	fuzz_expect(client != NULL && tls_conn_wrap_in_tds(client, &oc) == 0);
	fuzz_expect(fuzz_client_play(client, ends[1], data, size, piece, &oc) == IO_FAILED);
	fuzz_expect(oc.code == OC_STARTTLS_FAILED || outcome_layer(oc.code) == LAYER_HANDSHAKE ||
	    outcome_layer(oc.code) == LAYER_VERIFY || outcome_layer(oc.code) == LAYER_CLIENT);
	fuzz_expect(oc.detail[0] && fuzz_is_shown(oc.detail) && fuzz_is_shown(oc.advice));
	fuzz_expect(tls_conn_received(client) <= size);
	tls_conn_free(client);
	verdict_free(&verdict);
	close(ends[0]);
	close(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece;

	if (size < 2 || size > INPUT_MAX)
		return 0;
	piece = (size_t)data[0] + 1;
	if (size / piece > PIECES_MAX)
		piece = size / PIECES_MAX + 1;
	read_packets(data + 2, size - 2, piece, (size_t)data[1] + 1);
	write_packets(data + 2, size - 2, piece, (size_t)data[1] + 1);
	meet_client(data + 2, size - 2, piece);
	return 0;
}
