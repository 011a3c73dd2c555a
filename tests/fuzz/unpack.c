/* SPDX-License-Identifier: MIT */
/*
 * unpack SEEDS FOLDER: write each line of SEEDS as a file of its own, so that
 * seeds can be read by people and reviewed. Lines that begin with "#", and empty
 * ones, are not seeds. In a line stand for a byte: \r \n \t \0 \\ and \xHH;
 * \{N} makes N of the byte before it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_ = 65536, SEED_MAX = 1 << 20 };

static unsigned long line_number;

static _Noreturn void die(const char *why)
{
	fprintf(stderr, "unpack: line %lu: %s\n", line_number, why);
	exit(1);
}

static void repeat(unsigned char *seed, size_t *len, unsigned long times)
{
	if (*len == 0 || times == 0 || *len + times > SEED_MAX)
		die("\\{N} without a byte before it, or too large");
	memset(seed + *len, seed[*len - 1], times - 1);
	*len += times - 1;
}

static size_t decode(const char *line, unsigned char *seed)
{
	static const char letters[] = "rnt0\\", bytes[] = "\r\n\t\0\\";
	size_t len = 0;

	while (*line) {
		const char *letter;
		char *end = NULL;

		if (len == SEED_MAX)
			die("too long");
		if (*line != '\\') {
			seed[len++] = (unsigned char)*line++;
		} else if (line[1] == 'x' && isxdigit((unsigned char)line[2]) &&
		    isxdigit((unsigned char)line[3])) {
			const char digits[] = { line[2], line[3], '\0' };

			seed[len++] = (unsigned char)strtoul(digits, NULL, 16);
			line += 4;
		} else if (line[1] == '{') {
			repeat(seed, &len, strtoul(line + 2, &end, 10));
			if (*end != '}')
				die("\\{N} has no end");
			line = end + 1;
		} else if (line[1] && (letter = strchr(letters, line[1]))) {
			seed[len++] = (unsigned char)bytes[letter - letters];
			line += 2;
		} else {
			die("a \\ that stands for nothing");
		}
	}
	return len;
}

static void save(const char *folder, const unsigned char *seed, size_t len)
{
	char path[4096];
	FILE *to;

	snprintf(path, sizeof path, "%s/%04lu", folder, line_number);
	to = fopen(path, "wb");
	if (!to || fwrite(seed, 1, len, to) != len || fclose(to) != 0)
		die(strerror(errno));
}

int main(int argc, char *argv[])
{
	static char line[LINE_MAX_];
	static unsigned char seed[SEED_MAX];
	FILE *from = argc == 3 ? fopen(argv[1], "r") : NULL;

	if (!from)
		die("usage: unpack SEEDS FOLDER");
	while (fgets(line, sizeof line, from)) {
		line_number++;
		if (!strchr(line, '\n'))
			die("too long, or without an end");
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			save(argv[2], seed, decode(line, seed));
	}
	return ferror(from) ? 1 : 0;
}
