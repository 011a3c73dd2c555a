/* SPDX-License-Identifier: MIT */
#include "client/session/local_root.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/x509.h>

#include "tls/pem.h"

const struct local_root_folders local_root_folders[] = {
	/* update-ca-certificates of Debian, Ubuntu and Alpine */
	{ "/usr/local/share/ca-certificates", "/usr/share/ca-certificates" },
	/* update-ca-trust of Fedora and of Arch; update-ca-certificates of SUSE */
	{ "/etc/pki/ca-trust/source/anchors", NULL },
	{ "/etc/ca-certificates/trust-source/anchors", NULL },
	{ "/etc/pki/trust/anchors", NULL },
	{ NULL, NULL },
};

enum { FILES_MAX = 200, DEPTH_MAX = 3, FILE_MAX = 1024 * 1024 };

struct search {
	const X509 *root;
	int files; /* so many may still be read */
	char *path;
};

static bool has_root(const char *file, const X509 *root)
{
	const struct tls_pem_file f = { .path = file, .what = "a root of this system" };
	STACK_OF(X509) *all = tls_pem_certificates(&f, FILE_MAX, NULL);
	bool found = false;

	for (int i = 0; i < sk_X509_num(all) && !found; i++)
		found = X509_cmp(sk_X509_value(all, i), root) == 0;
	sk_X509_pop_free(all, X509_free);
	return found;
}

static bool search_folder(struct search *s, const char *folder, int depth);

static bool search_entry(struct search *s, const char *path, int depth)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	if (S_ISDIR(st.st_mode))
		return depth < DEPTH_MAX && search_folder(s, path, depth + 1);
	if (!S_ISREG(st.st_mode) || s->files-- <= 0 || !has_root(path, s->root))
		return false;
	snprintf(s->path, LOCAL_ROOT_MAX, "%s", path);
	return true;
}

static bool search_folder(struct search *s, const char *folder, int depth)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char path[LOCAL_ROOT_MAX];
	bool found = false;

	while (dir && !found && s->files > 0 && (entry = readdir(dir))) {
		int len = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);

		if (entry->d_name[0] != '.' && len < (int)sizeof path)
			found = search_entry(s, path, depth);
	}
	if (dir)
		closedir(dir);
	return found;
}

bool local_root_find(const struct local_root_folders folders[], const X509 *root,
    char path[LOCAL_ROOT_MAX])
{
	for (const struct local_root_folders *f = folders; f->added; f++) {
		char also[LOCAL_ROOT_MAX], at[LOCAL_ROOT_MAX];
		struct search added = { root, FILES_MAX, at };
		struct search shipped = { root, 5 * FILES_MAX, also };

		if (!search_folder(&added, f->added, 0))
			continue;
		if (f->distribution && search_folder(&shipped, f->distribution, 0))
			continue;
		memcpy(path, at, LOCAL_ROOT_MAX);
		return true;
	}
	return false;
}
