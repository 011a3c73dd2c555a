/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_SIGNALS_H
#define HELLO_SERVER_PROCESS_SIGNALS_H

#include <signal.h>

/*
 * The master's signals. Handlers only set flags, and the signals are blocked everywhere
 * except in ppoll(2). The reader clears a flag once it is handled; terminations are
 * counted.
 */
struct signals {
	volatile sig_atomic_t terminations; /* SIGTERM */
	volatile sig_atomic_t interrupted;  /* SIGINT */
	volatile sig_atomic_t hung_up;      /* SIGHUP: reload */
	volatile sig_atomic_t asked;        /* SIGUSR1: log a status line */
};

extern struct signals signals_seen;

/*
 * First call in the master: a request for a reload or a status line waits until its
 * handler is set.
 */
void signals_hold(void);

/* Sets the handlers. waiting: the mask for ppoll. */
void signals_catch(sigset_t *waiting);

#endif
