/* SPDX-License-Identifier: MIT */
#include "net/conn_report.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *const names[CONN_REPORT_FIELDS] = {
#define X(name, text) text,
	CONN_REPORT_LIST(X)
#undef X
};

const char *conn_report_name(enum conn_report_field field)
{
	return names[field];
}

static size_t room_for(enum conn_report_field field)
{
	return field == CONN_REPORT_OFFERS ? CONN_REPORT_OFFERS_MAX : CONN_REPORT_VALUE_MAX;
}

static char *value_of(struct conn_report *s, enum conn_report_field field)
{
	return field == CONN_REPORT_OFFERS ? s->offers : s->value[field];
}

const char *conn_report_get(const struct conn_report *s, enum conn_report_field field)
{
	return field == CONN_REPORT_OFFERS ? s->offers : s->value[field];
}

void conn_report_set(struct conn_report *s, enum conn_report_field field, const char *text)
{
	struct text t;

	if (!text || !text[0])
		text = CONN_REPORT_NONE;
	text_begin(&t, value_of(s, field), room_for(field));
	/* Escape a leading space: a reader would take it for the one after the colon. */
	if (text[0] == ' ')
		text_add_bytes(&t, text++, 1, " ");
	text_add(&t, text);
}

bool conn_report_is_none(const struct conn_report *s, enum conn_report_field field)
{
	return strcmp(conn_report_get(s, field), CONN_REPORT_NONE) == 0;
}

size_t conn_report_format(const struct conn_report *s, char buf[CONN_REPORT_TEXT_MAX])
{
	size_t at = 0;

	for (int i = 0; i < CONN_REPORT_FIELDS; i++)
		at += (size_t)snprintf(buf + at, CONN_REPORT_TEXT_MAX - at, "%s: %s\n", names[i],
		    conn_report_get(s, (enum conn_report_field)i));
	return at;
}

/* The byte after the last empty line, or NULL if there is none. */
static const char *find_block(const char *bytes, size_t len)
{
	for (size_t i = len; i >= 2; i--) {
		if (bytes[i - 1] == '\n' && bytes[i - 2] == '\n')
			return bytes + i;
	}
	return NULL;
}

/* The field with this name, or CONN_REPORT_FIELDS if it is unknown. */
static enum conn_report_field find_name(const char *name, size_t len)
{
	int i = 0;

	while (i < CONN_REPORT_FIELDS &&
	    (strlen(names[i]) != len || memcmp(names[i], name, len) != 0))
		i++;
	return (enum conn_report_field)i;
}

static bool is_value(enum conn_report_field field, const char *value, size_t len)
{
	return len > 0 && len < room_for(field) && text_is_clean(value, len);
}

/* Parses one line without its line break. A field that was seen has a non-empty value. */
static int parse_line(const char *line, size_t len, struct conn_report *s, struct outcome *oc)
{
	const char *colon = memchr(line, ':', len), *value;
	enum conn_report_field field;
	size_t value_len;

	if (!colon || colon == line || (size_t)(colon - line) + 2 > len || colon[1] != ' ')
		return outcome_set(oc, OC_GREETING_MISMATCH,
		    "the text after the greeting is not a report: a line is not \"name: value\"");
	field = find_name(line, (size_t)(colon - line));
	if (field == CONN_REPORT_FIELDS)
		return 0;
	value = colon + 2;
	value_len = len - (size_t)(value - line);
	if (conn_report_get(s, field)[0])
		return outcome_set(oc, OC_GREETING_MISMATCH, "the report contains %s twice",
		    names[field]);
	if (!is_value(field, value, value_len))
		return outcome_set(oc, OC_GREETING_MISMATCH,
		    "the report has an invalid value for %s", names[field]);
	memcpy(value_of(s, field), value, value_len);
	return 0;
}

int conn_report_parse(const char *bytes, size_t len, struct conn_report *out, size_t *said,
    struct outcome *oc)
{
	const char *block = find_block(bytes, len), *end = bytes + len, *line, *next;
	struct conn_report found;

	if (!block || block == end)
		return outcome_set(oc, OC_GREETING_MISMATCH, "no report follows the greeting");
	memset(&found, 0, sizeof found);
	for (line = block; line < end; line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		if (!next)
			return outcome_set(oc, OC_GREETING_MISMATCH,
			    "the text after the greeting is not a report: its last line has no "
			    "line break");
		if (parse_line(line, (size_t)(next - line), &found, oc) != 0)
			return -1;
	}
	if (!found.offers[0])
		conn_report_set(&found, CONN_REPORT_OFFERS, CONN_REPORT_NONE);
	for (int i = 0; i < CONN_REPORT_OFFERS; i++) {
		if (!found.value[i][0])
			return outcome_set(oc, OC_GREETING_MISMATCH, "the report lacks %s",
			    names[i]);
	}
	*out = found;
	*said = (size_t)(block - bytes) - 1;
	return 0;
}
