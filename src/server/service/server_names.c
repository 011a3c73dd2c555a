/* SPDX-License-Identifier: MIT */
#include "server/service/server_names.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* uthash's default hash function falls through in a switch, which clang warns about. */
#define HASH_FUNCTION(keyptr, keylen, hashv) HASH_SAX(keyptr, keylen, hashv)
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "server/service/sni.h"
#include "tls/context.h"

/* A set of identities: bit i is identity i. */
typedef uint64_t member_set;

_Static_assert(IDENTITIES_MAX <= 64, "member_set has a bit for each identity");

struct name {
	char text[SNI_NAME_MAX];
	member_set members;
	SSL_CTX *tls;
	UT_hash_handle hh;
};

/* A context for a set of several identities. */
struct joined {
	member_set members;
	SSL_CTX *tls;
};

struct server_names {
	struct identity *identities;
	size_t count;
	struct name *table;
	struct joined *joined; /* at most one for each name */
	size_t joined_count;
	SSL_CTX *usual;
	bool strict;
	struct sni chooser;
};

static struct name *find_text(const struct server_names *n, const char *text)
{
	struct name *found;

	HASH_FIND_STR(n->table, text, found);
	return found;
}

static struct name *add_text(struct server_names *n, const char *text)
{
	struct name *new = calloc(1, sizeof *new);

	if (!new)
		return NULL;
	memcpy(new->text, text, strlen(text) + 1);
	HASH_ADD_STR(n->table, text, new);
	if (new->hh.tbl)
		return new;
	free(new);
	return NULL;
}

static const char *key_type(const struct identity *id)
{
	return id->chain[0].info.key_type;
}

/* The member with a key of the same type, or count. */
static size_t find_rival(const struct server_names *n, const struct name *name, size_t of)
{
	size_t i = 0;

	while (i < n->count &&
	    (!(name->members & (member_set)1 << i) ||
		strcmp(key_type(&n->identities[i]), key_type(&n->identities[of])) != 0))
		i++;
	return i;
}

static void record_hidden(struct server_names *n, size_t i, const char *text, size_t by)
{
	struct audit_names *facts = &n->identities[i].names;

	if (facts->hidden++ > 0)
		return;
	memcpy(facts->first_hidden, text, strlen(text) + 1);
	facts->hidden_by = n->identities[by].files->chain_file;
}

/* The names of one certificate while they are added to the table. */
struct insertion {
	struct server_names *names;
	size_t i;
	bool failed;
};

static void insert_name(void *arg, const char *given)
{
	struct insertion *in = arg;
	char text[SNI_NAME_MAX];
	struct name *name;
	size_t len = strlen(given), rival;

	if (in->failed || len >= sizeof text)
		return;
	for (size_t i = 0; i <= len; i++)
		text[i] = (char)tolower((unsigned char)given[i]);
	name = find_text(in->names, text);
	if (!name && !(name = add_text(in->names, text))) {
		in->failed = true;
		return;
	}
	rival = find_rival(in->names, name, in->i);
	if (rival < in->i) {
		record_hidden(in->names, in->i, text, rival);
	} else if (rival != in->i) {
		name->members |= (member_set)1 << in->i;
		in->names->identities[in->i].names.served++;
	}
}

static int insert_names(struct server_names *n, struct outcome *oc)
{
	for (size_t i = 0; i < n->count; i++) {
		struct insertion in = { .names = n, .i = i };

		memset(&n->identities[i].names, 0, sizeof n->identities[i].names);
		if (n->identities[i].files->unjudged_name)
			insert_name(&in, n->identities[i].files->unjudged_name);
		else
			cert_info_each_name(server_context_chain(n->identities[i].tls, 0),
			    insert_name, &in);
		if (in.failed)
			return outcome_set(oc, OC_INTERNAL, "out of memory for the names");
	}
	return 0;
}

static SSL_CTX *join(struct server_names *n, member_set members,
    const struct server_context_choice *choice, struct outcome *oc)
{
	SSL_CTX *parts[IDENTITIES_MAX], *tls;
	size_t count = 0;

	for (size_t i = 0; i < n->joined_count; i++) {
		if (n->joined[i].members == members)
			return n->joined[i].tls;
	}
	for (size_t i = 0; i < n->count; i++) {
		if (members & (member_set)1 << i)
			parts[count++] = n->identities[i].tls;
	}
	if (count == 1)
		return parts[0];
	tls = server_context_join(parts, count, choice, oc);
	if (!tls)
		return NULL;
	n->joined[n->joined_count++] = (struct joined){ members, tls };
	return server_context_rehearse(tls, choice, oc) == 0 ? tls : NULL;
}

/* A context for each set of certificates that share a name. */
static int join_all(struct server_names *n, const struct server_context_choice *choice,
    struct outcome *oc)
{
	n->joined = calloc(HASH_COUNT(n->table) + 1, sizeof *n->joined);
	if (!n->joined)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the names");
	for (struct name *name = n->table; name; name = name->hh.next) {
		name->tls = join(n, name->members, choice, oc);
		if (!name->tls)
			return -1;
	}
	return 0;
}

/* The table keeps the order of insertion: a name of the first identity is the first of all. */
static SSL_CTX *choose_usual(const struct server_names *n)
{
	const struct name *first = n->table;

	return first && first->members & 1 ? first->tls : n->identities[0].tls;
}

static void use_everywhere(struct server_names *n)
{
	for (size_t i = 0; i < n->count; i++)
		sni_use(n->identities[i].tls, &n->chooser);
	for (size_t i = 0; i < n->joined_count; i++)
		sni_use(n->joined[i].tls, &n->chooser);
}

static SSL_CTX *choose(const void *table, const char *name)
{
	return server_names_find(table, name);
}

struct server_names *server_names_new(struct identity *identities, size_t count,
    const struct server_context_choice *choice, bool strict, struct outcome *oc)
{
	struct server_names *n = calloc(1, sizeof *n);

	if (!n) {
		outcome_set(oc, OC_INTERNAL, "out of memory for the names");
		return NULL;
	}
	n->identities = identities;
	n->count = count;
	n->strict = strict;
	n->chooser = (struct sni){ choose, n };
	if (insert_names(n, oc) != 0 || join_all(n, choice, oc) != 0) {
		server_names_free(n);
		return NULL;
	}
	n->usual = choose_usual(n);
	use_everywhere(n);
	return n;
}

void server_names_use(const struct server_names *n, SSL_CTX *ctx)
{
	sni_use(ctx, &n->chooser);
}

SSL_CTX *server_names_default(const struct server_names *n)
{
	return n->usual;
}

SSL_CTX *server_names_find(const struct server_names *n, const char *name)
{
	const char *parent = name ? strchr(name, '.') : NULL;
	const struct name *found = name ? find_text(n, name) : NULL;
	char wildcard[SNI_NAME_MAX] = "*";

	if (!found && parent && parent != name) {
		/* It fits: "*" is not longer than the first label. */
		memcpy(wildcard + 1, parent, strlen(parent) + 1);
		found = find_text(n, wildcard);
	}
	if (found)
		return found->tls;
	return n->strict ? NULL : n->usual;
}

void server_names_free(struct server_names *n)
{
	struct name *each, *next;

	if (!n)
		return;
	HASH_ITER (hh, n->table, each, next) {
		HASH_DEL(n->table, each);
		free(each);
	}
	for (size_t i = 0; i < n->joined_count; i++)
		tls_context_free(n->joined[i].tls);
	free(n->joined);
	free(n);
}
