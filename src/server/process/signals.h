/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_SIGNALS_H
#define HELLO_SERVER_PROCESS_SIGNALS_H

#include <signal.h>

/*
 * The master's signals. Handlers only take notes, and the signals are blocked
 * everywhere but in ppoll(2). The reader clears what it has heeded;
 * terminations are counted.
 */
struct signals {
	volatile sig_atomic_t terminations, interrupted, hung_up, asked;
};

extern struct signals signals_seen;

/* First of all in the master: what asks for a reload or a status line waits until it is caught. */
void signals_hold(void);

/* Begin to take notes. waiting: the mask for ppoll. */
void signals_catch(sigset_t *waiting);

#endif
