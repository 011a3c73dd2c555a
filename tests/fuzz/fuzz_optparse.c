/* SPDX-License-Identifier: MIT */
/* A command line, its words ended by newlines, and what each value is as a number or a time. */
#include "fuzz/target.h"

#include "common/optparse.h"

enum { WORDS_MAX = 64, OPT_COUNT = 0, OPT_WAIT, OPT_KIND, OPT_LONG, OPT_FLAG };

static const struct optparse_option options[] = {
	[OPT_COUNT] = { 'c', "count", "N", "" },
	[OPT_WAIT] = { 'w', "wait", "T", "" },
	[OPT_KIND] = { 0, "kind", "KIND", "" },
	[OPT_LONG] = { 0, "long", "WORD", "" },
	[OPT_FLAG] = { 'f', "flag", NULL, "" },
	{ 0, NULL, NULL, NULL },
};

/* Together they do not fit into a message. */
static const char *const many[] = { "a-kind-with-a-name-that-is-long", "another-one-that-is-longer",
	"and-yet-another-one-that-is-too", "and-the-last-one-that-nobody-sees" };

static void take(int option, const char *value)
{
	static const char *const kinds[] = { "auto", "require", "off" };
	struct outcome oc = OUTCOME_NONE;
	unsigned number = 7;
	int ret = 0;

	if (option == OPT_COUNT) {
		ret = optparse_uint("--count", value, 1, 1000, &number, &oc);
		fuzz_expect(ret != 0 || (number >= 1 && number <= 1000));
	} else if (option == OPT_WAIT) {
		ret = optparse_duration("--wait", value, &number, &oc);
		fuzz_expect(ret != 0 || (number >= 1 && number <= 86400000));
	} else if (option == OPT_KIND) {
		ret = optparse_choice("--kind", value, kinds, 3, &number, &oc);
		fuzz_expect(ret != 0 || number < 3);
	} else if (option == OPT_LONG) {
		ret = optparse_choice("--long", value, many, 4, &number, &oc);
	} else if (option == OPT_FLAG) {
		fuzz_expect(value == NULL);
	}
	fuzz_expect((ret != 0) == (oc.code == OC_USAGE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_text(data, size), *rest = line, *argv[WORDS_MAX + 1] = { line };
	struct optparse p = { .argc = 1, .argv = argv, .options = options };
	struct outcome oc = OUTCOME_NONE;
	const char *value;
	int option;

	while (rest && p.argc < WORDS_MAX)
		argv[p.argc++] = strsep(&rest, "\n");
	/* More answers than bytes there cannot be. */
	for (size_t i = 0; (option = optparse_next(&p, &value, &oc)) != OPTPARSE_END; i++) {
		fuzz_expect(i <= size);
		if (option == OPTPARSE_BAD) {
			fuzz_expect(oc.code == OC_USAGE);
			break;
		}
		take(option, value);
	}
	free(line);
	return 0;
}
