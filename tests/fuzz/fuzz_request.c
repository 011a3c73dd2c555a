/* SPDX-License-Identifier: MIT */
/*
 * What a client says inside TLS: a connection whose handshake is done by the
 * library's own client, so that what fails is what comes after it. Of the first
 * byte the lowest bits say TLS 1.2 or 1.3, with ALPN http/1.1 or without, with
 * the report or without, and whether close_notify follows; the upper four how much
 * goes into one record.
 */
#include "fuzz/target.h"

#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "fuzz/service.h"
#include "support/tls_peer_client.h"

enum { INPUT_MAX = 16384, RECORDS_MAX = 512, ROUNDS = 20 };
enum { OLD = 1, HTTP = 2, REPORT = 4, ABRUPT = 8 };

static void shake_hands(struct conn *c, struct peer_client *client)
{
	for (int i = 0; i < ROUNDS && !SSL_is_init_finished(client->ssl); i++) {
		peer_client_step(client);
		conn_step(c, 1);
	}
	fuzz_expect(SSL_is_init_finished(client->ssl));
}

static void say(struct conn *c, struct peer_client *client, const uint8_t *data, size_t size,
    size_t record)
{
	while (size > 0 && conn_step(c, 1) != CONN_WANT_FREE) {
		size_t n = size < record ? size : record;

		if (SSL_write(client->ssl, data, (int)n) <= 0)
			break;
		data += n;
		size -= n;
		peer_client_step(client);
	}
}

static bool begins(const struct peer_client *client, const char *text)
{
	size_t len = strlen(text);

	return client->got >= len && memcmp(client->text, text, len) == 0;
}

/* The content of a refusal begins with its status, too. */
static bool explains(const struct peer_client *client)
{
	const char *content = strstr(client->text, "\r\n\r\n");

	return content && (!content[4] || memcmp(content + 4, client->text + 9, 3) == 0);
}

/* Nobody is told anything but the greeting or an answer of HTTP, and OK is logged of 200 alone. */
static void judge(const struct conn *c, const struct peer_client *client, bool http)
{
	const struct conn_record *r = conn_get_record(c);

	fuzz_expect(r->code != OC_INTERNAL && (r->code == OC_OK || (r->failure && r->stage)));
	if (http)
		fuzz_expect(client->got == 0 || begins(client, "HTTP/1.1 "));
	else
		fuzz_expect(begins(client, "hello\n"));
	if (http && client->got > 0)
		fuzz_expect(begins(client, "HTTP/1.1 200 ") == (r->code == OC_OK) ||
		    r->code == OC_GREETING_RESET);
	if (http && client->got > 0 && !begins(client, "HTTP/1.1 200 "))
		fuzz_expect(explains(client));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct addr nobody = { .ss.any.sa_family = AF_UNIX, .len = sizeof(sa_family_t) };
	struct peer_client client;
	size_t record;
	struct conn *c;
	int ends[2];

	if (size == 0 || size > INPUT_MAX)
		return 0;
	record = (size_t)(data[0] >> 4) * 16 + 1;
	if (size / record > RECORDS_MAX)
		record = size / RECORDS_MAX + 1;
	fuzz_expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	fuzz_service()->report = (data[0] & REPORT) != 0;
	c = conn_new(fuzz_service(), &fuzz_plan, ends[0], &nobody, 1);
	fuzz_expect(c != NULL);
	peer_client_init(&client, ends[1], data[0] & OLD ? PEER_TLS12 : PEER_TLS13, NULL);
	if (data[0] & HTTP)
		peer_client_offer(&client, "http/1.1");
	shake_hands(c, &client);
	say(c, &client, data + 1, size - 1, record);
	if (!(data[0] & ABRUPT))
		SSL_shutdown(client.ssl);
	for (int i = 0; i < ROUNDS && !peer_client_is_done(&client); i++) {
		conn_step(c, 1);
		peer_client_step(&client);
	}
	fuzz_finish(c, ends[1]);
	judge(c, &client, (data[0] & HTTP) != 0);
	ERR_clear_error();
	conn_free(c);
	peer_client_free(&client);
	close(ends[1]);
	return 0;
}
