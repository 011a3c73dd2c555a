/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_PAGE_H
#define HELLO_SERVER_CONN_PAGE_H

#include <stddef.h>
#include <stdio.h>

#include "net/conn_report.h"

/*
 * The greeting and the report as a web page, for people: one HTML document, complete in
 * itself. It has no script and no link, and a browser requests nothing else for it. What it
 * shows, and in which order, is decided by CONN_REPORT_LIST. No allocation, no clock.
 */

/*
 * Its Content-Security-Policy (CSP level 3): nothing but the style in the page, by its
 * hash, and the empty icon, without which a browser would request /favicon.ico.
 */
extern const char page_policy[];

/*
 * Writes the page in UTF-8. Greeting and report may hold any bytes: they are escaped by
 * text_unit_html, so they add no markup. Each of them takes up to 6 bytes of the page.
 */
void page_write(FILE *to, const char *greeting, size_t len, const struct conn_report *seen);

#endif
