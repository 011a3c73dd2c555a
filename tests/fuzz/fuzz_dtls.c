/* SPDX-License-Identifier: MIT */
/*
 * What anybody may send to a DTLS listener, and any server to a client. The lowest two bits of the
 * first byte say how:
 * 0  as datagrams of an unknown peer, of whom nothing is kept, and who gets fewer bytes than it
 *    sent;
 * 1  as those of a peer whose cookie was valid, whose connection ends when the deadlines are over;
 * 2  as the answers to a client, which verifies nobody, and says why.
 * Each datagram follows its length, in two bytes; for a client, the length 65535 is its own first
 * datagram.
 */
#include "fuzz/target.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/judge/verdict.h"
#include "fuzz/certificate.h"
#include "fuzz/client.h"
#include "fuzz/service.h"
#include "server/conn/conn_dtls.h"
#include "server/conn/conn_states.h"
#include "server/listen/udp_socket.h"
#include "server/service/cookie.h"
#include "tls/dtls.h"

enum { INPUT_MAX = 16384, DATAGRAMS_MAX = 64, KNOWN = 1, CLIENT = 2 };

static size_t answered;

static int count(const void *path, const void *bytes, size_t len)
{
	(void)path;
	(void)bytes;
	answered += len;
	return 0;
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

	for (int i = 0; i < DATAGRAMS_MAX && fuzz_next_datagram(&data, &size, &at, &len); i++) {
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
	conn_dtls_plan(&fuzz_plan, &plan);
	c = conn_dtls_new(service, &plan, tls, wire, peer, 1);
	fuzz_expect(c != NULL);
	for (int i = 0; i < DATAGRAMS_MAX && fuzz_next_datagram(&data, &size, &at, &len); i++) {
		tls_datagram_give(wire, at, len);
		if (conn_step(c, 1) == CONN_WANT_FREE)
			break;
		tls_datagram_drop(wire);
		conn_dtls_retransmit(c);
	}
	finish(c);
	/* Nobody has proved a Finished, so nobody was greeted. */
	fuzz_expect(conn_get_record(c)->code != OC_OK);
	conn_free(c);
}

/* ---- a client ------------------------------------------------------------------------------- */

enum { ECHO = 0xffff, HELLO_MAX = 2048 };

struct played {
	struct tls_conn *tls;
	int ours, peer;
	size_t hello_len;
	unsigned char hello[HELLO_MAX];
	unsigned sent;
	size_t sent_bytes;
};

static void answer(struct played *p, const uint8_t *at, size_t len)
{
	/* Otherwise the client's datagrams fill the queue, which nobody reads. */
	static unsigned char dropped[1];

	while (recv(p->peer, dropped, sizeof dropped, 0) >= 0)
		;
	fuzz_expect(send(p->peer, at, len, 0) == (ssize_t)len);
	p->sent++;
	p->sent_bytes += len;
}

static enum io play_answers(struct played *p, const uint8_t *data, size_t size, struct outcome *oc)
{
	enum io io = IO_WANT_READ;
	const uint8_t *at;
	size_t len;

	for (int i = 0; i < DATAGRAMS_MAX && io == IO_WANT_READ && size >= 2; i++) {
		const bool echo = (data[0] << 8 | data[1]) == ECHO;

		if (echo) {
			data += 2;
			size -= 2;
			answer(p, p->hello, p->hello_len);
		} else if (fuzz_next_datagram(&data, &size, &at, &len)) {
			answer(p, at, len);
		}
		io = tls_conn_handshake(p->tls, oc);
		if (io == IO_WANT_READ)
			fuzz_expect(tls_conn_timer(p->tls) != UINT64_MAX);
	}
	return io;
}

static void check_end(const struct played *p, const struct outcome *oc)
{
	struct tls_dtls_progress seen;

	tls_dtls_get_progress(p->tls, &seen);
	fuzz_expect(seen.received <= p->sent && seen.cookies <= seen.received);
	fuzz_expect(seen.longest <= p->sent_bytes);
	fuzz_expect(tls_conn_received(p->tls) <= p->sent_bytes);
	fuzz_expect(!tls_dtls_is_whole(p->tls));
	fuzz_expect(outcome_layer(oc->code) == LAYER_HANDSHAKE ||
	    outcome_layer(oc->code) == LAYER_VERIFY || outcome_layer(oc->code) == LAYER_CLIENT);
	fuzz_expect(oc->detail[0] && fuzz_is_shown(oc->detail) && fuzz_is_shown(oc->advice));
}

static void play_client(const uint8_t *data, size_t size)
{
	struct verdict verdict = { .ran = false };
	struct outcome oc = OUTCOME_NONE;
	struct played p = { .sent = 0 };
	int ends[2];
	ssize_t n;
	enum io io;

	fuzz_expect(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) == 0);
	p.ours = ends[0];
	p.peer = ends[1];
	p.tls = tls_dtls_new_client(fuzz_dtls_client_context(), p.ours, "a.test", "a.test",
	    &verdict, &oc);
	fuzz_expect(p.tls && tls_dtls_send(p.tls, &oc) == 0);
	n = recv(p.peer, p.hello, sizeof p.hello, 0);
	fuzz_expect(n > 0 && tls_dtls_is_hello(p.hello, (size_t)n));
	fuzz_expect(tls_dtls_random(p.hello, (size_t)n) != NULL);
	p.hello_len = (size_t)n;
	io = play_answers(&p, data, size, &oc);
	/* Nobody has proved a Finished. */
	fuzz_expect(io == IO_WANT_READ || io == IO_FAILED);
	if (io == IO_WANT_READ)
		tls_conn_handshake_late(p.tls, 1, &oc);
	check_end(&p, &oc);
	fuzz_expect(tls_conn_close_notify(p.tls, &oc) == IO_DONE);
	tls_conn_free(p.tls);
	verdict_free(&verdict);
	close(p.ours);
	close(p.peer);
}

/* What the server reads of a datagram before anything else does. */
static void check_readers(const uint8_t *at, size_t len)
{
	const unsigned char *random = tls_dtls_random(at, len);

	fuzz_expect(!tls_dtls_is_hello(at, len) || tls_dtls_is_handshake(at, len));
	fuzz_expect(!tls_dtls_is_alert(at, len) || !tls_dtls_is_handshake(at, len));
	fuzz_expect(!random ||
	    (tls_dtls_is_hello(at, len) && random > at && random + TLS_DTLS_RANDOM <= at + len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct udp_path path = { .fd = -1, .peer = { .len = sizeof path.peer.ss.v4 } };
	struct tls_datagram wire;

	if (size == 0 || size > INPUT_MAX)
		return 0;
	path.peer.ss.any.sa_family = AF_INET;
	tls_datagram_init(&wire, count, &path);
	if (size > 2)
		check_readers(data + 3, size - 3);
	if (data[0] & CLIENT)
		play_client(data + 1, size - 1);
	else if (data[0] & KNOWN)
		play_known(&wire, &path.peer, data + 1, size - 1);
	else
		play_unknown(&wire, data + 1, size - 1);
	tls_datagram_free(&wire);
	return 0;
}
