/* SPDX-License-Identifier: MIT */
#include "zoo/zoo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/input_file.h"

enum { LINE_BYTES = 512, PATH_BYTES = 4096 };

/* For clients that request no name, most likely because they use an address. */
static const char default_name[] = "ip-ok";

/* "DIR/NAME/FILE", on the heap. NULL with OC_INTERNAL or OC_FILE. */
static char *path_of(const struct zoo_options *o, const char *name, const char *file,
    struct outcome *oc)
{
	char text[PATH_BYTES], *copy;
	int len = snprintf(text, sizeof text, "%s/%s%s", o->folder, name, file);

	if (len < 0 || (size_t)len >= sizeof text) {
		outcome_set(oc, OC_FILE, "the path of the zoo is too long");
		return NULL;
	}
	copy = strdup(text);
	if (!copy)
		outcome_set(oc, OC_INTERNAL, "out of memory for the zoo");
	return copy;
}

static char *host_of(const char *name, struct outcome *oc)
{
	char text[LINE_BYTES], *copy;

	snprintf(text, sizeof text, "%s.zoo.test", name);
	copy = strdup(text);
	if (!copy)
		outcome_set(oc, OC_INTERNAL, "out of memory for the zoo");
	return copy;
}

/* The first identity serves all clients that request an unknown name. */
static void put_first(struct zoo_options *o, size_t i)
{
	const struct tls_identity first = o->server.service.identities[i];

	o->server.service.identities[i] = o->server.service.identities[0];
	o->server.service.identities[0] = first;
}

static int reject_list(const struct zoo_options *o, struct outcome *oc)
{
	outcome_advise(oc, "hello-certs zoo NEW makes a zoo; use it in place of %s", o->folder);
	return -1;
}

static int add_certificate(struct zoo_options *o, const char *name, struct outcome *oc)
{
	struct tls_identity *id = &o->server.service.identities[o->server.service.identity_count];
	char *staple;

	if (o->server.service.identity_count == IDENTITIES_MAX) {
		outcome_set(oc, OC_FILE, "%s/zoo.tsv lists more than %d certificates", o->folder,
		    IDENTITIES_MAX);
		return reject_list(o, oc);
	}
	id->chain_file = path_of(o, name, "/chain.pem", oc);
	id->key_file = path_of(o, name, "/key.pem", oc);
	id->unjudged_name = host_of(name, oc);
	staple = path_of(o, name, "/ocsp.der", oc);
	if (!id->chain_file || !id->key_file || !id->unjudged_name || !staple)
		return -1;
	if (access(staple, F_OK) == 0)
		id->ocsp_file = staple;
	else
		free(staple);
	o->server.service.identity_count++;
	if (strcmp(name, default_name) == 0)
		put_first(o, o->server.service.identity_count - 1);
	return 0;
}

/* "name, tab, fault, tab, ...". */
static int read_line(struct zoo_options *o, char *line, FILE *index, struct outcome *oc)
{
	char *rest = line, *name = strsep(&rest, "\t"), *wrong = strsep(&rest, "\t");

	if (!rest || name[0] == '\0' || name[0] == '.' || strchr(name, '/')) {
		outcome_set(oc, OC_FILE, "%s/zoo.tsv: invalid line: \"%s\"", o->folder, name);
		return reject_list(o, oc);
	}
	fprintf(index, "\n%-24s %s", name, wrong);
	return add_certificate(o, name, oc);
}

static int read_list(struct zoo_options *o, struct input_file *list, FILE *index,
    struct outcome *oc)
{
	char *rest = (char *)list->bytes, *line;

	fprintf(index,
	    "This is a zoo of certificates. Request one by its name, such as expired.zoo.test:\n");
	while ((line = strsep(&rest, "\n"))) {
		if (*line && read_line(o, line, index, oc) != 0)
			return -1;
	}
	if (o->server.service.identity_count > 0)
		return 0;
	outcome_set(oc, OC_FILE, "%s/zoo.tsv lists nothing", o->folder);
	return reject_list(o, oc);
}

/* Makes the list the greeting. */
static int read_zoo(struct zoo_options *o, struct input_file *list, struct outcome *oc)
{
	char *greeting = NULL;
	size_t len;
	FILE *index = open_memstream(&greeting, &len);
	int ret;

	if (!index)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the zoo's list");
	ret = read_list(o, list, index, oc);
	if (fclose(index) != 0 && ret == 0)
		ret = outcome_set(oc, OC_INTERNAL, "out of memory for the zoo's list");
	if (ret == 0)
		o->server.service.greeting = greeting;
	else
		free(greeting);
	return ret;
}

int zoo_open(struct zoo_options *o, struct outcome *oc)
{
	static const struct input_file_want want = { "the zoo's list", INPUT_FILE_MIB, false };
	char *path = path_of(o, "zoo.tsv", "", oc);
	struct input_file list;
	int ret;

	if (!path)
		return -1;
	ret = input_file_read(&list, path, &want, oc);
	free(path);
	if (ret != 0) {
		outcome_advise(oc, "create it with hello-certs zoo %s", o->folder);
		return -1;
	}
	ret = read_zoo(o, &list, oc);
	input_file_free(&list);
	return ret;
}
