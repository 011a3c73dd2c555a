/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char dots[] = "...";

/* Table 3-7 of the Unicode Standard: no overlong forms, no surrogates. Returns 0 if invalid. */
static size_t decode(const unsigned char *p, size_t len, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = *p < 0x80 ? 1
	    : *p < 0xc2      ? 0
	    : *p < 0xe0      ? 2
	    : *p < 0xf0      ? 3
	    : *p < 0xf5      ? 4
			     : 0;

	if (n == 0 || n > len)
		return 0;
	*c = n == 1 ? *p : *p & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return *c >= least[n] && *c <= 0x10ffff && (*c < 0xd800 || *c > 0xdfff) ? n : 0;
}

/* Control characters, and invisible characters that change or hide others. Ascending. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, /* soft hyphen */
	{ 0x34f, 0x34f },                            /* combining grapheme joiner */
	{ 0x61c, 0x61c },                            /* Arabic letter mark */
	{ 0x115f, 0x1160 },                          /* Hangul fillers */
	{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
	{ 0x200b, 0x200f }, /* zero width, directional marks */
	{ 0x2028, 0x202e }, /* line separators, bidirectional embeddings */
	{ 0x2060, 0x206f }, /* word joiner, bidirectional isolates */
	{ 0x3164, 0x3164 }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
	{ 0xfffe, 0xffff }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff }, /* tags */
};

static bool may_be_shown(uint32_t c)
{
	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0] && c >= hidden[i].first; i++) {
		if (c <= hidden[i].last)
			return false;
	}
	return true;
}

static void escape(const unsigned char *p, size_t n, char unit[TEXT_UNIT_MAX])
{
	for (size_t i = 0; i < n; i++)
		snprintf(unit + 4 * i, 5, "\\x%02x", p[i]);
}

size_t text_unit(const char *bytes, size_t len, char unit[TEXT_UNIT_MAX])
{
	const unsigned char *p = (const unsigned char *)bytes;
	uint32_t c = 0;
	size_t n = decode(p, len, &c);

	if (n == 0 || !may_be_shown(c)) {
		n = n == 0 ? 1 : n;
		escape(p, n, unit);
		return n;
	}
	memcpy(unit, p, n);
	unit[n] = '\0';
	return n;
}

size_t text_unit_html(const char *bytes, size_t len, char unit[TEXT_UNIT_MAX])
{
	static const struct {
		char c;
		const char *reference;
	} special[] = {
		{ '&', "&amp;" },
		{ '<', "&lt;" },
		{ '>', "&gt;" },
		{ '"', "&quot;" },
		{ '\'', "&#39;" },
	};

	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
		if (*bytes == special[i].c) {
			snprintf(unit, TEXT_UNIT_MAX, "%s", special[i].reference);
			return 1;
		}
	}
	return text_unit(bytes, len, unit);
}

bool text_is_clean(const char *bytes, size_t len)
{
	char unit[TEXT_UNIT_MAX];
	size_t n;

	for (; len > 0; bytes += n, len -= n) {
		n = text_unit(bytes, len, unit);
		if (strlen(unit) != n)
			return false;
	}
	return true;
}

void text_begin(struct text *t, char *buf, size_t max)
{
	*t = (struct text){ .at = buf, .max = max };
	buf[0] = '\0';
}

/* Adds the unit as a whole or not at all; nothing follows the dots. */
static void put(struct text *t, const char *unit)
{
	size_t len = strlen(unit);

	if (t->cut)
		return;
	if (t->len + len >= t->max) {
		t->cut = true;
		snprintf(t->at + t->mark, t->max - t->mark, "%s", dots);
		t->len = strlen(t->at);
		return;
	}
	memcpy(t->at + t->len, unit, len + 1);
	t->len += len;
	if (t->len + sizeof dots <= t->max)
		t->mark = t->len;
}

static void add(struct text *t, const char *p, size_t len, const char *backslash, const char *also)
{
	char unit[TEXT_UNIT_MAX];
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = text_unit(p, len, unit);
		if (*p && strchr(also, *p))
			escape((const unsigned char *)p, 1, unit);
		put(t, *p == '\\' ? backslash : unit);
	}
}

void text_add(struct text *t, const char *s)
{
	add(t, s, strlen(s), "\\", "");
}

void text_add_item(struct text *t, const char *s, const char *also)
{
	add(t, s, strlen(s), "\\", also);
}

void text_add_bytes(struct text *t, const void *bytes, size_t len, const char *also)
{
	add(t, bytes, len, "\\\\", also);
}

char *text_quotable(const void *bytes, size_t len, char *buf, size_t max)
{
	struct text t;

	text_begin(&t, buf, max);
	text_add_bytes(&t, bytes, len, "\"");
	return buf;
}

void text_add_quoted(struct text *t, const char *s)
{
	size_t len = strlen(s), n;
	char unit[TEXT_UNIT_MAX], one[] = "\\?";

	for (; len > 0; s += n, len -= n) {
		n = text_unit(s, len, unit);
		for (const char *u = unit; *u; u++) {
			one[1] = *u;
			put(t, *u == '"' || *u == '\\' ? one : one + 1);
		}
	}
}

char *text_clean(const char *s, char *buf, size_t max)
{
	struct text t;

	text_begin(&t, buf, max);
	text_add(&t, s);
	return buf;
}

size_t text_fit(const char *bytes, size_t len, size_t max)
{
	if (len <= max)
		return len;
	/* A byte of the form 10xxxxxx continues the character before it. */
	while (max > 0 && ((unsigned char)bytes[max] & 0xc0) == 0x80)
		max--;
	return max;
}
