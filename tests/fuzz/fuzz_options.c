/* SPDX-License-Identifier: MIT */
/* A command line, its words ended by newlines, with an option of each kind. */
#include "fuzz/target.h"

#include "base/options.h"

enum { WORDS_MAX = 64 };

struct values {
	bool flag;
	const char *word, *even;
	unsigned count, wait_ms, kind, name;
	size_t operands;
};

static const char *const kinds[] = { "auto", "require", "off", NULL };

/* Together they do not fit into a message. */
static const char *const many[] = { "a-kind-with-a-name-that-is-long", "another-one-that-is-longer",
	"and-yet-another-one-that-is-too", "and-the-last-one-that-nobody-sees", NULL };

static int refuse(void *to, const struct option_row *row, const char *value, struct outcome *oc)
{
	(void)to;
	return outcome_set(oc, OC_USAGE, "--%s %.40s", row->name, value);
}

static int check_even(const char *name, const char *value, struct outcome *oc)
{
	return strlen(value) % 2 == 0 ? 0 : outcome_set(oc, OC_USAGE, "%s %.40s", name, value);
}

static int count(void *to, const char *word, struct outcome *oc)
{
	struct values *v = to;

	(void)oc;
	fuzz_expect(word != NULL);
	v->operands++;
	return 0;
}

#define OPTIONS_STRUCT struct values

static const struct option_row rows[] = {
	HEADING("all"),
	FLAG("flag", flag, "", .letter = 'f', .flags = OPTION_PER_TARGET),
	TEXT("word", "WORD", word, "", .excludes = "flag count", .flags = OPTION_MAY_BE_EMPTY),
	TEXT("even", "WORD", even, "", .check = check_even),
	UINT("count", "N", count, 5, 1, 1000, "", .letter = 'c', .needs = "wait word"),
	DURATION("wait", wait_ms, 1000, "", .letter = 'w'),
	CHOICE("kind", "KIND", kind, 0, kinds, "", .excludes = "name", .why = "it is so"),
	CHOICE("long", "WORD", name, 0, many, ""),
	ACTION("refuse", "X", refuse, ""),
	{ .name = NULL },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text, *argv[WORDS_MAX + 1] = { text };
	struct options_given given = { { 0 } };
	struct outcome oc = OUTCOME_NONE;
	struct values v = { .operands = 0 };
	const struct options_line line = { rows, &v, &given, count, size > 0 && data[0] == 'L' };
	int argc = 1, at = 0, ret;

	while (rest && argc < WORDS_MAX)
		argv[argc++] = strsep(&rest, "\n");
	options_set_defaults(rows, &v);
	ret = options_parse(&line, argc, argv, &at, &oc);
	fuzz_expect(at < argc && v.operands < (size_t)argc);
	if (ret == 0)
		ret = options_check(rows, &given, &oc);
	fuzz_expect((ret == -1) == (oc.code == OC_USAGE));
	fuzz_expect(v.count >= 1 && v.count <= 1000 && v.kind < 3 && v.name < 4);
	fuzz_expect(v.wait_ms >= 1 && v.wait_ms <= 86400000);
	fuzz_expect(!v.even || strlen(v.even) % 2 == 0);
	fuzz_expect(v.flag == options_have(rows, &given, "flag"));
	free(text);
	return 0;
}
