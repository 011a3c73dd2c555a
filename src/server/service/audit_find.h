/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_AUDIT_FIND_H
#define HELLO_SERVER_SERVICE_AUDIT_FIND_H

enum audit_level { AUDIT_NOTE, AUDIT_WARNING, AUDIT_ERROR };

/* Longest text of a finding, with the terminator. */
enum { AUDIT_TEXT_MAX = 512 };

/* Called for each finding; the text is one line and valid during the call. */
typedef void audit_report(void *arg, enum audit_level level, const char *text);

/* For the modules that implement audit.h: who receives the findings. */
struct audit {
	audit_report *report;
	void *arg;
};

void audit_find(const struct audit *a, enum audit_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
