/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a server: each signature of a CRL that is verified is a line "verified a CRL" on
 * standard error. It costs as much as the list is long.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

#include <openssl/x509.h>

int X509_CRL_verify(X509_CRL *list, EVP_PKEY *key)
{
	static const char line[] = "verified a CRL\n";
	static int (*next)(X509_CRL *, EVP_PKEY *);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "X509_CRL_verify");
	if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
		return -1;
	return next(list, key);
}
