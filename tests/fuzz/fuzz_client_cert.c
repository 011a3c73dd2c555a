/* SPDX-License-Identifier: MIT */
/*
 * A client shows a certificate that a trusted CA has signed, with whatever content
 * (fuzz/certificate.h). Of the first byte the lowest bit says TLS 1.2 or 1.3, the next one whether
 * a list says who of the verified clients is let in.
 */
#include "fuzz/target.h"

#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "fuzz/certificate.h"
#include "fuzz/service.h"
#include "support/tls_peer_client.h"

enum { ROUNDS = 20 };
enum { OLD = 1, LISTED = 2 };

static bool is_of_today(const X509 *cert)
{
	const time_t now = time(NULL);

	return ASN1_TIME_cmp_time_t(X509_get0_notBefore(cert), now) <= 0 &&
	    ASN1_TIME_cmp_time_t(X509_get0_notAfter(cert), now) >= 0;
}

/* Only a client that passes is told anything, and what the log says of it may be shown. */
static void judge(const struct conn_record *r, const struct peer_client *client, X509 *cert,
    bool listed)
{
	fuzz_expect(r->code != OC_INTERNAL && (r->code == OC_OK || (r->failure && r->stage)));
	fuzz_expect((r->code == OC_OK) == (client->got > 0));
	if (r->client)
		fuzz_expect(fuzz_is_shown(r->client->subject) && fuzz_is_shown(r->client->names));
	if (r->failure)
		fuzz_expect(fuzz_is_shown(r->failure->detail));
	if (r->code != OC_OK)
		return;
	fuzz_expect(r->client && r->client->sent && r->client->error == X509_V_OK);
	fuzz_expect(is_of_today(cert) && X509_check_purpose(cert, X509_PURPOSE_SSL_CLIENT, 0) == 1);
	fuzz_expect(!listed || client_allow_has(fuzz_clients(), cert));
}

static void play(struct conn *c, struct peer_client *client, int peer)
{
	for (int i = 0; i < ROUNDS && !peer_client_is_done(client); i++) {
		peer_client_step(client);
		conn_step(c, 1);
	}
	fuzz_finish(c, peer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct addr nobody = { .ss.any.sa_family = AF_UNIX, .len = sizeof(sa_family_t) };
	bool listed = size > 0 && data[0] & LISTED;
	struct service *service;
	struct peer_client client;
	struct conn *c;
	X509 *cert;
	int ends[2];

	if (size == 0)
		return 0;
	service = fuzz_asking_service(listed);
	cert =
	    fuzz_certificate(data + 1, size - 1, fuzz_ca()->cert, fuzz_ca()->key, fuzz_ca()->key);
	if (!cert)
		return 0;
	fuzz_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	c = conn_new(service, &fuzz_plan, ends[0], &nobody, 1);
	fuzz_expect(c != NULL);
	peer_client_init(&client, ends[1], data[0] & OLD ? PEER_TLS12 : PEER_TLS13, NULL);
	if (SSL_use_certificate(client.ssl, cert) == 1 &&
	    SSL_use_PrivateKey(client.ssl, fuzz_ca()->key) == 1) {
		play(c, &client, ends[1]);
		judge(conn_get_record(c), &client, cert, listed);
	}
	ERR_clear_error();
	conn_free(c);
	peer_client_free(&client);
	X509_free(cert);
	close(ends[1]);
	return 0;
}
