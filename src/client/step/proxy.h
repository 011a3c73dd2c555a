/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_PROXY_H
#define HELLO_CLIENT_STEP_PROXY_H

#include "client/session/proxy.h"

/* The field Proxy-Authorization with its line end, or "" if the proxy has no user. Returns to. */
enum { PROXY_CREDENTIALS_MAX = 1024 };
const char *proxy_credentials(const struct proxy *p, char to[PROXY_CREDENTIALS_MAX]);

#endif
