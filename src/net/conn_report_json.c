/* SPDX-License-Identifier: MIT */
#include "net/conn_report_json.h"

#include <stdio.h>
#include <string.h>

const char *conn_report_json_key(enum conn_report_field field, char buf[CONN_REPORT_JSON_KEY_MAX])
{
	snprintf(buf, CONN_REPORT_JSON_KEY_MAX, "%s", conn_report_name(field));
	for (char *c = buf; *c; c++)
		*c = *c == '-' ? '_' : *c;
	return buf;
}

json_t *conn_report_json_value(const struct conn_report *r, enum conn_report_field field)
{
	if (field == CONN_REPORT_RESUMED)
		return json_boolean(strcmp(conn_report_get(r, field), "yes") == 0);
	return conn_report_is_none(r, field) ? json_null() : json_string(conn_report_get(r, field));
}

int conn_report_json_add(json_t *object, const struct conn_report *r)
{
	char key[CONN_REPORT_JSON_KEY_MAX];
	int failed = 0;

	for (int i = 0; i < CONN_REPORT_FIELDS; i++) {
		enum conn_report_field field = (enum conn_report_field)i;

		failed |= json_object_set_new(object, conn_report_json_key(field, key),
		    conn_report_json_value(r, field));
	}
	return failed ? -1 : 0;
}
