/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OPTIONS_TARGET_LIST_H
#define HELLO_CLIENT_OPTIONS_TARGET_LIST_H

#include <stddef.h>

#include "base/outcome.h"
#include "client/options/options.h"

/*
 * The lines of --targets: HOST [PORT] [options], as on the command line. "..." quotes blanks. A #
 * at the start of a word begins a comment; empty lines are ignored. Of each target only the
 * difference to the other options is kept, because 10,000 whole structs would be many times as
 * large.
 */
enum { TARGET_LIST_WORDS_MAX = 64, TARGET_LIST_BYTES_MAX = 16 * 1024 * 1024 };

struct target_list {
	struct target {
		char *words;     /* the options' strings point here */
		unsigned number; /* line number, from 1 */
		char *host, *port;
		char *detour; /* where --connect-to of this line leads: "HOST PORT"; NULL: none */
		unsigned char *changes;
		size_t changes_size;
	} * targets;
	size_t count;
};

/*
 * Read the file, or standard input for "-", with each line's options. Returns 0, or -1 with
 * OC_FILE, or with OC_USAGE, which names the line.
 */
int target_list_read(struct target_list *list, const struct client_options *base,
    struct outcome *oc);

/* The options of target i; base is what target_list_read was given. */
void target_list_options(const struct target_list *list, size_t i,
    const struct client_options *base, struct client_options *o);

void target_list_free(struct target_list *list);

#endif
