/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OPTIONS_TARGET_LIST_H
#define HELLO_CLIENT_OPTIONS_TARGET_LIST_H

#include <stddef.h>

#include "client/options/options.h"
#include "base/outcome.h"

/*
 * The lines of --targets: HOST [PORT] [options], as on the command line; "..."
 * keeps blanks together; empty lines and what follows a # that begins a word do
 * not count. Of each only the difference to the other options is kept, because whole
 * structs of 10,000 targets are many times as large.
 */
enum { TARGET_LIST_WORDS_MAX = 64, TARGET_LIST_BYTES_MAX = 16 * 1024 * 1024 };

struct target_list {
	struct target {
		char *words;     /* its strings point here */
		unsigned number; /* of the line, from 1 */
		char *host, *port;
		struct target_change *changes;
		size_t change_count;
	} * targets;
	size_t count;
};

/*
 * Read the file, or standard input for "-", with each line's options. Returns 0, or -1
 * with OC_FILE, or OC_USAGE with the number of the line.
 */
int target_list_read(struct target_list *list, const struct client_options *base,
    struct outcome *oc);

/* The options of target i; base is the one that the list was read with. */
void target_list_options(const struct target_list *list, size_t i,
    const struct client_options *base, struct client_options *o);

void target_list_free(struct target_list *list);

#endif
