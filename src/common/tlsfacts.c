/* SPDX-License-Identifier: MIT */
#include "common/tlsfacts.h"

#include <string.h>

#include <openssl/ssl.h>

bool tlsfacts_is_http(const struct tlsio *t)
{
	static const char name[] = "http/1.1";
	const unsigned char *selected;
	unsigned len;

	SSL_get0_alpn_selected(tlsio_library(t), &selected, &len);
	return len == sizeof name - 1 && memcmp(selected, name, len) == 0;
}
