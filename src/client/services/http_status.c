/* SPDX-License-Identifier: MIT */
#include "client/services/http_status.h"

#include <stddef.h>
#include <string.h>

/* Reads three digits and moves *at past them; returns 0 if there are none. */
static unsigned take_status(const char **at)
{
	unsigned status = 0;
	size_t len = strspn(*at, "0123456789");

	if (len != 3 || **at == '0')
		return 0;
	for (size_t i = 0; i < len; i++)
		status = 10 * status + (unsigned)(*(*at)++ - '0');
	return status;
}

/* Reads a status or a range. Returns false if there is none. */
static bool take_range(const char **at, unsigned *first, unsigned *last)
{
	*first = *last = take_status(at);
	if (**at == '-') {
		(*at)++;
		*last = take_status(at);
	}
	return *first > 0 && *last >= *first;
}

int http_status_check(const char *what, const char *list, struct outcome *oc)
{
	const char *at = list;
	unsigned first, last;

	while (take_range(&at, &first, &last)) {
		if (!*at)
			return 0;
		if (*at++ != ',')
			break;
	}
	outcome_set(oc, OC_USAGE, "invalid %s \"%.64s\"", what, list);
	outcome_advise(oc, "--expect-status 200, or 200-299,301");
	return -1;
}

bool http_status_fits(const char *list, unsigned status)
{
	const char *at = list;
	unsigned first, last;

	if (!list)
		return status < 500;
	while (take_range(&at, &first, &last)) {
		if (status >= first && status <= last)
			return true;
		if (*at++ != ',')
			return false;
	}
	return false;
}
