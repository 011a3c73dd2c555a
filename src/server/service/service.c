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
#include "base/options.h"
#include "net/conn_report.h"
#include "tls/context.h"

/* Each --cert begins a new identity; the --key and --ocsp after it belong to it. */
int service_take_cert(void *options, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	struct service_options *o = options;

	(void)row;
	if (o->identity_count == IDENTITIES_MAX)
		return outcome_set(oc, OC_USAGE, "--cert: more than %d certificates",
		    IDENTITIES_MAX);
	o->identities[o->identity_count++].chain_file = value;
	return 0;
}

int service_take_cert_file(void *options, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	struct service_options *o = options;
	struct tls_identity *id;
	const char **file;

	if (o->identity_count == 0)
		return outcome_set(oc, OC_USAGE,
		    "--cert and --%s belong together: --%s %s has no --cert before it", row->name,
		    row->name, value);
	id = &o->identities[o->identity_count - 1];
	file = row->number == SERVICE_FILE_KEY ? &id->key_file : &id->ocsp_file;
	if (*file)
		return outcome_set(oc, OC_USAGE, "--%s %s: %s already has one, %s", row->name,
		    value, id->chain_file, *file);
	*file = value;
	return 0;
}

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

size_t service_greeting_max(const struct service_options *o)
{
	return SERVICE_GREETING_MAX - (o->report ? CONN_REPORT_TEXT_MAX + 2 : 0);
}

/* The options check has limited its length. */
static void copy_greeting(struct service *s, const char *text)
{
	s->greeting_len = strlen(text) + 1;
	memcpy(s->greeting, text, s->greeting_len - 1);
	s->greeting[s->greeting_len - 1] = '\n';
}

static int reject_empty(const char *path, struct outcome *oc)
{
	outcome_set(oc, OC_FILE, "the greeting file %s is empty", path);
	outcome_advise(oc, "write the greeting into it");
	return -1;
}

static int load_greeting(struct service *s, const struct service_options *o, struct outcome *oc)
{
	size_t max = service_greeting_max(o);

	s->greeting = malloc(o->greeting_file ? max + 1 : strlen(o->greeting) + 1);
	if (!s->greeting)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the greeting");
	if (!o->greeting_file)
		copy_greeting(s, o->greeting);
	else if (read_greeting(s, o->greeting_file, max, oc) != 0)
		return -1;
	if (s->greeting_len == 0)
		return reject_empty(o->greeting_file, oc);
	return 0;
}

/* In the master: if the host name changes later, all workers still agree. */
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
	/* FNV-1a, a word at a time: it distinguishes versions, and need not resist attacks. */
	s->files = (s->files ^ value) * 0x100000001b3u;
	s->files ^= s->files >> 32;
}

/*
 * Before the file is read, so that a change in between counts at the next reload. If
 * the file is missing or unreadable, its reader reports that.
 */
static void record_file(struct service *s, const char *path)
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
	record_file(s, o->ticket_keys_file);
	if (o->ticket_keys_file)
		return ticket_read(&s->ticket_keys, o->ticket_keys_file, oc);
	return ticket_renew(&s->ticket_keys, before ? &before->ticket_keys : NULL, oc);
}

/* An identity that is bad on purpose may fail. */
static int load_dtls(struct service *s, const struct server_context_choice *choice,
    struct outcome *oc)
{
	s->dtls = server_context_new_dtls(choice, oc);
	if (!s->dtls)
		return -1;
	for (size_t i = 0; i < s->identity_count; i++) {
		const struct identity *id = &s->identities[i];

		if (!id->files->unjudged_name &&
		    server_context_rehearse_dtls(s->dtls, id->tls, oc) != 0)
			return -1;
	}
	return 0;
}

/* The first context reads whom to trust, the others share it: lists may be long. */
static int load_identities(struct service *s, const struct service_options *o,
    struct server_context_choice *choice, struct outcome *oc)
{
	s->identities = calloc(o->identity_count, sizeof *s->identities);
	if (!s->identities)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the certificates");
	for (size_t i = 0; i < o->identity_count; i++) {
		record_file(s, o->identities[i].chain_file);
		record_file(s, o->identities[i].key_file);
		record_file(s, o->identities[i].ocsp_file);
		if (identity_load(&s->identities[i], &o->identities[i], choice, oc) != 0) {
			if (o->usual_files && oc && oc->sys_errno == ENOENT)
				outcome_advise(oc, "use --cert FILE --key FILE, or put them there");
			return -1;
		}
		s->identity_count++;
		choice->ask.share_with = s->identities[0].tls;
	}
	if (o->dtls && load_dtls(s, choice, oc) != 0)
		return -1;
	if (o->quic && !(s->quic = server_context_new_quic(choice, oc)))
		return -1;
	s->names = server_names_new(s->identities, s->identity_count, choice, o->strict_sni, oc);
	if (!s->names)
		return -1;
	s->tls = server_names_default(s->names);
	if (s->dtls)
		server_names_use(s->names, s->dtls);
	if (s->quic)
		server_names_use(s->names, s->quic);
	return 0;
}

/* All contexts verify clients alike, whichever name leads to the connection. */
static int load_tls(struct service *s, const struct service_options *o, struct outcome *oc)
{
	struct server_context_choice choice = o->tls;

	choice.ticket_keys = &s->ticket_keys;
	choice.ask = client_auth_ask(&o->clients);
	s->asks_clients = choice.ask.trust.ca_file != NULL;
	record_file(s, choice.ask.trust.ca_file);
	record_file(s, choice.ask.trust.crl_file);
	if (load_identities(s, o, &choice, oc) != 0)
		return -1;
	return client_cas_load(&s->clients, &o->clients, s->tls, time(NULL), oc);
}

/* The same checks as in --check. */
static int keep_valid_identity(const struct identity *was, const struct identity *is, int64_t now,
    struct outcome *oc)
{
	char text[AUDIT_TEXT_MAX], ignored[AUDIT_TEXT_MAX];

	if (is->files->unjudged_name || !audit_is_outdated(&is->chain[0], now, text) ||
	    audit_is_outdated(&was->chain[0], now, ignored))
		return 0;
	outcome_set(oc, OC_FILE, "%s: %s", is->files->chain_file, text);
	outcome_advise(oc,
	    "put a valid certificate there, then reload; a restart would serve this one anyway");
	return -1;
}

/* Some of several CAs may have expired; if all have, no client can pass. */
static bool is_outdated(const struct audit_certificate *ca, size_t count, int64_t now,
    char text[AUDIT_TEXT_MAX])
{
	for (size_t i = 0; i < count; i++) {
		if (!audit_is_outdated(&ca[i], now, text))
			return false;
	}
	return count > 0;
}

/* Both have the same options, so the identities correspond one by one. */
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
	outcome_set(oc, OC_FILE, "every client would be rejected with %s: %s", o->clients.ca_file,
	    text);
	outcome_advise(oc, "put a valid CA there, then reload");
	return -1;
}

struct service *service_load(const struct service_options *o, const struct service *before,
    struct outcome *oc)
{
	struct service *s = calloc(1, sizeof *s);

	if (!s) {
		outcome_set(oc, OC_INTERNAL, "out of memory for the service");
		return NULL;
	}
	/* libc reads the time zone's file at its first use, which a worker cannot do. */
	tzset();
	s->close_early = o->tls.tickets == 0;
	record_file(s, o->greeting_file);
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
	tls_context_free(s->dtls);
	tls_context_free(s->quic);
	client_cas_free(&s->clients);
	for (size_t i = 0; i < s->identity_count; i++)
		identity_free(&s->identities[i]);
	free(s->identities);
	ticket_wipe(&s->ticket_keys);
	free(s->greeting);
	free(s);
}
