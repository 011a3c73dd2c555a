/* SPDX-License-Identifier: MIT */
#include "client/output/path_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "client/output/path_sentences.h"

static const struct {
	const char *label, *option;
} variants[PATH_VARIANTS] = {
	[PATH_PLAIN] = { "plain", NULL },
	[PATH_NO_SNI] = { "no SNI", "--no-sni" },
	[PATH_OTHER_SNI] = { "another SNI", NULL },
	[PATH_TLS12] = { "TLS 1.2 alone", "--tls-max 1.2" },
	[PATH_TLS13] = { "TLS 1.3 alone", "--tls-min 1.3" },
	[PATH_CLASSICAL] = { "classical, small", "--hello classical" },
	[PATH_BIG] = { "post-quantum size", "--hello long" },
	[PATH_SPLIT] = { "in two segments", "--hello two-segments" },
	[PATH_ALPN] = { "ALPN http/1.1", "--alpn http/1.1" },
	[PATH_NO_ALPN] = { "no ALPN", NULL },
	[PATH_NO_HEADER] = { "no PROXY header", NULL },
	[PATH_RECORDS] = { "in several records", "--hello records" },
	[PATH_SMALL] = { "in small segments", "--hello small-segments" },
	[PATH_BIG_SMALL] = { "long, small segments", NULL },
	[PATH_CLASSICAL_SPLIT] = { "classical, split", NULL },
	[PATH_RETRY] = { "post-quantum by retry", "--hello retry" },
	[PATH_NO_PQ_SIGNATURES] = { "no PQ signatures", "--hello no-pq-signatures" },
	[PATH_GREASE] = { "GREASE", "--hello grease" },
	[PATH_ECH] = { "ECH GREASE", "--hello ech-grease" },
	[PATH_DATAGRAM_1350] = { "datagrams of 1350", NULL },
	[PATH_DATAGRAM_1452] = { "datagrams of 1452", NULL },
	[PATH_VERSIONS] = { "unknown version", NULL },
};

/* For programs. */
static const char *const finding_names[FITS_COUNT] = {
	[FITS_UNREACHED] = "unreached",
	[FITS_NOT_READY] = "not-ready",
	[FITS_NOTHING_HELPS] = "nothing-helps",
	[FITS_ALL_REFUSED] = "all-refused",
	[FITS_ALL_STRANGE] = "all-strange",
	[FITS_NAME] = "name",
	[FITS_ANY_NAME] = "any-name",
	[FITS_NAME_NOT_NONE] = "name-not-none",
	[FITS_OFFER13] = "offer13",
	[FITS_OFFER12] = "offer12",
	[FITS_SIZE] = "size",
	[FITS_ONE_PACKET] = "one-packet",
	[FITS_SHORT] = "short",
	[FITS_ALPN_WANTED] = "alpn-wanted",
	[FITS_ALPN_DISLIKED] = "alpn-disliked",
	[FITS_HEADER_DISLIKED] = "header-disliked",
	[FITS_FIRST_SEGMENT] = "first-segment",
	[FITS_FIRST_FLIGHT] = "first-flight",
	[FITS_ONE_RECORD] = "one-record",
	[FITS_HOLE] = "hole",
	[FITS_PACKETS] = "packets",
	[FITS_PQ_SIGNATURES] = "pq-signatures",
	[FITS_OTHER_HELPS] = "other-helps",
	[FITS_LIST] = "list",
	[FITS_NO_NAME] = "no-name",
	[FITS_OTHER_NAME] = "other-name",
	[FITS_12] = "no-tls12",
	[FITS_13] = "no-tls13",
	[FITS_CLASSICAL] = "classical",
	[FITS_BIG] = "big",
	[FITS_SPLIT] = "split",
	[FITS_SEGMENTS] = "segments",
	[FITS_ALPN] = "alpn",
	[FITS_NO_ALPN] = "no-alpn",
	[FITS_BIG_HOLE] = "big-hole",
	[FITS_BIG_PACKETS] = "big-packets",
	[FITS_RECORDS] = "records",
	[FITS_SMALL] = "small",
	[FITS_RETRY_FIRST] = "retry-first",
	[FITS_RETRY_SECOND] = "retry-second",
	[FITS_NO_PQ_SIGNATURES] = "no-pq-signatures",
	[FITS_GREASE] = "grease",
	[FITS_ECH] = "ech",
	[FITS_ONLY12] = "only12",
	[FITS_ONLY13] = "only13",
	[FITS_HEADER_NEEDED] = "header-needed",
	[FITS_HEADER_EITHER] = "header-either",
	[FITS_NO_HYBRID] = "no-hybrid",
	[FITS_NO_RETRY] = "no-retry",
	[FITS_ANOTHER_CERT] = "another-cert",
	[FITS_ENDS_OTHERWISE] = "ends-otherwise",
	[FITS_NO_CONNECTION] = "no-connection",
	[FITS_QUIC_UNREACHED] = "quic-unreached",
	[FITS_QUIC_REJECTED] = "quic-rejected",
	[FITS_QUIC_NOTHING_HELPS] = "quic-nothing-helps",
	[FITS_ONE_DATAGRAM] = "one-datagram",
	[FITS_DATAGRAM] = "datagram",
	[FITS_PATH_MTU] = "path-mtu",
	[FITS_NO_VERSION] = "no-version",
	[FITS_VERSIONS] = "versions",
	[FITS_VERSIONS_SILENT] = "versions-silent",
	[FITS_CLEAN] = "clean",
	[FITS_CERTIFICATE] = "certificate",
	[FITS_UNSTEADY] = "unsteady",
	[FITS_NO_SNI_TRIED] = "no-sni-tried",
	[FITS_WHERE] = "where",
	[FITS_TRY] = "try",
};

const char *path_text_label(enum path_variant v)
{
	return variants[v].label;
}

const char *path_text_option(enum path_variant v)
{
	return variants[v].option;
}

const char *path_text_finding(enum path_finding what)
{
	return finding_names[what];
}

static const char *describe_answer(enum path_answer a)
{
	switch (a) {
	case PATH_REFUSED:
		return "is rejected with an alert";
	case PATH_RESET:
		return "is rejected with a reset";
	case PATH_CLOSED:
		return "is rejected by closing the connection";
	case PATH_SILENT:
		return "gets no answer in time";
	default:
		return "gets an answer that is not TLS";
	}
}

/* Room for all options. */
enum { VALUE_MAX = 320 };

static void list_options(const struct path_result results[], char buf[VALUE_MAX])
{
	size_t len = 0;

	for (int v = 0; v < PATH_VARIANTS && len < VALUE_MAX; v++) {
		const char *option = path_text_option((enum path_variant)v);

		if (option && path_judge_passes(&results[v]))
			len += (size_t)snprintf(buf + len, VALUE_MAX - len, "%s%s",
			    len > 0 ? ", " : "", option);
	}
}

/* How to find the hop where the plain one, or else the first variant that fails, ends. */
static void name_trace(const struct path_result results[], const struct path_text_names *names,
    char buf[VALUE_MAX])
{
	const bool plain = path_judge_passes(&results[PATH_PLAIN]);
	const char *option = NULL;

	for (int v = 0; v < PATH_VARIANTS && plain && !option; v++) {
		if (path_judge_failed(results, (enum path_variant)v))
			option = path_text_option((enum path_variant)v);
	}
	buf[0] = '\0';
	if (names->traceable && (!plain || option))
		snprintf(buf, VALUE_MAX, "--trace%s%s finds the hop at which it ends. ",
		    option ? " " : "", option ? option : "");
}

static bool is_key(const char *at, const char *key)
{
	size_t len = strlen(key);

	return strncmp(at, "{", 1) == 0 && strncmp(at + 1, key, len) == 0 && at[len + 1] == '}';
}

/* The text that replaces "{key}"; buf is room for it. */
static const char *fill(const char *at, enum path_finding what, enum path_variant v,
    const struct path_result results[], const struct path_text_names *names, char buf[VALUE_MAX])
{
	if (is_key(at, "how"))
		return describe_answer(path_judge_result(&results[v]));
	if (is_key(at, "how_plain"))
		return describe_answer(path_judge_result(&results[PATH_PLAIN]));
	if (is_key(at, "name"))
		return names->plain;
	if (is_key(at, "other"))
		return names->other;
	if (is_key(at, "variant"))
		return path_text_label(v);
	if (is_key(at, "outcome"))
		return outcome_name(results[v].code);
	if (is_key(at, "versions"))
		return results[v].versions;
	if (is_key(at, "datagram"))
		return v == PATH_DATAGRAM_1350 ? "1350" : "1452";
	if (is_key(at, "trace"))
		name_trace(results, names, buf);
	else if (is_key(at, "options"))
		list_options(results, buf);
	else if (is_key(at, "second"))
		snprintf(buf, VALUE_MAX, "%u", results[PATH_RETRY].second);
	else
		snprintf(buf, VALUE_MAX, "%u", results[what == FITS_SHORT ? PATH_BIG : v].hello);
	return buf;
}

const char *path_text_write(const struct path_findings *f, size_t i,
    const struct path_result results[PATH_VARIANTS], const struct path_text_names *names,
    char buf[PATH_TEXT_MAX])
{
	const char *text = path_sentences[f->list[i].what];
	size_t len = 0;
	char value_buf[VALUE_MAX] = "";

	buf[0] = '\0';
	while (*text && len < PATH_TEXT_MAX - 1) {
		size_t plain = strcspn(text, "{");
		const char *value = "";

		if (text[plain])
			value = fill(text + plain, f->list[i].what, f->list[i].variant, results,
			    names, value_buf);
		len += (size_t)snprintf(buf + len, PATH_TEXT_MAX - len, "%.*s%s", (int)plain, text,
		    value);
		text += plain;
		text += strcspn(text, "}");
		text += *text != '\0';
	}
	return buf;
}
