/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_LOG_OUTPUT_H
#define HELLO_BASE_LOG_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The end of the log: it writes whole lines to standard error.
 *
 * The buffer is bounded: 16 KiB, and PIPE_BUF (4 KiB) if standard error is a pipe, so
 * that a write(2) is never mixed with those of other processes. A terminal, another
 * device or a datagram socket receives one line for each write.
 *
 * Nothing here blocks, except log_output_finish. Lines that cannot be written are
 * dropped and counted. If a line was written in part, on a full disk for example, its
 * rest is kept and written first.
 */

/* Call it again when standard error changes. Until then a line is written at once. */
void log_output_open(void);

/*
 * If standard error is a pipe, opens it once more for this process and its children. Only
 * then can a write not block when another process fills the pipe first. If that is not
 * permitted, the pipe is checked before each write.
 */
void log_output_unblock(void);

/*
 * After this, lines stay in the buffer until log_output_flush, unless it is full or a
 * line is urgent. A crash loses these lines. Call it after fork: it forgets lines and
 * losses of the parent process.
 */
void log_output_gather(void);

/* Makes room for a line. Returns how many lost lines it should report; 0: none. */
unsigned log_output_room(size_t len);

/* len: what log_output_room was called with, or less. The line ends with a newline. */
void log_output_put(const char *line, size_t len, bool urgent);

/* Writes the buffer. */
void log_output_flush(void);

/* Before the process exits: waits at most ms for the reader of a full pipe. */
void log_output_finish(unsigned ms);

#endif
