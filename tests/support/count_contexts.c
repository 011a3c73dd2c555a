/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a client: each context of the TLS library that is made is a line "made a
 * context" on standard error, or two if its functions call each other. To make one takes
 * hundreds of allocations.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

#include <openssl/ssl.h>

static void count(void)
{
	static const char line[] = "made a context\n";

	if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
		_exit(99);
}

SSL_CTX *SSL_CTX_new(const SSL_METHOD *method)
{
	SSL_CTX *(*next)(const SSL_METHOD *);

	*(void **)&next = dlsym(RTLD_NEXT, "SSL_CTX_new");
	count();
	return next(method);
}

SSL_CTX *SSL_CTX_new_ex(OSSL_LIB_CTX *library, const char *properties, const SSL_METHOD *method)
{
	SSL_CTX *(*next)(OSSL_LIB_CTX *, const char *, const SSL_METHOD *);

	*(void **)&next = dlsym(RTLD_NEXT, "SSL_CTX_new_ex");
	count();
	return next(library, properties, method);
}
