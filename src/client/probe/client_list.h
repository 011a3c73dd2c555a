/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_CLIENT_LIST_H
#define HELLO_CLIENT_PROBE_CLIENT_LIST_H

#include <stddef.h>

#include "base/outcome.h"
#include "client/judge/admission.h"

/*
 * The clients of a folder that `hello-certs zoo` made: clients.tsv lists them, see hello-certs(1).
 * Clients whose verdict depends on a server's rules for SPIFFE IDs are left out.
 */
enum { CLIENT_LIST_MAX = 64 };

struct client_list_row {
	const char *name;  /* also that of its folder, with chain.pem and key.pem */
	const char *wrong; /* what is wrong with its certificate, in a few words */
	enum admission_should should;
	char *chain_file, *key_file; /* NULL: a client without a certificate */
};

struct client_list {
	struct client_list_row rows[CLIENT_LIST_MAX]; /* the good client is the first */
	size_t count;
	char *text; /* the strings point here */
};

/* Returns 0, or -1 with OC_FILE that names the line. Call client_list_free in any case. */
int client_list_read(struct client_list *list, const char *folder, struct outcome *oc);
void client_list_free(struct client_list *list);

#endif
