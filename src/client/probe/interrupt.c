/* SPDX-License-Identifier: MIT */
#include "client/probe/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t seen;

static void on_signal(int number)
{
	const struct sigaction ordinary = { .sa_handler = SIG_DFL };

	(void)number;
	seen = 1;
	sigaction(SIGINT, &ordinary, NULL);
	sigaction(SIGTERM, &ordinary, NULL);
}

void interrupt_catch(void)
{
	const struct sigaction action = { .sa_handler = on_signal };

	seen = 0;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool interrupt_seen(void)
{
	return seen != 0;
}
