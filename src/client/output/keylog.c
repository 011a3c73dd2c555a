/* SPDX-License-Identifier: MIT */
#include "client/output/keylog.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "client/output/output_file.h"

/* A global, because the library's callback has no argument. Stays open until the process ends. */
static int log_fd = -1;

/* errno of a line that could not be written; 0: all were written. */
static atomic_int lost;

/* One write(2) for each line: with O_APPEND the lines of many connections do not mix. */
static void write_line(const SSL *ssl, const char *line)
{
	char text[512];
	int len = snprintf(text, sizeof text, "%s\n", line);
	ssize_t n = 0;

	(void)ssl;
	if (len <= 0 || (size_t)len >= sizeof text)
		return;
	/* The connection continues without the line; keylog_finish reports it. */
	n = write(log_fd, text, (size_t)len);
	if (n != len)
		lost = n < 0 ? errno : ENOSPC;
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
		log_fd = output_file_open_append(path, oc);
	if (log_fd < 0) {
		outcome_append(oc, " (SSLKEYLOGFILE)");
		outcome_advise_instead(oc, "unset SSLKEYLOGFILE, or set it to a writable file");
		return -1;
	}
	SSL_CTX_set_keylog_callback(ctx, write_line);
	return 0;
}

int keylog_finish(struct outcome *oc)
{
	if (lost == 0)
		return 0;
	errno = lost;
	outcome_set_errno(oc, OC_FILE, "not all keys could be written to %s", keylog_file());
	outcome_advise(oc,
	    "is the disk full, or the reader of a FIFO too slow? Or unset "
	    "SSLKEYLOGFILE");
	return -1;
}
