/* SPDX-License-Identifier: MIT */
#include "base/outcome.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"

/* The flags as the list spells them. */
enum {
	SERVED = OUTCOME_SERVED,
	ROUTINE = OUTCOME_ROUTINE,
	OWN_FAULT = OUTCOME_OWN_FAULT,
	PEER_LEFT = OUTCOME_PEER_LEFT,
	OFFER = OUTCOME_OFFER,
	UNTRUSTED = OUTCOME_UNTRUSTED,
};

static const struct outcome_row {
	const char *name;
	int status;
	enum outcome_layer layer;
	unsigned flags;
	const char *words, *advice;
} table[OUTCOME_COUNT] = {
#define X(name, status, layer, flags, words, advice) \
	{ #name, status, LAYER_##layer, flags, words, advice },
	OUTCOME_LIST(X)
#undef X
};

/*
 * Arguments and file names may hold any byte, so a detail is escaped before it reaches
 * a terminal.
 */
static void __attribute__((format(printf, 3, 0)))
format_line(char *to, size_t max, const char *fmt, va_list ap)
{
	/* Longer than any field, so that a character cut here does not reach the field. */
	char line[2 * OUTCOME_TEXT_MAX];

	vsnprintf(line, sizeof line, fmt, ap);
	text_clean(line, to, max);
}

/* True if code becomes the failure of oc, because oc had none. */
static bool open_for(struct outcome *oc, enum outcome_code code)
{
	if (!oc)
		return false;
	if (oc->code != OC_OK) {
		oc->closed = 1;
		return false;
	}
	oc->code = code;
	return true;
}

int outcome_set(struct outcome *oc, enum outcome_code code, const char *fmt, ...)
{
	va_list ap;

	if (!open_for(oc, code))
		return -1;
	va_start(ap, fmt);
	format_line(oc->detail, sizeof oc->detail, fmt, ap);
	va_end(ap);
	return -1;
}

int outcome_set_errno(struct outcome *oc, enum outcome_code code, const char *fmt, ...)
{
	int saved = errno;
	size_t len;
	va_list ap;

	if (!open_for(oc, code))
		return -1;
	oc->sys_errno = saved;
	va_start(ap, fmt);
	format_line(oc->detail, sizeof oc->detail, fmt, ap);
	va_end(ap);
	len = strlen(oc->detail);
	snprintf(oc->detail + len, sizeof oc->detail - len, ": %s", strerror(saved));
	return -1;
}

int outcome_report(struct outcome *oc, const struct outcome *apart)
{
	if (open_for(oc, apart->code))
		*oc = *apart;
	return -1;
}

void outcome_append(struct outcome *oc, const char *fmt, ...)
{
	static const char dots[] = "...";
	char more[OUTCOME_TEXT_MAX / 2];
	size_t at, room;
	va_list ap;

	if (!oc)
		return;
	va_start(ap, fmt);
	format_line(more, sizeof more, fmt, ap);
	va_end(ap);
	at = strlen(oc->detail);
	room = sizeof oc->detail - 1 - strlen(more);
	if (at <= room) {
		snprintf(oc->detail + at, sizeof oc->detail - at, "%s", more);
		return;
	}
	at = text_fit(oc->detail, at, room - strlen(dots));
	snprintf(oc->detail + at, sizeof oc->detail - at, "%s%s", dots, more);
}

void outcome_advise(struct outcome *oc, const char *fmt, ...)
{
	va_list ap;

	if (!oc || oc->closed || oc->advice[0])
		return;
	va_start(ap, fmt);
	format_line(oc->advice, sizeof oc->advice, fmt, ap);
	va_end(ap);
}

void outcome_advise_instead(struct outcome *oc, const char *fmt, ...)
{
	va_list ap;

	if (!oc)
		return;
	va_start(ap, fmt);
	format_line(oc->advice, sizeof oc->advice, fmt, ap);
	va_end(ap);
}

const char *outcome_name(enum outcome_code code)
{
	return table[code].name;
}

const char *outcome_words(enum outcome_code code)
{
	return table[code].words;
}

const char *outcome_advice(enum outcome_code code)
{
	return table[code].advice;
}

const char *outcome_layer_name(enum outcome_code code)
{
	static const char *const names[] = {
		[LAYER_LOCAL] = "local",
		[LAYER_RESOLVE] = "resolve",
		[LAYER_CONNECT] = "connect",
		[LAYER_PROXY] = "proxy",
		[LAYER_STARTTLS] = "starttls",
		[LAYER_HANDSHAKE] = "handshake",
		[LAYER_VERIFY] = "verify",
		[LAYER_CLIENT] = "client",
		[LAYER_GREETING] = "greeting",
		[LAYER_PATH] = "path",
		[LAYER_EXPECTED] = "expected",
		[LAYER_SERVER] = "server",
	};

	return names[table[code].layer];
}

enum outcome_layer outcome_layer(enum outcome_code code)
{
	return table[code].layer;
}

int outcome_status(enum outcome_code code)
{
	return table[code].status;
}

bool outcome_is(enum outcome_code code, enum outcome_flag flag)
{
	return (table[code].flags & flag) != 0;
}

const char *outcome_best_advice(const struct outcome *oc)
{
	return oc->advice[0] ? oc->advice : table[oc->code].advice;
}

void outcome_print(FILE *to, const char *program, const struct outcome *oc)
{
	const struct outcome_row *row = &table[oc->code];
	char lines[2 * OUTCOME_TEXT_MAX + 128];

	snprintf(lines, sizeof lines, "%s: %s: %s\n  try: %s\n", program, row->name,
	    oc->detail[0] ? oc->detail : row->words, outcome_best_advice(oc));
	fputs(lines, to);
}
