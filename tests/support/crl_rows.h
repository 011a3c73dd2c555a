/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_CRL_ROWS_H
#define HELLO_TESTS_CRL_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "tls/crl.h"
#include "support/test_pki.h"

/*
 * The table of CRL files and their expected results. check_crl tests the judge itself;
 * write_crls writes the files for crl-table.sh, which tests the client, and the server at its
 * start, at a reload and with --check.
 */
enum { CRL_ROW_LISTS = 3 };

enum crl_row_start { STARTS, WARNS, REFUSES };

struct crl_row {
	const char *name;
	struct testpki_crl list[CRL_ROW_LISTS]; /* up to the one without an issuer */
	enum crl_fault fault;       /* what is said of the good leaf; CRL_USABLE: it passes */
	bool bad_passes;            /* so does the bad leaf, which else is revoked */
	enum crl_row_start start;    /* start, reload and --check */
	bool rare;                  /* left out of the quick test of the four places */
	const char *words;          /* of the fault, or the warning; NULL: neither */
};

/* The CA that issued both leaves, another key of its name, and the leaves. */
struct crl_row_pki {
	const struct testpki_cert *ca, *namesake, *good, *bad;
};

/* Make what the rows need; the rows, and how many. Within testpki_begin and testpki_end. */
const struct crl_row *crl_rows_make(struct crl_row_pki *pki, size_t *count);

#endif
