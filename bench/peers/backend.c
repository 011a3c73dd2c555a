/* SPDX-License-Identifier: MIT */
/*
 * The backend of the peers that can only forward (hitch, stunnel): sends the greeting over plain TCP
 * and closes. Its cost is not counted as theirs.
 *
 *	backend PORT
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	static const char greeting[] = "Hello world\n";
	struct sockaddr_in at = { .sin_family = AF_INET };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (argc != 2) {
		fputs("usage: backend PORT\n", stderr);
		return 2;
	}
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 4096) != 0) {
		perror("backend: listen");
		return 1;
	}
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		ssize_t n;

		if (fd < 0)
			continue;
		/* The proxy sends nothing, so this close() causes no reset. */
		n = send(fd, greeting, sizeof greeting - 1, MSG_NOSIGNAL);
		(void)n;
		close(fd);
	}
}
