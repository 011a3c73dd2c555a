/* SPDX-License-Identifier: MIT */
#include "client/session/local_root.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "support/check_main.h"
#include "support/test_pki.h"

enum { PATH_ROOM = 200 };

static char base[] = "/tmp/check_local_root.XXXXXX";
static char added[PATH_ROOM], shipped[PATH_ROOM];

static void write_file(const char *folder, const char *name, const struct testpki_cert *cert)
{
	char path[2 * PATH_ROOM];
	FILE *to;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	to = fopen(path, "w");
	ck_assert_ptr_nonnull(to);
	if (cert)
		ck_assert_int_eq(PEM_write_X509(to, cert->cert), 1);
	else
		fputs("no certificate\n", to);
	ck_assert_int_eq(fclose(to), 0);
}

static void begin(void)
{
	testpki_begin();
	ck_assert_ptr_nonnull(mkdtemp(base));
	snprintf(added, sizeof added, "%s/added", base);
	snprintf(shipped, sizeof shipped, "%s/shipped", base);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static void end(void)
{
	ck_assert_int_eq(nftw(base, remove_one, 4, FTW_DEPTH | FTW_PHYS), 0);
	testpki_end();
}

static bool find(const struct testpki_cert *root, const char *distribution,
    char path[LOCAL_ROOT_MAX])
{
	const struct local_root_folders folders[] = { { "/nonexistent", NULL },
		{ added, distribution }, { NULL, NULL } };

	return local_root_find(folders, root->cert, path);
}

START_TEST(test_what_is_known)
{
	const struct testpki_cert *root = testpki_root("Added"), *other = testpki_root("Added");
	const struct testpki_cert *both = testpki_root("Both");
	char path[LOCAL_ROOT_MAX] = "", deep[2 * PATH_ROOM], want[3 * PATH_ROOM];

	/* No folder, and an empty one. */
	ck_assert(!find(root, shipped, path));
	ck_assert_int_eq(mkdir(added, 0700), 0);
	ck_assert(!find(root, shipped, path));
	/* Another root of that name, and files that are no certificates. */
	write_file(added, "other.crt", other);
	write_file(added, "README", NULL);
	ck_assert(!find(root, shipped, path));
	ck_assert_str_eq(path, "");
	/* In a folder below. */
	snprintf(deep, sizeof deep, "%s/company", added);
	ck_assert_int_eq(mkdir(deep, 0700), 0);
	write_file(deep, "root.crt", root);
	snprintf(want, sizeof want, "%s/root.crt", deep);
	ck_assert(find(root, shipped, path));
	ck_assert_str_eq(path, want);
	ck_assert(find(root, NULL, path));
	/* The distribution has it as well. */
	ck_assert_int_eq(mkdir(shipped, 0700), 0);
	write_file(shipped, "both.crt", both);
	write_file(added, "both.crt", both);
	ck_assert(!find(both, shipped, path));
	ck_assert(find(both, NULL, path));
	ck_assert(find(root, shipped, path));
}
END_TEST

/* Neither a loop of links nor a FIFO keeps the search. */
START_TEST(test_bounds)
{
	const struct testpki_cert *root = testpki_root("Last"), *other = testpki_root("Other");
	char path[LOCAL_ROOT_MAX], at[2 * PATH_ROOM], name[32];

	snprintf(added, sizeof added, "%s/bounds", base);
	ck_assert_int_eq(mkdir(added, 0700), 0);
	snprintf(at, sizeof at, "%s/loop", added);
	ck_assert_int_eq(symlink(added, at), 0);
	snprintf(at, sizeof at, "%s/fifo.crt", added);
	ck_assert_int_eq(mkfifo(at, 0600), 0);
	ck_assert(!find(root, NULL, path));
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "%d.crt", i);
		write_file(added, name, other);
	}
	ck_assert(!find(root, NULL, path));
}
END_TEST

CHECK_MAIN_IN("local_root", begin, end, test_what_is_known, test_bounds)
