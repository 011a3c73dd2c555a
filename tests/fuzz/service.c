/* SPDX-License-Identifier: MIT */
#include "fuzz/service.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/conn/conn_states.h"
#include "server/service/context.h"
#include "server/service/cookie.h"
#include "fuzz/target.h"

const struct conn_plan fuzz_plan = { conn_states, {
    [CONN_PHASE_PROXY] = FUZZ_PHASE_MS,
    [CONN_PHASE_HANDSHAKE] = FUZZ_PHASE_MS,
    [CONN_PHASE_REQUEST] = FUZZ_PHASE_MS,
    [CONN_PHASE_GREETING] = FUZZ_PHASE_MS,
    [CONN_PHASE_LINGER] = FUZZ_PHASE_MS,
} };

static char greeting[] = "hello\n";

static const struct service blank = { .greeting = greeting,
	.greeting_len = 6,
	.close_early = true,
	.node = "fuzz" };

static struct service plain, asking, choosing, named, strict_named;
static struct client_auth everyone = { .ca_file = "ca.pem" }, listed_only = { .ca_file = "ca.pem" };

const struct testpki_cert *fuzz_ca(void)
{
	static const struct testpki_cert *ca;

	if (!ca)
		ca = testpki_root("Root");
	return ca;
}

static void write_pair(const char *chain, const char *key, const char *sans)
{
	const struct testpki_cert *leaf = testpki_leaf(fuzz_ca(), sans);

	testpki_write_certs(chain, leaf, NULL);
	testpki_write_key(key, leaf, NULL);
}

static int here = -1;

void fuzz_enter_folder(void)
{
	here = open(".", O_RDONLY | O_DIRECTORY);
	testpki_begin();
	testpki_write_certs("ca.pem", fuzz_ca(), NULL);
	write_pair("chain.pem", "key.pem", "DNS:a.test");
	write_pair("wild.pem", "wild.key", "DNS:*.b.test");
}

void fuzz_leave_folder(void)
{
	testpki_leave();
	fuzz_expect(here >= 0 && fchdir(here) == 0);
	close(here);
}

static void make(struct service *s, const struct client_auth *auth)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	struct server_context_choice choice = { .tickets = 0 };
	struct outcome oc = OUTCOME_NONE;

	*s = blank;
	if (auth)
		choice.ask = client_auth_ask(auth);
	s->asks_clients = auth != NULL;
	s->tls = server_context_new(&id, &choice, &oc);
	fuzz_expect(s->tls != NULL);
}

struct service *fuzz_service(void)
{
	if (plain.tls)
		return &plain;
	fuzz_enter_folder();
	make(&plain, NULL);
	fuzz_leave_folder();
	return &plain;
}

const struct client_allow *fuzz_clients(void)
{
	return &listed_only.allow;
}

static void list_clients(void)
{
	struct client_allow *list = &listed_only.allow;
	struct outcome oc = OUTCOME_NONE;

	fuzz_expect(client_allow_add(list, CLIENT_ALLOW_CN, "me", &oc) == 0);
	fuzz_expect(client_allow_add(list, CLIENT_ALLOW_DNS, "a.test", &oc) == 0);
	fuzz_expect(client_allow_add(list, CLIENT_ALLOW_URI, "spiffe://a.test/me", &oc) == 0);
}

struct service *fuzz_asking_service(bool listed)
{
	struct outcome oc = OUTCOME_NONE;

	if (!asking.tls) {
		fuzz_enter_folder();
		list_clients();
		fuzz_expect(client_auth_settle(&everyone, &oc) == 0);
		fuzz_expect(client_auth_settle(&listed_only, &oc) == 0);
		make(&asking, &everyone);
		make(&choosing, &listed_only);
		fuzz_leave_folder();
	}
	return listed ? &choosing : &asking;
}

static void make_named(struct service *s, struct identity *identities, bool strict)
{
	static const struct server_context_choice choice = { .tickets = 0 };
	struct outcome oc = OUTCOME_NONE;

	*s = blank;
	s->names = server_names_new(identities, 2, &choice, strict, &oc);
	fuzz_expect(s->names != NULL);
	s->tls = server_names_default(s->names);
	fuzz_expect(cookie_prepare(&oc) == 0);
	s->dtls = server_context_new_dtls(&choice, &oc);
	fuzz_expect(s->dtls != NULL);
	server_names_use(s->names, s->dtls);
}

struct service *fuzz_named_service(bool strict)
{
	static const struct tls_identity files[2] = {
		{ .chain_file = "chain.pem", .key_file = "key.pem" },
		{ .chain_file = "wild.pem", .key_file = "wild.key" },
	};
	static const struct server_context_choice choice = { .tickets = 0 };
	static struct identity identities[2][2];
	struct outcome oc = OUTCOME_NONE;

	if (!named.tls) {
		fuzz_enter_folder();
		for (int i = 0; i < 4; i++)
			fuzz_expect(identity_load(&identities[i / 2][i % 2], &files[i % 2], &choice,
					&oc) == 0);
		make_named(&named, identities[0], false);
		make_named(&strict_named, identities[1], true);
		fuzz_leave_folder();
	}
	return strict ? &strict_named : &named;
}

void fuzz_finish(struct conn *c, int peer)
{
	uint64_t now = 1;
	char bytes[4096];

	shutdown(peer, SHUT_WR);
	for (int i = 0; i < 2 * CONN_PHASES && conn_step(c, now) != CONN_WANT_FREE; i++) {
		while (recv(peer, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
			;
		now += FUZZ_PHASE_MS;
	}
	fuzz_expect(c->state == CONN_DONE);
}
