/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_INPUT_FILE_H
#define HELLO_BASE_INPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

/* The one place that opens and reads a file which an option names. */

enum { FILEIN_KIB = 1024, FILEIN_MIB = 1024 * 1024 };

struct filein_want {
	const char *what; /* the file as people know it: "the CA file" */
	size_t max;       /* bytes; a longer file is refused */
	bool secret;      /* refused if world-readable; wiped when freed */
};

/*
 * Regular files only, unless a program says that it reads each file once: then pipes
 * and devices will do as well, each up to its end, or until this clock_ms(). Before
 * there are threads.
 */
void filein_read_once(uint64_t until_ms);
bool filein_is_once(void);

/* The whole file; a NUL that len does not count follows its bytes. */
struct filein {
	unsigned char *bytes; /* owned */
	size_t len;
	bool secret;
};

#define FILEIN_NONE ((struct filein){ NULL, 0, false })

/*
 * Read the whole file. Never waits for somebody to open the other end of a FIFO
 * without a deadline. Returns 0, or -1 with OC_FILE (or OC_INTERNAL) that names
 * the file, what it is and the limit it exceeds.
 */
int filein_read(struct filein *f, const char *path, const struct filein_want *want,
    struct outcome *oc);

/* The same of standard input, whatever it is; its user feeds it as slowly as he likes. */
int filein_read_stdin(struct filein *f, const struct filein_want *want, struct outcome *oc);

/* Idempotent. */
void filein_free(struct filein *f);

#endif
