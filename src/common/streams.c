/* SPDX-License-Identifier: MIT */
#include "common/streams.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

void streams_prepare(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	sigaction(SIGPIPE, &ignore, NULL);
}
