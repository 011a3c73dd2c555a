/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a program that makes something with an end date: its clock is PAST seconds late,
 * so that what it makes for a minute ends soon.
 */
#include <stdlib.h>
#include <time.h>

time_t time(time_t *out)
{
	const char *past = getenv("PAST");
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (past)
		now.tv_sec -= strtol(past, NULL, 10);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}
