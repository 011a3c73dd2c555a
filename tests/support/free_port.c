/* SPDX-License-Identifier: MIT */
/*
 * Prints a port that is free at this moment, for programs that do not tell which one they took.
 * It lies below those that the kernel gives to sockets without a wish (ip(7),
 * ip_local_port_range), or else above them: such a port would soon belong to any connection of
 * another test. Two that ask at the same moment get the same one in one of thousands of cases.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PRIVILEGED = 1024, PORTS = 65536, TRIES = 1000, ENOUGH = 4096 };

struct range {
	unsigned first, end;
};

/* The larger part of what the kernel leaves, its upper half below. */
static struct range unused_range(void)
{
	FILE *f = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned low = 32768, high = 60999;

	if (f) {
		if (fscanf(f, "%u %u", &low, &high) != 2)
			low = PORTS;
		fclose(f);
	}
	if (low >= PRIVILEGED + 2 * ENOUGH)
		return (struct range){ (PRIVILEGED + low) / 2, low };
	if (high + ENOUGH < PORTS)
		return (struct range){ high + 1, PORTS };
	return (struct range){ PRIVILEGED, PORTS };
}

static bool is_free(unsigned port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((in_port_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool taken = fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0;

	if (fd >= 0)
		close(fd);
	return !taken;
}

int main(void)
{
	const struct range r = unused_range();

	for (int i = 0; i < TRIES; i++) {
		unsigned n, port;

		if (getrandom(&n, sizeof n, 0) != sizeof n)
			break;
		port = r.first + n % (r.end - r.first);
		if (is_free(port)) {
			printf("%u\n", port);
			return 0;
		}
	}
	fprintf(stderr, "free_port: none from %u to %u\n", r.first, r.end - 1);
	return 1;
}
