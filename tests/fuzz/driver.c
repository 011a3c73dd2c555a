/* SPDX-License-Identifier: MIT */
/*
 * What libFuzzer does with files, without libFuzzer: each is given to the
 * target once, and first no bytes at all. So `make check` runs all seeds with
 * any compiler.
 */
#include "fuzz/target.h"

#include <stdio.h>
#include <stdlib.h>

enum { INPUT_MAX = 1 << 20 };

static _Noreturn void die(const char *file, const char *why)
{
	fprintf(stderr, "%s: %s\n", file, why);
	exit(1);
}

static void run(const char *file)
{
	FILE *from = fopen(file, "rb");
	unsigned char *buffer = malloc(INPUT_MAX), *exact;
	size_t len;

	if (!from || !buffer)
		die(file, "cannot be read");
	len = fread(buffer, 1, INPUT_MAX, from);
	if (ferror(from) || !feof(from))
		die(file, "cannot be read to its end");
	fclose(from);
	/* Of exactly this size, so that valgrind sees a look beyond the end. */
	exact = malloc(len ? len : 1);
	if (!exact)
		die(file, "no memory");
	for (size_t i = 0; i < len; i++)
		exact[i] = buffer[i];
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	free(buffer);
}

int main(int argc, char *argv[])
{
	static const unsigned char nothing[1];

	LLVMFuzzerTestOneInput(nothing, 0);
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	printf("%d inputs\n", argc);
	return 0;
}
