/* SPDX-License-Identifier: MIT */
#include "tls/dtls.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "base/clock.h"
#include "tls/conn.h"
#include "tls/conn_parts.h"
#include "tls/error.h"
#include "tls/udp_wire.h"

/* RFC 6347 section 4.1: type, version, epoch, sequence number, length. */
enum { RECORD_HEADER = 13, EPOCH_AT = 3, LENGTH_AT = 11 };

/* Behind it (section 4.2.2): type, length, number, offset and length of the fragment; version. */
enum { FRAGMENT_AT = RECORD_HEADER + 6, RANDOM_AT = RECORD_HEADER + 12 + 2 };

enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, LAST_TYPE = 26 };

enum { CLIENT_HELLO = 1, HELLO_VERIFY_REQUEST = 3 };

/* ---- a server ------------------------------------------------------------------------------- */

struct tls_conn *tls_dtls_new_server(SSL_CTX *ctx, struct tls_datagram *datagram,
    struct outcome *oc)
{
	struct tls_conn *t = tls_conn_make(ctx, -1, datagram, NULL, oc);

	if (!t)
		return NULL;
	tls_datagram_serve(datagram);
	tls_buffer_bound(&t->wire, TLS_CONN_CLIENT_SENDS_MAX, 0);
	SSL_set_accept_state(t->ssl);
	return t;
}

/* What another peer sent does not count for this one. */
static void forget_others(struct tls_conn *t)
{
	t->wire.received = t->datagram->in_len;
	t->wire.sent = 0;
	t->wire.send_errno = 0;
	tls_datagram_serve(t->datagram);
}

enum io tls_dtls_listen(struct tls_conn *t)
{
	BIO_ADDR *unused = BIO_ADDR_new();
	int ret;

	forget_others(t);
	tls_error_clear();
	/* The address comes from the BIO, and ours has none: the cookie covers the path. */
	ret = unused ? DTLSv1_listen(t->ssl, unused) : -1;
	BIO_ADDR_free(unused);
	tls_error_clear();
	tls_datagram_flush(t->datagram);
	tls_datagram_drop(t->datagram);
	return ret > 0 ? IO_DONE : ret == 0 ? IO_WANT_READ : IO_FAILED;
}

/*
 * Not before: tls_dtls_listen sees a ClientHello of anybody, and it may be part of one. The
 * library reads the accepted one again.
 */
void tls_dtls_set_owner(struct tls_conn *t, void *owner)
{
	t->owner = owner;
	tls_conn_record_offers(t);
}

const void *tls_dtls_path(const SSL *ssl)
{
	const struct tls_conn *t = SSL_get_app_data(ssl);

	return t && t->datagram ? t->datagram->path : NULL;
}

int tls_dtls_retransmit(struct tls_conn *t)
{
	long ret;

	tls_error_clear();
	ret = DTLSv1_handle_timeout(t->ssl);
	tls_datagram_flush(t->datagram);
	tls_error_clear();
	return ret < 0 ? -1 : 0;
}

size_t tls_dtls_room(const struct tls_conn *t)
{
	return DTLS_get_data_mtu(t->ssl);
}

static bool is_record(const unsigned char *bytes, size_t len, unsigned char type)
{
	return len >= RECORD_HEADER && bytes[0] == type && bytes[1] == 0xfe;
}

bool tls_dtls_is_handshake(const unsigned char *bytes, size_t len)
{
	return is_record(bytes, len, HANDSHAKE) || is_record(bytes, len, CHANGE_CIPHER_SPEC);
}

bool tls_dtls_is_alert(const unsigned char *bytes, size_t len)
{
	return is_record(bytes, len, ALERT);
}

bool tls_dtls_is_hello(const unsigned char *bytes, size_t len)
{
	return is_record(bytes, len, HANDSHAKE) && len > RECORD_HEADER && bytes[EPOCH_AT] == 0 &&
	    bytes[EPOCH_AT + 1] == 0 && bytes[RECORD_HEADER] == CLIENT_HELLO;
}

const unsigned char *tls_dtls_random(const unsigned char *bytes, size_t len)
{
	static const unsigned char at_the_beginning[3];

	if (!tls_dtls_is_hello(bytes, len) || len < RANDOM_AT + TLS_DTLS_RANDOM ||
	    memcmp(bytes + FRAGMENT_AT, at_the_beginning, sizeof at_the_beginning) != 0)
		return NULL;
	return bytes + RANDOM_AT;
}

/* ---- a client ------------------------------------------------------------------------------- */

/* The longest record, and more than the buffer of the library holds. */
enum { DATAGRAM_MAX = 18 * 1024 };

/* Datagrams that cross on the way bring a few; more come from servers that do not know theirs. */
enum { COOKIES_MAX = 16 };

struct tls_dtls {
	struct udp_wire udp;
	struct tls_datagram datagram;
	struct tls_dtls_progress seen;
	bool possible;      /* one of the datagrams could be DTLS */
	unsigned finisheds; /* that we sent: after more than one, the server repeats its own */
	bool counts;        /* last is set: the number of the peer's Finished or what came after */
	bool fresh;         /* header was read by this operation, and not counted yet */
	bool more;          /* the last read may have left the rest of its record */
	bool gap;           /* a record is missing: of the handshake, or data */
	uint64_t header, last; /* epoch and number of records */
	unsigned char in[DATAGRAM_MAX];
};

static uint64_t number_of(const unsigned char *header)
{
	uint64_t number = 0;

	for (int i = EPOCH_AT; i < LENGTH_AT; i++)
		number = number << 8 | header[i];
	return number;
}

/*
 * Nobody else can make a record that the library accepts, so the peer sent as many as its numbers
 * say. One that is accepted without a header was kept by the library until the handshake was over,
 * or is the rest of one that was counted.
 */
static void count_record(struct tls_dtls *d)
{
	/* The library kept it until the keys were known. */
	d->counts &= d->fresh ? d->header >> 48 == d->last >> 48 : d->more;
	if (!d->fresh || !d->counts)
		return;
	d->fresh = false;
	d->gap |= d->header != d->last + 1;
	d->last = d->header;
}

/* SSL_set_msg_callback(3) */
static void record_message(int written, int version, int type, const void *message, size_t len,
    SSL *ssl, void *tls_dtls)
{
	struct tls_dtls *d = tls_dtls;
	const unsigned char *bytes = message;

	(void)version;
	(void)ssl;
	if (!written && type == SSL3_RT_HEADER && len >= RECORD_HEADER) {
		d->header = number_of(bytes);
		d->fresh = true;
	} else if (!written && d->fresh && d->counts &&
	    (type == ALERT || type == HANDSHAKE)) {
		/* A warning, or a request to renegotiate: the library goes on to the next one. */
		count_record(d);
	}
	if (!written || type != HANDSHAKE || len == 0)
		return;
	d->finisheds += bytes[0] == SSL3_MT_FINISHED;
	d->seen.hellos += bytes[0] == CLIENT_HELLO && d->seen.cookies > 0;
}

static int send_datagram(const void *tls_conn, const void *bytes, size_t len)
{
	const struct tls_conn *t = tls_conn;

	udp_wire_send(&t->dtls->udp, bytes, len);
	return 0;
}

static void receive_datagram(void *tls_conn)
{
	struct tls_conn *t = tls_conn;
	struct tls_dtls *d = t->dtls;
	ssize_t n;

	/* An empty one would look like the end to the library. */
	do
		n = udp_wire_receive(&d->udp, d->in, sizeof d->in);
	while (n == 0);
	if (n < 0)
		return;
	d->possible |= n >= RECORD_HEADER && d->in[0] >= CHANGE_CIPHER_SPEC &&
	    d->in[0] <= LAST_TYPE && d->in[1] == 0xfe;
	d->seen.longest = (size_t)n > d->seen.longest ? (size_t)n : d->seen.longest;
	d->seen.cookies += tls_dtls_is_handshake(d->in, (size_t)n) && n > RECORD_HEADER &&
	    d->in[RECORD_HEADER] == HELLO_VERIFY_REQUEST;
	tls_datagram_give(&d->datagram, d->in, (size_t)n);
}

static bool is_foreign(const struct tls_conn *t, struct outcome *oc)
{
	return udp_wire_is_foreign(&t->dtls->udp, t->dtls->possible, "DTLS", oc);
}

/* Returns whether the peer is known to be none. */
static bool is_hopeless(const struct tls_conn *t, struct outcome *oc)
{
	/* Only the peer, or something before it, knows these bytes. */
	if (t->dtls->udp.echoed)
		return is_foreign(t, oc);
	if (t->dtls->seen.cookies <= COOKIES_MAX)
		return false;
	outcome_set(oc, OC_HANDSHAKE_FAILED,
	    "the server asked for a cookie %u times (HelloVerifyRequest), and accepted none of its "
	    "own",
	    t->dtls->seen.cookies);
	outcome_advise(oc,
	    "do several servers share this address? They need the same secret for their cookies");
	return true;
}

/* Sends the last flight again, if it is time to. */
static void begin_turn(struct tls_conn *t, unsigned receives)
{
	tls_error_clear();
	udp_wire_begin_turn(&t->dtls->udp, receives);
	/* Its failure is that of the next operation. */
	(void)DTLSv1_handle_timeout(t->ssl);
}

/* The result of an operation of the library. */
static enum io end_turn(struct tls_conn *t, int ret, bool open, struct outcome *oc)
{
	const struct tls_error_about about = { .ssl = t->ssl,
		.wire = &t->wire,
		.asked = t->asked,
		.offers = &t->offers };
	int error = SSL_get_error(t->ssl, ret);
	const bool waits = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
	enum io io = IO_FAILED;

	tls_datagram_flush(t->datagram);
	if (ret == 1)
		io = IO_DONE;
	else if (waits && tls_conn_errno(t))
		tls_error_vanished(&about, open, oc);
	else if (waits)
		io = tls_buffer_want(&t->wire);
	else if (error == SSL_ERROR_ZERO_RETURN && open)
		io = IO_EOF;
	else if (error == SSL_ERROR_ZERO_RETURN)
		outcome_set(oc, OC_HANDSHAKE_CLOSED,
		    "the peer sent close_notify during the handshake");
	else
		t->over |= tls_error_explain(&about, false, open, oc);
	tls_error_clear();
	return io;
}

int tls_dtls_send(struct tls_conn *t, struct outcome *oc)
{
	begin_turn(t, 0);
	if (end_turn(t, SSL_do_handshake(t->ssl), false, oc) != IO_FAILED || tls_conn_errno(t))
		return 0;
	return -1;
}

static enum io dtls_handshake(struct tls_conn *t, struct outcome *oc)
{
	int ret;

	begin_turn(t, UDP_WIRE_PER_TURN);
	ret = SSL_do_handshake(t->ssl);
	if (ret == 1) {
		t->dtls->last = t->dtls->header;
		t->dtls->counts = t->dtls->last >> 48 != 0;
		t->dtls->fresh = false;
	} else if (is_hopeless(t, oc)) {
		tls_error_clear();
		return IO_FAILED;
	}
	return end_turn(t, ret, false, oc);
}

/* Returns 0, or -1 if data is known to be missing. */
static int check_gap(const struct tls_dtls *d, struct outcome *oc)
{
	/* After a repetition it may have been the peer's Finished. */
	if (!d->gap || d->finisheds > 1)
		return 0;
	outcome_set(oc, OC_GREETING_TRUNCATED,
	    "data of the peer was lost on the path, or comes late: DTLS neither repeats it nor "
	    "restores its order");
	outcome_advise(oc, "try again; -c 20 shows how often it happens");
	return -1;
}

static enum io dtls_read(struct tls_conn *t, void *buf, size_t max, size_t *got, struct outcome *oc)
{
	struct tls_dtls *d = t->dtls;
	enum io io;

	begin_turn(t, UDP_WIRE_PER_TURN);
	/* A header that an earlier operation read was counted, or dropped. */
	d->fresh = false;
	io = end_turn(t, SSL_read_ex(t->ssl, buf, max, got), true, oc);
	if (io == IO_DONE)
		count_record(d);
	d->more = io == IO_DONE ? *got == max : d->more;
	return (io == IO_DONE || io == IO_EOF) && check_gap(d, oc) != 0 ? IO_FAILED : io;
}

static enum io dtls_close(struct tls_conn *t)
{
	if (t->over || SSL_get_shutdown(t->ssl) & SSL_SENT_SHUTDOWN)
		return IO_DONE;
	tls_error_clear();
	(void)SSL_shutdown(t->ssl);
	tls_datagram_flush(t->datagram);
	tls_error_clear();
	return IO_DONE;
}

static void dtls_allow(struct tls_conn *t, size_t bytes)
{
	udp_wire_allow(&t->dtls->udp, bytes);
}

static uint64_t dtls_timer(const struct tls_conn *t)
{
	struct timeval left;

	if (DTLSv1_get_timeout(t->ssl, &left) != 1)
		return UINT64_MAX;
	return clock_ms_after(&left);
}

static void dtls_free(struct tls_conn *t)
{
	/* Its BIO points to what is freed next. */
	SSL_free(t->ssl);
	t->ssl = NULL;
	tls_datagram_free(t->datagram);
	t->datagram = NULL;
	free(t->dtls);
}

static const struct tls_conn_transport transport = {
	.handshake = dtls_handshake,
	.read = dtls_read,
	.close_notify = dtls_close,
	.allow = dtls_allow,
	.timer = dtls_timer,
	.is_foreign = is_foreign,
	.free = dtls_free,
};

struct tls_conn *tls_dtls_new_client(SSL_CTX *ctx, int fd, const char *sni, const char *verify_name,
    void *owner, struct outcome *oc)
{
	struct tls_dtls *d = calloc(1, sizeof *d);
	struct tls_conn *t;

	if (!d) {
		outcome_set(oc, OC_INTERNAL, "out of memory for a DTLS connection");
		return NULL;
	}
	t = tls_conn_make(ctx, fd, &d->datagram, owner, oc);
	if (!t) {
		free(d);
		return NULL;
	}
	tls_datagram_init(&d->datagram, send_datagram, t);
	d->datagram.receive = receive_datagram;
	d->datagram.source = t;
	t->dtls = d;
	t->transport = &transport;
	udp_wire_init(&d->udp, &t->wire);
	udp_wire_allow(&d->udp, TLS_CONN_SERVER_SENDS_MAX);
	SSL_set_msg_callback(t->ssl, record_message);
	SSL_set_msg_callback_arg(t->ssl, d);
	if (tls_conn_make_client(t, sni, verify_name, oc) == 0)
		return t;
	tls_conn_free(t);
	return NULL;
}

bool tls_dtls_is_whole(const struct tls_conn *t)
{
	return t->dtls->counts && !t->dtls->gap;
}

void tls_dtls_get_progress(const struct tls_conn *t, struct tls_dtls_progress *out)
{
	*out = t->dtls->seen;
	out->received = t->dtls->udp.received;
}
