/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_ADDRESS_TABLE_H
#define HELLO_CLIENT_OUTPUT_ADDRESS_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "client/output/probe_facts.h"
#include "net/addr.h"
#include "tls/cert_info.h"

/* One address of a name, and the result of its probe. */
struct address_table_row {
	char address[ADDR_TEXT_MAX];            /* without the port */
	char certificate[CERT_INFO_SHA256_MAX]; /* SHA-256 in hex; "": no certificate came */
	struct probe_facts probe_facts;
};

/*
 * Print the addresses for people, in their order, in 80 columns; details of failures are printed
 * in a file or from 100 columns on. If not all addresses have the same certificate, list which has
 * which.
 */
void address_table_print(FILE *to, const struct address_table_row rows[], size_t count);

#endif
