/* SPDX-License-Identifier: MIT */
#include "client/step/handshake.h"

#include <errno.h>
#include <stdbool.h>
#include <time.h>

#include "base/clock.h"
#include "client/judge/expected.h"
#include "client/judge/verdict.h"
#include "client/session/context.h"
#include "client/session/session.h"
#include "client/step/starttls.h"
#include "client/step/tcp_state.h"
#include "client/step/wait.h"
#include "tls/dtls.h"

static unsigned long long sent(const struct session *s)
{
	return (unsigned long long)tls_conn_sent(s->tls);
}

/* What fills a packet of 1500 bytes, without the headers of IP and ICMP. */
enum { PING_IPV4 = 1500 - 20 - 8, PING_IPV6 = 1500 - 40 - 8 };

/* The TCP state distinguishes a lost packet from a peer that does not answer. */
static void explain_silence(const struct session *s, uint64_t deadline_ms, struct outcome *oc)
{
	bool heard = tls_conn_heard(s->tls);
	char host[ADDR_TEXT_MAX];
	struct tcp_state tcp;

	if (!tcp_state_get(s->fd, &tcp))
		return;
	if (tcp.out_of_order > 0) {
		outcome_append(oc,
		    "; later parts of the answer arrived, but an earlier one was lost");
		outcome_advise(oc,
		    "are large packets lost on the path? --hello small-segments avoids them, and "
		    "ping -M do -s %d %s tests it; if so, let the router clamp the MSS, or let "
		    "ICMP through",
		    s->peer.ss.any.sa_family == AF_INET6 ? PING_IPV6 : PING_IPV4,
		    addr_format_host(&s->peer, host));
	} else if (!heard && tcp.beyond_gap > 0) {
		outcome_append(oc,
		    "; a later part of our ClientHello of %llu bytes arrived, but an earlier one "
		    "was lost",
		    sent(s));
		outcome_advise(oc,
		    "something on the path drops that packet because of its name or its size: "
		    "--hello small-segments avoids large packets, --path-test tries more");
	} else if (!heard && !tcp.acknowledged) {
		outcome_append(oc,
		    "; our ClientHello of %llu bytes was sent %u times and never acknowledged: it "
		    "was lost on the path",
		    sent(s), tcp.resent + 1);
		outcome_advise(oc,
		    "something on the path drops it because of its name or its size: --path-test "
		    "tries others, and --trace finds the hop");
	} else if (!heard) {
		outcome_append(oc, ", but its system acknowledged our ClientHello of %llu bytes",
		    sent(s));
		outcome_advise(oc,
		    "the peer or something on the path delays the answer, a service without TLS "
		    "waits for more, or the path loses large packets (compare --hello "
		    "small-segments); %s allows more time",
		    session_deadline_option(s, deadline_ms, "--handshake-timeout"));
	}
}

/* Nothing acknowledges a datagram, so what did not come may be lost, or was never sent. */
static void explain_datagrams(const struct session *s, uint64_t deadline_ms, struct outcome *oc)
{
	struct tls_dtls_progress seen;
	char host[ADDR_TEXT_MAX];

	tls_dtls_get_progress(s->tls, &seen);
	if (seen.received > seen.cookies)
		outcome_append(oc, ": %u datagrams, the longest of %zu bytes", seen.received,
		    seen.longest);
	else
		outcome_append(oc,
		    ": it asked for a cookie, and did not answer the ClientHello with that cookie, "
		    "which was sent %u times",
		    seen.hellos);
	outcome_advise(oc,
	    "does the path lose long datagrams? ping -M do -s 1172 %s tests it; servers may send "
	    "shorter ones after some seconds: %s allows more time",
	    addr_format_host(&s->peer, host),
	    session_deadline_option(s, deadline_ms, "--handshake-timeout"));
}

/* io is what the client waited for; IO_WANT_TIME: it reads nothing more from the peer. */
static int late(const struct session *s, enum io io, uint64_t began_ms, uint64_t deadline_ms,
    struct outcome *oc)
{
	tls_conn_handshake_late(s->tls, (unsigned)(clock_ms() - began_ms), oc);
	if (oc->code != OC_HANDSHAKE_TIMEOUT)
		return -1;
	if (io == IO_WANT_TIME)
		outcome_advise(oc, "more time does not help: check what the service sends");
	else if (s->service->transport == OVER_DTLS)
		explain_datagrams(s, deadline_ms, oc);
	else
		explain_silence(s, deadline_ms, oc);
	outcome_advise(oc,
	    "the peer or something on the path delays the handshake; %s allows more time",
	    session_deadline_option(s, deadline_ms, "--handshake-timeout"));
	return -1;
}

/* The peer closed the connection before the first byte of an answer. */
static void explain_gone(const struct session *s, struct outcome *oc)
{
	if (outcome_layer(oc->code) != LAYER_HANDSHAKE || !outcome_is(oc->code, OUTCOME_PEER_LEFT))
		return;
	outcome_append(oc, "; %llu bytes were sent, %llu received", sent(s),
	    (unsigned long long)tls_conn_received(s->tls));
	if (tls_conn_heard(s->tls) || s->service->transport != OVER_TCP)
		return;
	if (s->options->announce)
		outcome_advise(oc,
		    "does the server expect a PROXY header from this address? Compare without "
		    "--haproxy-protocol");
	else if (oc->code == OC_HANDSHAKE_RESET)
		outcome_advise(oc,
		    "does the server expect a PROXY header first (--haproxy-protocol v2), or does "
		    "something on the path reject the %s%s%s? --path-test shows which, and --trace "
		    "where",
		    s->sni[0] ? "name \"" : "ClientHello", s->sni, s->sni[0] ? "\"" : "");
	else
		outcome_advise(oc,
		    "the server's log may show why; does it expect a PROXY header first "
		    "(--haproxy-protocol v2), or is it a balancer without a server?");
}

/* Wait until the first part of a ClientHello has arrived alone. */
static void pause_after_split(void)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };

	nanosleep(&pause, NULL);
}

static int shake_hands(struct session *s, struct outcome *oc)
{
	uint64_t began_ms = clock_ms();
	uint64_t deadline_ms = session_deadline(s, s->options->handshake_ms);
	bool split = s->options->hello.split > 0;
	enum io io;

	while ((io = tls_conn_handshake(s->tls, oc)) != IO_DONE) {
		if (io == IO_FAILED)
			return -1;
		if (io == IO_WANT_WRITE && split) {
			split = false;
			pause_after_split();
			continue;
		}
		if (wait_for_peer(s, io, deadline_ms) == IO_DONE)
			continue;
		if (errno == ETIMEDOUT)
			return late(s, io, began_ms, deadline_ms, oc);
		return outcome_set_errno(oc, OC_INTERNAL, "cannot wait for the socket");
	}
	return 0;
}

/* DTLS has no --path-test. */
static void explain_violation(const struct session *s, struct outcome *oc)
{
	if (s->service->transport == OVER_DTLS && oc->code == OC_HANDSHAKE_FAILED)
		outcome_advise(oc,
		    "the peer, or something on the path, violates the protocol; try again: whoever "
		    "sends with the address of the peer can disturb a handshake of DTLS");
}

/* The user may not know that --groups limits certificates as well. */
static void explain_groups(const struct session *s, struct outcome *oc)
{
	if (outcome_is(oc->code, OUTCOME_OFFER) && tls_policy_limits_curves(&s->options->policy))
		outcome_advise_instead(oc,
		    "compare without --groups: with TLS 1.2 it also limits the curves of both "
		    "ends' certificates");
}

static void get_facts(struct session *s)
{
	tls_facts_get(s->tls, &s->facts);
	tls_facts_alpn(s->tls, s->alpn);
}

static int shape_hello(struct session *s, struct outcome *oc)
{
	const struct client_hello *hello = &s->options->hello;

	if (s->options->policy.late_hybrids)
		own_hello_watch(s->tls, &s->own_hello);
	if (hello->split > 0)
		tls_conn_split(s->tls, hello->split);
	return hello->record > 0 ? own_hello_cut(s->tls, hello->record, oc) : 0;
}

/* Over QUIC, an option about the greeting needs a server that sends one. */
static const char *protocols_of(const struct session *s)
{
	const struct client_options *o = s->options;

	if (s->service->transport == OVER_QUIC && (o->expect || o->compare))
		return SESSION_HELLO_PROTOCOL;
	return s->service->alpn;
}

int handshake_prepare(const struct session *s, struct tls_conn *tls, struct outcome *oc)
{
	const char *protocols = protocols_of(s);

	if (!s->options->alpn && protocols && client_context_offer_once(tls, protocols, oc) != 0)
		return -1;
	if (s->offered)
		resumption_offer(tls, s->sni, s->verify_name, s->offered);
	return 0;
}

int handshake_begin(struct session *s, struct outcome *oc)
{
	s->tls = tls_conn_new_client(s->ctx, s->fd, s->sni[0] ? s->sni : NULL,
	    s->verdict.uri ? NULL : s->verify_name, &s->verdict, oc);
	if (!s->tls || (service_uses_tds(s->service) && tls_conn_wrap_in_tds(s->tls, oc) != 0) ||
	    shape_hello(s, oc) != 0)
		return -1;
	return handshake_prepare(s, s->tls, oc);
}

int step_handshake(struct session *s, struct outcome *oc)
{
	struct outcome failed = OUTCOME_NONE;
	int ret;

	/* Over UDP, step_connect has begun. */
	if (!s->tls && handshake_begin(s, oc) != 0)
		return -1;
	ret = shake_hands(s, &failed);
	s->hello_bytes = tls_conn_opening(s->tls);
	certificate_request_get(s->tls, &s->request);
	own_certificate_get(s->tls, time(NULL), &s->own);
	if (ret == 0) {
		phases_mark(&s->phases, PHASE_HANDSHAKE);
		get_facts(s);
		return 0;
	}
	/* A certificate comes after the parameters were agreed on, so those are known as well. */
	if (s->verdict.ran)
		get_facts(s);
	/*
	 * A bad certificate ends here: verify_callback rejected it within the handshake. The
	 * library only reports that; the verdict knows why, and which exit status it is.
	 */
	if (expected_judge_certificate(&s->options->expected, &s->verdict, oc) != 0)
		return -1;
	if (s->verdict.ran && s->verdict.error != 0)
		return verdict_explain(&s->verdict, s->verify_name, s->store, oc);
	starttls_explain_handshake(s, &failed);
	explain_gone(s, &failed);
	explain_groups(s, &failed);
	explain_violation(s, &failed);
	return outcome_report(oc, &failed);
}
