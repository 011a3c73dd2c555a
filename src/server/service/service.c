/* SPDX-License-Identifier: MIT */
#include "server/service/service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/input_file.h"
#include "net/conn_report.h"

static int read_greeting(struct service *s, const char *path, size_t max, struct outcome *oc)
{
	const struct input_file_want want = { "the greeting", max, false };
	struct input_file file;

	if (input_file_read(&file, path, &want, oc) != 0)
		return -1;
	memcpy(s->greeting, file.bytes, file.len);
	s->greeting_len = file.len;
	input_file_free(&file);
	return 0;
}

static int make_huge(struct service *s, struct outcome *oc)
{
	char *huge = misbehave_repeat(s->greeting, s->greeting_len);

	if (!huge)
		return outcome_set(oc, OC_INTERNAL, "out of memory for a huge greeting");
	free(s->greeting);
	s->greeting = huge;
	s->greeting_len = MISBEHAVE_HUGE_BYTES;
	return 0;
}

static int load_greeting(struct service *s, const struct service_options *o, struct outcome *oc)
{
	/* With the report it must not become longer than a client takes. */
	const size_t max = SERVICE_GREETING_MAX - (o->report ? CONN_REPORT_TEXT_MAX + 2 : 0);
	size_t len = strlen(o->greeting);

	s->greeting = malloc(SERVICE_GREETING_MAX + 1);
	if (!s->greeting)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the greeting");
	if (o->greeting_file) {
		if (read_greeting(s, o->greeting_file, max, oc) != 0)
			return -1;
	} else if (len < max) {
		memcpy(s->greeting, o->greeting, len);
		s->greeting[len] = '\n';
		s->greeting_len = len + 1;
	} else {
		return outcome_set(oc, OC_USAGE, "--greeting is longer than %zu bytes", max);
	}
	if (s->greeting_len == 0)
		return outcome_set(oc, OC_FILE, "the greeting %s is empty", o->greeting_file);
	return s->misbehave == MISBEHAVE_HUGE_GREETING ? make_huge(s, oc) : 0;
}

/* In the master: a name that changes later would change between two workers. */
static void load_report(struct service *s, const struct service_options *o)
{
	s->report = o->report;
	if (o->node)
		snprintf(s->node, sizeof s->node, "%s", o->node);
	else if (gethostname(s->node, sizeof s->node - 1) != 0)
		s->node[0] = '\0';
}

static void mix(struct service *s, uint64_t value)
{
	/* FNV-1a, a word at a time: to tell versions apart, not to resist anybody. */
	s->files = (s->files ^ value) * 0x100000001b3u;
	s->files ^= s->files >> 32;
}

/*
 * Before the file is read: what is changed in between then counts as changed at
 * the next reload. That it is missing or unreadable its reader will say.
 */
static void note_file(struct service *s, const char *path)
{
	struct stat st;

	if (!path || stat(path, &st) != 0)
		return;
	mix(s, st.st_dev);
	mix(s, st.st_ino);
	mix(s, (uint64_t)st.st_size);
	mix(s, (uint64_t)st.st_mtim.tv_sec);
	mix(s, (uint64_t)st.st_mtim.tv_nsec);
	mix(s, (uint64_t)st.st_ctim.tv_sec);
	mix(s, (uint64_t)st.st_ctim.tv_nsec);
}

bool service_is_same(const struct service *a, const struct service *b)
{
	return a->files == b->files;
}

static int load_ticket_keys(struct service *s, const struct service_options *o,
    const struct service *before, struct outcome *oc)
{
	note_file(s, o->ticket_keys_file);
	if (o->ticket_keys_file)
		return ticket_read(&s->ticket_keys, o->ticket_keys_file, oc);
	return ticket_renew(&s->ticket_keys, before ? &before->ticket_keys : NULL, oc);
}

static int load_identities(struct service *s, const struct service_options *o,
    const struct server_context_choice *choice, struct outcome *oc)
{
	s->identities = calloc(o->identity_count, sizeof *s->identities);
	if (!s->identities)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the certificates");
	for (size_t i = 0; i < o->identity_count; i++) {
		note_file(s, o->identities[i].chain_file);
		note_file(s, o->identities[i].key_file);
		note_file(s, o->identities[i].ocsp_file);
		if (identity_load(&s->identities[i], &o->identities[i], choice, oc) != 0) {
			if (o->usual_files && oc && oc->sys_errno == ENOENT)
				outcome_advise(oc, "--cert FILE --key FILE, or put them there");
			return -1;
		}
		s->identity_count++;
	}
	s->names = server_names_new(s->identities, s->identity_count, choice, o->strict_sni, oc);
	if (!s->names)
		return -1;
	s->tls = server_names_default(s->names);
	return 0;
}

/* All contexts ask the same: whichever name leads to a connection, its client is judged so. */
static int load_tls(struct service *s, const struct service_options *o, struct outcome *oc)
{
	struct server_context_choice choice = o->tls;

	choice.ticket_keys = &s->ticket_keys;
	choice.ask = client_auth_ask(&o->clients);
	s->asks_clients = choice.ask.trust.ca_file != NULL;
	note_file(s, choice.ask.trust.ca_file);
	note_file(s, choice.ask.trust.crl_file);
	if (load_identities(s, o, &choice, oc) != 0)
		return -1;
	return client_cas_load(&s->clients, &o->clients, s->tls, time(NULL), oc);
}

/* The same judgement as that of --check; what is wrong on purpose is not judged. */
static int keep_valid_identity(const struct identity *was, const struct identity *is, int64_t now,
    struct outcome *oc)
{
	char text[AUDIT_TEXT_MAX], ignored[AUDIT_TEXT_MAX];

	if (is->files->zoo_name || !audit_is_outdated(&is->chain[0], now, text) ||
	    audit_is_outdated(&was->chain[0], now, ignored))
		return 0;
	outcome_set(oc, OC_FILE, "%s: %s", is->files->chain_file, text);
	outcome_advise(oc,
	    "put a valid certificate there, and reload; a restart serves this one all the same");
	return -1;
}

/* Of several CAs some may be over; when all are, no client can pass. */
static bool is_outdated(const struct audit_certificate *ca, size_t count, int64_t now,
    char text[AUDIT_TEXT_MAX])
{
	for (size_t i = 0; i < count; i++) {
		if (!audit_is_outdated(&ca[i], now, text))
			return false;
	}
	return count > 0;
}

/* Options are the same for both, so the identities are, one by one. */
static int keep_valid(const struct service *was, const struct service *is,
    const struct service_options *o, struct outcome *oc)
{
	char text[AUDIT_TEXT_MAX], ignored[AUDIT_TEXT_MAX];
	int64_t now = time(NULL);

	for (size_t i = 0; i < is->identity_count; i++) {
		if (keep_valid_identity(&was->identities[i], &is->identities[i], now, oc) != 0)
			return -1;
	}
	if (!is_outdated(is->clients.ca, is->clients.ca_count, now, text) ||
	    is_outdated(was->clients.ca, was->clients.ca_count, now, ignored))
		return 0;
	return outcome_set(oc, OC_FILE, "no client could pass by %s: %s", o->clients.ca_file, text);
}

struct service *service_load(const struct service_options *o, const struct service *before,
    struct outcome *oc)
{
	struct service *s = calloc(1, sizeof *s);

	if (!s) {
		outcome_set(oc, OC_INTERNAL, "out of memory for the service");
		return NULL;
	}
	/* libc reads the time zone's file at its first use, which a worker could not. */
	tzset();
	s->misbehave = o->misbehave;
	s->close_early = o->tls.tickets == 0 && s->misbehave != MISBEHAVE_NO_CLOSE_NOTIFY;
	note_file(s, o->greeting_file);
	load_report(s, o);
	if (load_ticket_keys(s, o, before, oc) != 0 || load_tls(s, o, oc) != 0 ||
	    load_greeting(s, o, oc) != 0 || (before && keep_valid(before, s, o, oc) != 0)) {
		service_free(s);
		return NULL;
	}
	return s;
}

void service_free(struct service *s)
{
	if (!s)
		return;
	server_names_free(s->names);
	client_cas_free(&s->clients);
	for (size_t i = 0; i < s->identity_count; i++)
		identity_free(&s->identities[i]);
	free(s->identities);
	ticket_wipe(&s->ticket_keys);
	free(s->greeting);
	free(s);
}
