/* SPDX-License-Identifier: MIT */
#include "server/service/context.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "server/service/cookie.h"
#include "server/service/stapling.h"
#include "tls/cert_info.h"
#include "tls/context.h"
#include "tls/error.h"
#include "tls/key_use.h"

static SSL_CTX *fail(SSL_CTX *ctx, struct outcome *oc, enum outcome_code code, const char *what)
{
	char text[128];

	outcome_set(oc, code, "%s: %s", what, tls_error_text(text, sizeof text));
	SSL_CTX_free(ctx);
	return NULL;
}

static int set_tickets(SSL_CTX *ctx, const struct server_context_choice *choice, struct outcome *oc)
{
	/*
	 * No TLS 1.3 tickets by default: one costs more than a resumption saves. TLS
	 * 1.2 keeps its own tickets, which cost a fifth of a handshake.
	 */
	if (SSL_CTX_set_num_tickets(ctx, choice->tickets) != 1)
		return outcome_set(oc, OC_INTERNAL, "the TLS library rejects %u tickets",
		    choice->tickets);
	return choice->ticket_keys ? ticket_use(ctx, choice->ticket_keys, oc) : 0;
}

/*
 * RFC 7301 section 3.2: a client that offers protocols, but not this one, gets
 * no_application_protocol. This callback does not run for a client that offers none.
 */
static int select_http(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *offered, unsigned len, void *unused)
{
	static const unsigned char ours[] = "\x08http/1.1";

	/* HTTP/1.1 needs a stream. */
	if (SSL_is_dtls(ssl))
		return SSL_TLSEXT_ERR_NOACK;
	(void)unused;
	/* Without a common protocol it selects our first one. */
	if (SSL_select_next_proto((unsigned char **)out, out_len, ours, sizeof ours - 1, offered,
		len) == OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_OK;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* What a server needs besides an identity. Takes ownership of ctx, which may be NULL. */
static SSL_CTX *set_up(SSL_CTX *ctx, const struct server_context_choice *choice,
    struct outcome *oc)
{
	static const unsigned char session_context[] = "hello-tls";

	if (!ctx)
		return NULL;
	/* A datagram connection changes to this context when its name is known. */
	cookie_use(ctx);
	/* The chain is sent as in the file: building one would slow down each handshake. */
	SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	stapling_use(ctx);
	SSL_CTX_set_alpn_select_cb(ctx, select_http, NULL);
	if (SSL_CTX_set_session_id_context(ctx, session_context, sizeof session_context - 1) != 1)
		return fail(ctx, oc, OC_INTERNAL, "cannot set the session id context");
	if (set_tickets(ctx, choice, oc) == 0 &&
	    (!choice->ask.trust.ca_file || cert_request_use(ctx, &choice->ask, oc) == 0))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

/* A server without an identity yet. */
static SSL_CTX *make_server(const struct server_context_choice *choice, struct outcome *oc)
{
	return set_up(tls_context_new_server(&choice->policy, oc), choice, oc);
}

SSL_CTX *server_context_new_dtls(const struct server_context_choice *choice, struct outcome *oc)
{
	SSL_CTX *ctx = set_up(tls_context_new_dtls_server(&choice->policy, oc), choice, oc);

	/*
	 * The library allocates the announced length of each of ten messages. Without
	 * this they may be as long as the longest chain.
	 */
	if (ctx && !choice->ask.trust.ca_file)
		SSL_CTX_set_max_cert_list(ctx, 1);
	return ctx;
}

/* A client that offers no protocol at all is rejected by the library. */
static int select_hello(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *offered, unsigned len, void *unused)
{
	static const unsigned char ours[] = "\x07hello/1";

	(void)ssl;
	(void)unused;
	if (SSL_select_next_proto((unsigned char **)out, out_len, ours, sizeof ours - 1, offered,
		len) == OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_OK;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

SSL_CTX *server_context_new_quic(const struct server_context_choice *choice, struct outcome *oc)
{
	SSL_CTX *ctx = set_up(tls_context_new_quic_server(&choice->policy, oc), choice, oc);

	if (ctx)
		SSL_CTX_set_alpn_select_cb(ctx, select_hello, NULL);
	return ctx;
}

bool server_context_lend(SSL_CTX *from, SSL *to)
{
	long more = SSL_CTX_set_current_cert(from, SSL_CERT_SET_FIRST);

	SSL_set_security_level(to, SSL_CTX_get_security_level(from));
	for (; more == 1; more = SSL_CTX_set_current_cert(from, SSL_CERT_SET_NEXT)) {
		STACK_OF(X509) *chain = NULL;

		SSL_CTX_get0_chain_certs(from, &chain);
		if (SSL_use_cert_and_key(to, SSL_CTX_get0_certificate(from),
			SSL_CTX_get0_privatekey(from), chain, 1) != 1)
			return false;
	}
	return true;
}

SSL_CTX *server_context_new(const struct tls_identity *id,
    const struct server_context_choice *choice, struct outcome *oc)
{
	SSL_CTX *ctx = make_server(choice, oc);

	if (ctx && id->unjudged_name)
		tls_policy_relax(ctx);
	if (ctx && tls_identity_use(ctx, id, oc) == 0)
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

SSL_CTX *server_context_join(SSL_CTX *const parts[], size_t count,
    const struct server_context_choice *choice, struct outcome *oc)
{
	SSL_CTX *ctx = make_server(choice, oc);

	for (size_t i = 0; ctx && i < count; i++) {
		STACK_OF(X509) *chain = NULL;

		SSL_CTX_get0_chain_certs(parts[i], &chain);
		if (SSL_CTX_use_cert_and_key(ctx, SSL_CTX_get0_certificate(parts[i]),
			SSL_CTX_get0_privatekey(parts[i]), chain, 1) != 1)
			return fail(ctx, oc, OC_FILE, "cannot join the certificates");
	}
	return ctx;
}

/* Both ends' steps in turn until both are done, or neither can go on. */
static int shake_hands(SSL *server, SSL *client)
{
	enum { STEPS = 16 };

	for (int i = 0; i < STEPS; i++) {
		int c = SSL_do_handshake(client), s = SSL_do_handshake(server);

		if (c == 1 && s == 1)
			return 0;
	}
	return -1;
}

/* Both ends' bytes stay in memory, which knows no datagrams: each flight is one. */
static bool set_large_datagrams(SSL *ssl)
{
	enum { LARGE = 16 * 1024 };

	if (!SSL_is_dtls(ssl))
		return true;
	SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU);
	return SSL_set_mtu(ssl, LARGE) > 0;
}

/* A handshake of these two, at most in this version. */
static int rehearse(SSL *s, SSL *c, int version)
{
	BIO *s_bio = NULL, *c_bio = NULL;

	if (!s || !c || SSL_set_max_proto_version(c, version) != 1 || !set_large_datagrams(s) ||
	    !set_large_datagrams(c) ||
	    BIO_new_bio_pair(&s_bio, 0, &c_bio, 0) != 1)
		return -1;
	SSL_set_bio(s, s_bio, s_bio);
	SSL_set_bio(c, c_bio, c_bio);
	SSL_set_accept_state(s);
	SSL_set_connect_state(c);
	return shake_hands(s, c);
}

/* In a connection the name leads to this identity; SSL_set_SSL_CTX is possible only then. */
static bool use_identity(SSL *ssl, SSL_CTX *identity)
{
	STACK_OF(X509) *chain = NULL;

	if (identity == SSL_get_SSL_CTX(ssl))
		return true;
	SSL_CTX_get0_chain_certs(identity, &chain);
	return SSL_use_cert_and_key(ssl, SSL_CTX_get0_certificate(identity),
		   SSL_CTX_get0_privatekey(identity), chain, 1) == 1;
}

static void explain_rehearsal(const SSL_CTX *server, const SSL_CTX *identity, int version,
    struct outcome *oc)
{
	const X509 *leaf = SSL_CTX_get0_certificate(identity);
	char text[KEY_USE_TEXT_MAX], error[128];
	const char *obstacle;
	struct cert_info c;

	/* First, because reading the key may leave errors as well. */
	tls_error_text(error, sizeof error);
	obstacle = key_use_obstacle(server, leaf, text);
	cert_info_get(leaf, &c);
	if (obstacle) {
		outcome_set(oc, OC_FILE,
		    "the certificate \"%s\" %s, with which this server cannot sign", c.label,
		    obstacle);
		outcome_advise(oc, "%s", key_use_advice(server));
		return;
	}
	outcome_set(oc, OC_FILE,
	    "a test handshake in %s with the certificate \"%s\" and its key, %s, failed: %s",
	    version == TLS1_3_VERSION	    ? "TLS 1.3"
		: version == TLS1_2_VERSION ? "TLS 1.2"
					    : "DTLS 1.2",
	    c.label, c.key, error);
	outcome_advise(oc, "check the key, and the options of the TLS policy");
}

/* server may have no identity of its own. */
static int rehearse_version(SSL_CTX *server, SSL_CTX *identity, SSL_CTX *client, int version,
    struct outcome *oc)
{
	SSL *s = SSL_new(server), *c = SSL_new(client);
	int ret = -1;

	if (s && use_identity(s, identity)) {
		/* The rehearsal tests our own key, so this client gets no certificate request. */
		SSL_set_verify(s, SSL_VERIFY_NONE, NULL);
		ret = rehearse(s, c, version);
	}
	if (ret != 0)
		explain_rehearsal(server, identity, version, oc);
	SSL_free(s);
	SSL_free(c);
	return ret;
}

/* The result for a client that nobody knows: -1 is admitted, 1 is rejected for its certificate. */
static int judge_stranger(SSL_CTX *server, SSL_CTX *client, int version)
{
	SSL *s = SSL_new(server), *c = SSL_new(client);
	char text[128];
	int verdict = 0;

	rehearse(s, c, version);
	if (s && SSL_is_init_finished(s))
		verdict = -1;
	else if (s && SSL_get_verify_result(s) != X509_V_OK)
		verdict = 1;
	tls_error_text(text, sizeof text);
	SSL_free(s);
	SSL_free(c);
	return verdict;
}

static int rehearse_key(SSL_CTX *server, const struct tls_policy_choice *policy, struct outcome *oc)
{
	/*
	 * Both versions, because each loads its own parts; one success is enough,
	 * because some groups are for 1.3 only.
	 */
	static const int versions[] = { TLS1_3_VERSION, TLS1_2_VERSION };
	/*
	 * The rehearsal checks whether the server can sign. This client never leaves
	 * the process, so it does not verify the answer. It uses the library's groups
	 * and curves, not our restricted ones.
	 */
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	struct outcome failed = OUTCOME_NONE;
	int ret = -1;

	if (!client) {
		fail(client, oc, OC_INTERNAL, "cannot create the client for the test handshake");
		return -1;
	}
	SSL_CTX_set_verify(client, SSL_VERIFY_NONE, NULL);
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		if (tls_policy_allows(policy, versions[i]) &&
		    rehearse_version(server, server, client, versions[i], &failed) == 0)
			ret = 0;
	}
	SSL_CTX_free(client);
	return ret == 0 ? 0 : outcome_report(oc, &failed);
}

int server_context_rehearse_dtls(SSL_CTX *dtls, SSL_CTX *identity, struct outcome *oc)
{
	SSL_CTX *client = SSL_CTX_new(DTLS_client_method());
	int ret;

	if (!client) {
		fail(client, oc, OC_INTERNAL, "cannot create the client for the test handshake");
		return -1;
	}
	SSL_CTX_set_verify(client, SSL_VERIFY_NONE, NULL);
	ret = rehearse_version(dtls, identity, client, DTLS1_2_VERSION, oc);
	SSL_CTX_free(client);
	return ret;
}

static int rehearse_stranger(SSL_CTX *server, struct outcome *oc)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	int tls13, tls12;

	if (!client || cert_request_be_stranger(client, oc) != 0) {
		fail(client, oc, OC_INTERNAL, "cannot create the client for the test handshake");
		return -1;
	}
	SSL_CTX_set_verify(client, SSL_VERIFY_NONE, NULL);
	tls13 = judge_stranger(server, client, TLS1_3_VERSION);
	tls12 = judge_stranger(server, client, TLS1_2_VERSION);
	SSL_CTX_free(client);
	if (tls13 < 0 || tls12 < 0)
		return outcome_set(oc, OC_INTERNAL,
		    "a test client with an unknown certificate was admitted");
	/* One of the versions may be disabled; if neither works, nothing is proved. */
	if (tls13 == 0 && tls12 == 0)
		return outcome_set(oc, OC_INTERNAL,
		    "cannot test that a client with an unknown certificate is rejected");
	return 0;
}

int server_context_rehearse(SSL_CTX *server, const struct server_context_choice *choice,
    struct outcome *oc)
{
	if (rehearse_key(server, &choice->policy, oc) != 0)
		return -1;
	return choice->ask.trust.ca_file ? rehearse_stranger(server, oc) : 0;
}

X509 *server_context_chain(const SSL_CTX *server, size_t i)
{
	STACK_OF(X509) *others = NULL;

	if (i == 0)
		return SSL_CTX_get0_certificate(server);
	/* The macro's parameter is not const, but it only reads. */
	SSL_CTX_get0_chain_certs((SSL_CTX *)server, &others);
	return sk_X509_value(others, (int)i - 1);
}
