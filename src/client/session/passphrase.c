/* SPDX-License-Identifier: MIT */
#include "client/session/passphrase.h"

#include <string.h>

static const char what[] = "the passphrase file";

/* Cuts the line break off. Returns what is wrong, or NULL. */
static const char *settle(struct passphrase *p)
{
	static const char mark[] = "\xef\xbb\xbf";
	char *line = (char *)p->file.bytes, *end;

	if (strncmp(line, mark, sizeof mark - 1) == 0)
		line += sizeof mark - 1;
	if (strlen((char *)p->file.bytes) < p->file.len)
		return "it contains a NUL byte, so it is not text in UTF-8";
	end = strchr(line, '\n');
	if (end && end[1])
		return "it has more than one line";
	if (end && end > line && end[-1] == '\r')
		end--;
	if (end)
		*end = '\0';
	p->text = line;
	/* Of the empty passphrase the line break is left; a file without any may be damaged. */
	return *line || end ? NULL : "it is empty";
}

int passphrase_read(struct passphrase *p, const char *path, struct outcome *oc)
{
	const struct input_file_want want = {
		.what = what,
		.max = PASSPHRASE_FILE_MAX,
		.secret = true,
	};
	struct passphrase got = PASSPHRASE_NONE;
	const char *wrong;

	*p = PASSPHRASE_NONE;
	if (!path)
		return 0;
	if (input_file_read(&got.file, path, &want, oc) != 0)
		return -1;
	wrong = settle(&got);
	if (!wrong) {
		*p = got;
		return 0;
	}
	passphrase_free(&got);
	outcome_set(oc, OC_FILE, "%s %s cannot be used: %s", what, path, wrong);
	outcome_advise(oc,
	    "write the passphrase into it, as its only line; for the empty one a line break");
	return -1;
}

void passphrase_free(struct passphrase *p)
{
	input_file_free(&p->file);
	*p = PASSPHRASE_NONE;
}
