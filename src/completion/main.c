/* SPDX-License-Identifier: MIT */
/*
 * Run by make, not installed: prints a shell's completion of a program's options, from
 * the table that the program itself reads.
 */
#include <stdio.h>
#include <string.h>

#include "base/outcome.h"
#include "client/options/options.h"
#include "completion/options_completion.h"
#include "server/options.h"
#include "zoo/options.h"

int main(int argc, char *argv[])
{
	const struct options_completion programs[] = {
		{ "hello-client", client_option_rows, false },
		{ "hello-server", server_option_rows, false },
		{ "hello-zoo", zoo_option_rows, true },
	};
	struct outcome oc = OUTCOME_NONE;
	int ret = -1;

	for (size_t i = 0; argc == 3 && i < sizeof programs / sizeof programs[0]; i++) {
		if (strcmp(argv[1], programs[i].program) == 0)
			ret = options_completion_print(&programs[i], argv[2], &oc);
	}
	if (ret != 0 || fflush(stdout) != 0) {
		fprintf(stderr, "usage: completion hello-client|hello-server|hello-zoo "
				"bash|zsh|fish\n");
		return outcome_status(OC_USAGE);
	}
	return outcome_status(OC_OK);
}
