/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_INTERRUPT_H
#define HELLO_CLIENT_PROBE_INTERRUPT_H

#include <stdbool.h>

/*
 * From now on the first INT or TERM only is remembered; the next one ends the
 * program as ever.
 */
void interrupt_catch(void);
bool interrupt_seen(void);

#endif
