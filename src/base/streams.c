/* SPDX-License-Identifier: MIT */
#include "base/streams.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

void streams_prepare(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	int ends[2], fd;

	/* Read-only, so that writing to a closed stream fails instead of seeming to work. */
	do {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		/* No /dev, as in a bare chroot: a pipe without a writer serves as well. */
		if (fd < 0 && pipe2(ends, O_CLOEXEC) == 0) {
			fd = ends[0];
			close(ends[1]);
		}
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	sigaction(SIGPIPE, &ignore, NULL);
}

int streams_finish(struct outcome *oc)
{
	int failed = ferror(stdout);

	if (fclose(stdout) == 0 && !failed)
		return 0;
	outcome_set_errno(oc, OC_FILE, "cannot write to standard output");
	outcome_advise(oc,
	    "check that the disk is not full and that the reader of the pipe is still running");
	return -1;
}
