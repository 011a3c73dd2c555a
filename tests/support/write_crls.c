/* SPDX-License-Identifier: MIT */
/*
 * write_crls [all] - for crl-table.sh: writes the rows of crl_rows.c to the current folder: ca.pem;
 * good.pem and bad.pem with their .key; NAME.crl for each row, rare ones only with "all". Prints a
 * line for each: name, status of the client for good and bad, start, words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/crl_rows.h"

static void write_leaf(const char *name, const struct testpki_cert *leaf)
{
	char file[64];

	snprintf(file, sizeof file, "%s.pem", name);
	testpki_write_certs(file, leaf, NULL);
	snprintf(file, sizeof file, "%s.key", name);
	testpki_write_key(file, leaf, NULL);
}

int main(int argc, char **argv)
{
	bool all = argc > 1 && strcmp(argv[1], "all") == 0;
	static const char *const starts[] = { "starts", "warns", "refuses" };
	const struct crl_row *rows;
	struct crl_row_pki pki;
	char file[64];
	size_t count;

	rows = crl_rows_make(&pki, &count);
	testpki_write_certs("ca.pem", pki.ca, NULL);
	write_leaf("good", pki.good);
	write_leaf("bad", pki.bad);
	for (size_t i = 0; i < count; i++) {
		const struct crl_row *row = &rows[i];
		size_t lists = 0;

		if (row->rare && !all)
			continue;
		while (row->list[lists].issuer)
			lists++;
		snprintf(file, sizeof file, "%s.crl", row->name);
		testpki_write_crls(file, row->list, lists);
		printf("%s\t%d\t%d\t%s\t%s\n", row->name, row->fault ? 57 : 0,
		    row->fault           ? 57
			: row->bad_passes ? 0
					  : 56,
		    starts[row->start], row->words ? row->words : "-");
	}
	return EXIT_SUCCESS;
}
