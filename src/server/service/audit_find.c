/* SPDX-License-Identifier: MIT */
#include "server/service/audit_find.h"

#include <stdarg.h>
#include <stdio.h>

void audit_find(const struct audit *a, enum audit_level level, const char *fmt, ...)
{
	char text[AUDIT_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	a->report(a->arg, level, text);
}
