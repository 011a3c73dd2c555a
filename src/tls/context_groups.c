/* SPDX-License-Identifier: MIT */
#include "tls/context_groups.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>

/* One for the whole process; -1 if the library has no room for it. */
static int place = -1;
static CRYPTO_ONCE place_once = CRYPTO_ONCE_STATIC_INIT;

static void free_names(void *parent, void *names, CRYPTO_EX_DATA *data, int index, long number,
    void *pointer)
{
	(void)parent, (void)data, (void)index, (void)number, (void)pointer;
	OPENSSL_free(names);
}

static void make_place(void)
{
	place = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_names);
}

int context_groups_set(SSL_CTX *ctx, const char *names)
{
	char *copy, *before;

	if (!CRYPTO_THREAD_run_once(&place_once, make_place) || place < 0)
		return -1;
	copy = OPENSSL_strdup(names);
	before = SSL_CTX_get_ex_data(ctx, place);
	if (!copy || SSL_CTX_set_ex_data(ctx, place, copy) != 1) {
		OPENSSL_free(copy);
		return -1;
	}
	OPENSSL_free(before);
	return 0;
}

const char *context_groups_get(const SSL_CTX *ctx)
{
	return place < 0 ? NULL : SSL_CTX_get_ex_data(ctx, place);
}
