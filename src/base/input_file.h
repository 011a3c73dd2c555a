/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_INPUT_FILE_H
#define HELLO_BASE_INPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

/* The one place that opens and reads the files that options name. */

enum { INPUT_FILE_KIB = 1024, INPUT_FILE_MIB = 1024 * 1024 };

struct input_file_want {
	const char *what; /* its name in messages: "the CA file" */
	size_t max;       /* in bytes; a longer file is rejected */
	bool secret;      /* rejected if world-readable; wiped when freed */
};

/*
 * Only regular files are read, unless a program declares that it reads each file once.
 * Then pipes and devices are read as well, to their end or until this clock_ms(). Call
 * it before any thread is started.
 */
void input_file_read_once(uint64_t until_ms);
bool input_file_is_once(void);

/* A whole file. A NUL follows its bytes; len does not count it. */
struct input_file {
	unsigned char *bytes; /* owned */
	size_t len;
	bool secret;
	unsigned exposed_mode; /* 0: not world-readable */
};

#define INPUT_FILE_NONE ((struct input_file){ NULL, 0, false, 0 })

/*
 * Reads the whole file. Without a deadline it never waits for a writer to open a FIFO.
 * Returns 0, or -1 with OC_FILE (or OC_INTERNAL) that names the file, its purpose and
 * the limit that it exceeds.
 */
int input_file_read(struct input_file *f, const char *path, const struct input_file_want *want,
    struct outcome *oc);

/* Reads standard input, of any kind and without a deadline. */
int input_file_read_stdin(struct input_file *f, const struct input_file_want *want,
    struct outcome *oc);

/*
 * For a file that only its contents show to be secret: from now on it is treated as if it had been
 * read with want.secret. Returns 0, or -1 with OC_FILE if it is world-readable.
 */
int input_file_keep_secret(struct input_file *f, const char *path, const char *what,
    struct outcome *oc);

/* Idempotent. */
void input_file_free(struct input_file *f);

#endif
