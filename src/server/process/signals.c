/* SPDX-License-Identifier: MIT */
#include "server/process/signals.h"

#include <stddef.h>

struct signals signals_seen;

static void on_signal(int number)
{
	if (number == SIGTERM)
		signals_seen.terminations++;
	else if (number == SIGINT)
		signals_seen.interrupted = 1;
	else if (number == SIGHUP)
		signals_seen.hung_up = 1;
	else if (number == SIGUSR1)
		signals_seen.asked = 1;
}

void signals_hold(void)
{
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGUSR1);
	sigprocmask(SIG_BLOCK, &held, NULL);
}

void signals_catch(sigset_t *waiting)
{
	static const int caught[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++) {
		sigaddset(&blocked, caught[i]);
		sigaction(caught[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, waiting);
	/* The parent process may have blocked them for us too. */
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
		sigdelset(waiting, caught[i]);
}
