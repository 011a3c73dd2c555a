/* SPDX-License-Identifier: MIT */
#include "support/served.h"

#include <check.h>
#include <dirent.h>

#include "server/conn/conn_states.h"
#include "server/service/context.h"
#include "support/check_main.h"
#include "support/test_pki.h"
#include "tls/context.h"

void served_begin(struct service *s)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "key.pem" };
	const struct server_context_choice choice = { .tickets = 0 };
	struct outcome oc = OUTCOME_NONE;

	testpki_begin();
	testpki_write_server(testpki_root("Root"), "DNS:localhost");
	s->tls = server_context_new(&id, &choice, &oc);
	ck_assert_no_failure(&oc);
}

void served_end(struct service *s)
{
	tls_context_free(s->tls);
	testpki_end();
}

void served_play(struct conn *c, struct peer_client *client, uint64_t now_ms)
{
	for (int i = 0; i < 4000 && !peer_client_is_done(client); i++) {
		peer_client_step(client);
		if (c->state != CONN_DONE)
			conn_step(c, now_ms);
	}
	ck_assert(peer_client_is_done(client));
}

int served_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}
