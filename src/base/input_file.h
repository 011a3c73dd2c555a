/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_INPUT_FILE_H
#define HELLO_BASE_INPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

/* The one place that opens and reads a file which an option names. */

enum { INPUT_FILE_KIB = 1024, INPUT_FILE_MIB = 1024 * 1024 };

struct input_file_want {
	const char *what; /* the file as people know it: "the CA file" */
	size_t max;       /* bytes; a longer file is refused */
	bool secret;      /* refused if world-readable; wiped when freed */
};

/*
 * Regular files only, unless a program says that it reads each file once: then pipes
 * and devices will do as well, each up to its end, or until this clock_ms(). Before
 * there are threads.
 */
void input_file_read_once(uint64_t until_ms);
bool input_file_is_once(void);

/* The whole file; a NUL that len does not count follows its bytes. */
struct input_file {
	unsigned char *bytes; /* owned */
	size_t len;
	bool secret;
};

#define INPUT_FILE_NONE ((struct input_file){ NULL, 0, false })

/*
 * Read the whole file. Never waits for somebody to open the other end of a FIFO
 * without a deadline. Returns 0, or -1 with OC_FILE (or OC_INTERNAL) that names
 * the file, what it is and the limit it exceeds.
 */
int input_file_read(struct input_file *f, const char *path, const struct input_file_want *want,
    struct outcome *oc);

/* The same of standard input, whatever it is; its user feeds it as slowly as he likes. */
int input_file_read_stdin(struct input_file *f, const struct input_file_want *want,
    struct outcome *oc);

/* Idempotent. */
void input_file_free(struct input_file *f);

#endif
