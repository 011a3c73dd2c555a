/* SPDX-License-Identifier: MIT */
#include "client/keylog.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ssl.h>

/* The library's callback gets nothing of ours. Open as long as the process lives. */
static int log_fd = -1;

/* One write(2) a line: with O_APPEND the lines of many connections do not mix. */
static void write_line(const SSL *ssl, const char *line)
{
	char text[512];
	int len = snprintf(text, sizeof text, "%s\n", line);
	ssize_t n = 0;

	(void)ssl;
	if (len > 0 && (size_t)len < sizeof text)
		n = write(log_fd, text, (size_t)len);
	/* Whoever debugs sees that a line is missing; the connection is not worse for it. */
	(void)n;
}

const char *keylog_file(void)
{
	const char *path = getenv("SSLKEYLOGFILE");

	return path && path[0] ? path : NULL;
}

int keylog_start(SSL_CTX *ctx, struct outcome *oc)
{
	const char *path = keylog_file();

	if (!path)
		return 0;
	if (log_fd < 0)
		log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
	if (log_fd < 0) {
		outcome_set_errno(oc, OC_FILE, "SSLKEYLOGFILE is set, but %s cannot be written",
		    path);
		outcome_advise(oc, "unset SSLKEYLOGFILE, or name a file that can be made");
		return -1;
	}
	SSL_CTX_set_keylog_callback(ctx, write_line);
	return 0;
}
