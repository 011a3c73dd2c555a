/* SPDX-License-Identifier: MIT */
/*
 * What anybody may send to a DTLS listener. The lowest bit of the first byte says how: without
 * it, as datagrams of an unknown peer, of whom nothing is kept and who gets fewer bytes than it
 * sent; with it, as a peer whose cookie was valid, whose connection ends when the deadlines are
 * over. Each datagram follows its length, in two bytes.
 */
#include "fuzz/target.h"

#include <string.h>

#include "fuzz/service.h"
#include "server/conn/conn_datagram.h"
#include "server/conn/conn_states.h"
#include "server/listen/udp_socket.h"
#include "server/service/cookie.h"
#include "tls/dtls.h"

enum { INPUT_MAX = 16384, DATAGRAMS_MAX = 64, KNOWN = 1 };

static size_t answered;

static int count(const void *path, const void *bytes, size_t len)
{
	(void)path;
	(void)bytes;
	answered += len;
	return 0;
}

/* Takes the next datagram off the input. */
static bool next(const uint8_t **data, size_t *size, const uint8_t **at, size_t *len)
{
	if (*size < 2)
		return false;
	*len = (size_t)((*data)[0] << 8 | (*data)[1]);
	if (*len > *size - 2)
		*len = *size - 2;
	*at = *data + 2;
	*data += 2 + *len;
	*size -= 2 + *len;
	return true;
}

/* Returns the connection to make another of, or NULL: it had to be freed. */
static struct tls_conn *listen_to(struct tls_conn *tls, struct tls_datagram *wire,
    const uint8_t *at, size_t len)
{
	enum io io;

	answered = 0;
	tls_datagram_give(wire, at, len);
	io = tls_dtls_listen(tls);
	/* Nobody can guess a cookie. */
	fuzz_expect(io != IO_DONE);
	fuzz_expect(answered <= len);
	if (io == IO_WANT_READ)
		return tls;
	tls_conn_free(tls);
	return NULL;
}

static void play_unknown(struct tls_datagram *wire, const uint8_t *data, size_t size)
{
	struct tls_conn *tls = NULL;
	const uint8_t *at;
	size_t len;

	for (int i = 0; i < DATAGRAMS_MAX && next(&data, &size, &at, &len); i++) {
		if (!tls)
			tls = tls_dtls_new_server(fuzz_named_service(false)->dtls, wire, NULL);
		fuzz_expect(tls != NULL);
		tls = listen_to(tls, wire, at, len);
	}
	tls_conn_free(tls);
}

static void finish(struct conn *c)
{
	uint64_t now = 1;

	for (int i = 0; i < 2 * CONN_PHASES && conn_step(c, now) != CONN_WANT_FREE; i++)
		now += FUZZ_PHASE_MS;
	fuzz_expect(c->state == CONN_DONE);
}

static void play_known(struct tls_datagram *wire, const struct addr *peer, const uint8_t *data,
    size_t size)
{
	const struct service *service = fuzz_named_service(false);
	struct tls_conn *tls = tls_dtls_new_server(service->dtls, wire, NULL);
	struct conn_plan plan;
	const uint8_t *at;
	struct conn *c;
	size_t len;

	fuzz_expect(tls != NULL);
	conn_datagram_plan(&fuzz_plan, &plan);
	c = conn_datagram_new(service, &plan, tls, wire, peer, 1);
	fuzz_expect(c != NULL);
	for (int i = 0; i < DATAGRAMS_MAX && next(&data, &size, &at, &len); i++) {
		tls_datagram_give(wire, at, len);
		if (conn_step(c, 1) == CONN_WANT_FREE)
			break;
		tls_datagram_drop(wire);
		conn_datagram_retransmit(c);
	}
	finish(c);
	/* Nobody has proved a Finished, so nobody was greeted. */
	fuzz_expect(conn_get_record(c)->code != OC_OK);
	conn_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct udp_path path = { .fd = -1, .peer = { .len = sizeof path.peer.ss.v4 } };
	struct tls_datagram wire;

	if (size == 0 || size > INPUT_MAX)
		return 0;
	path.peer.ss.any.sa_family = AF_INET;
	tls_datagram_init(&wire, count, &path);
	if (data[0] & KNOWN)
		play_known(&wire, &path.peer, data + 1, size - 1);
	else
		play_unknown(&wire, data + 1, size - 1);
	tls_datagram_free(&wire);
	return 0;
}
