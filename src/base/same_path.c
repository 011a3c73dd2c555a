/* SPDX-License-Identifier: MIT */
#include "base/same_path.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Returns the last part. */
static const char *split(const char *path, char folder[PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (slash)
		snprintf(folder, PATH_MAX, "%.*s", (int)(slash + 1 - path), path);
	else
		snprintf(folder, PATH_MAX, ".");
	return slash ? slash + 1 : path;
}

bool same_path(const char *a, const char *b)
{
	char folder_a[PATH_MAX], folder_b[PATH_MAX];
	struct stat at_a, at_b;

	if (strcmp(a, b) == 0)
		return true;
	return strcmp(split(a, folder_a), split(b, folder_b)) == 0 && stat(folder_a, &at_a) == 0 &&
	    stat(folder_b, &at_b) == 0 && at_a.st_dev == at_b.st_dev && at_a.st_ino == at_b.st_ino;
}
