/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_AUDIT_H
#define HELLO_SERVER_SERVICE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "tls/cert_info.h"
#include "tls/cert_issuer.h"
#include "tls/staple.h"
#include "tls/crl_store.h"

/*
 * What is wrong with certificates that load well: judged from facts and the
 * time, no file and no clock in here. An error is what clients refuse, a warning
 * what they will refuse, or what some of them do.
 */
enum audit_level { AUDIT_NOTE, AUDIT_WARNING, AUDIT_ERROR };

/* Fewer days than this, and less than a third of the life, is a warning. */
enum { AUDIT_DAYS_LEFT = 14 };

/* One certificate of a chain as it stands in the file, the server's own first. */
struct audit_certificate {
	struct cert_info info;
	struct cert_info_fitness fit;
	struct cert_flaw flaw;             /* with one, nothing of fit is known */
	/* A critical extension that clients do not know, or "". */
	char critical[CERT_FLAW_NAME_MAX];
	enum cert_issuer link;               /* of the one behind it in the chain with this one */
	size_t issuer;     /* which one of the chain issued it; its own place: none of them */
	bool issuer_known; /* the system's store has its issuer; asked of a leaf that is alone */
};

/* Note what is to be judged of one certificate; not issuer, link and issuer_known. */
void audit_note(X509 *cert, struct audit_certificate *out);

/* What became of the names of one certificate among those of the others. */
struct audit_names {
	size_t served, hidden; /* hidden: another certificate answers to it */
	char first_hidden[256];
	const char *hidden_by; /* the file of that other one */
};

/* Longest text of a finding, with the terminator. */
enum { AUDIT_TEXT_MAX = 512 };

/* Told of each finding; the text is one line and lasts for the call. */
typedef void audit_report(void *arg, enum audit_level level, const char *text);

/* Judge a chain of count certificates at the time now (seconds since 1970). */
void audit_chain(const struct audit_certificate *chain, size_t count, int64_t now,
    audit_report *report, void *arg);

/* Of these findings only those about dates: what comes without anybody doing anything. */
void audit_dates(const struct audit_certificate *chain, size_t count, int64_t now,
    audit_report *report, void *arg);

/*
 * Is there an error among these findings about one certificate: has it expired, or
 * is it not valid yet? Then writes the text of it.
 */
bool audit_is_outdated(const struct audit_certificate *c, int64_t now, char text[AUDIT_TEXT_MAX]);

/*
 * Judge by what clients are judged: the CAs, of which there must be a root, and
 * their CRLs. One that cannot be used is an error where it keeps out clients of
 * its CA, else a warning.
 */
void audit_client_cas(const struct audit_certificate *ca, size_t count, int64_t now,
    audit_report *report, void *arg);
void audit_crls(const struct crl_store_file *crls, int64_t now, audit_report *report, void *arg);

/*
 * Of these findings only what a start puts up with: lists that another one
 * replaces, and clients whom no list covers.
 */
void audit_crl_cover(const struct crl_store_file *crls, int64_t now, audit_report *report,
    void *arg);

/* Judge the names of one that clients do not get without asking for a name of it. */
void audit_names(const struct audit_names *names, audit_report *report, void *arg);

/* Judge what is stapled to this certificate; warned of in the last third of its life. */
void audit_staple(const struct staple_facts *staple, const struct cert_info *leaf, int64_t now,
    audit_report *report, void *arg);

/* Judge who is believed about a client's address: block as of access_believes_all. */
void audit_balancers(const char *block, audit_report *report, void *arg);

#endif
