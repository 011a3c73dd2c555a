/* SPDX-License-Identifier: MIT */
#include "client/judge/path.h"

#include <string.h>

/* The worst answer that a good server may give, if it answers the plain one. */
static const enum path_answer allowed[PATH_VARIANTS] = {
	[PATH_NO_SNI] = PATH_REFUSED,
	[PATH_OTHER_SNI] = PATH_REFUSED,
	[PATH_TLS12] = PATH_REFUSED,
	[PATH_TLS13] = PATH_REFUSED,
	[PATH_CLASSICAL] = PATH_REFUSED,
	[PATH_BIG] = PATH_LATER,
	[PATH_SPLIT] = PATH_LATER,
	[PATH_ALPN] = PATH_REFUSED,
	[PATH_NO_ALPN] = PATH_REFUSED,
	[PATH_NO_HEADER] = PATH_STRANGE,
};

/* ---- one result ------------------------------------------------------------------- */

enum path_answer path_judge_answer(enum outcome_code code)
{
	switch (code) {
	case OC_OK:
		return PATH_WELL;
	case OC_HANDSHAKE_ALERT:
	case OC_HANDSHAKE_PARAMETERS:
		return PATH_REFUSED;
	case OC_HANDSHAKE_RESET:
		return PATH_RESET;
	case OC_HANDSHAKE_CLOSED:
		return PATH_CLOSED;
	case OC_HANDSHAKE_TIMEOUT:
		return PATH_SILENT;
	case OC_KEY_EXCHANGE_CLASSICAL:
		return PATH_LATER;
	default:
		break;
	}
	switch (outcome_layer(code)) {
	case LAYER_RESOLVE:
	case LAYER_CONNECT:
	case LAYER_PROXY:
	case LAYER_STARTTLS:
		return PATH_UNREACHED;
	case LAYER_HANDSHAKE:
		return PATH_STRANGE;
	case LAYER_VERIFY:
	case LAYER_CLIENT:
	case LAYER_GREETING:
	case LAYER_PATH:
		return PATH_LATER;
	default:
		return PATH_UNKNOWN;
	}
}

static bool is_starttls(const struct path_result *r)
{
	return outcome_layer(r->code) == LAYER_STARTTLS;
}

static enum path_answer answer(const struct path_result *r)
{
	if (!r->ran)
		return PATH_UNKNOWN;
	/* The server agreed to TLS, and then answered with something else. */
	if (is_starttls(r) && r->hello > 0)
		return PATH_STRANGE;
	return path_judge_answer(r->code);
}

/* The handshake was answered, and not rejected. */
static bool passes(const struct path_result *r)
{
	return answer(r) <= PATH_LATER;
}

/* The variant got no answer, or was rejected where a good server would not reject it. */
static bool breaks(const struct path_result results[], enum path_variant v)
{
	enum path_answer a = answer(&results[v]);

	return v != PATH_PLAIN && a > allowed[v] && a < PATH_UNREACHED;
}

static bool may_end_otherwise(enum path_variant v)
{
	return v == PATH_NO_SNI || v == PATH_OTHER_SNI || v == PATH_ALPN || v == PATH_NO_ALPN ||
	    v == PATH_NO_HEADER;
}

/* The variant was answered, but its outcome differs where it should not. */
static bool ends_otherwise(const struct path_result results[], enum path_variant v)
{
	return passes(&results[PATH_PLAIN]) && passes(&results[v]) && !may_end_otherwise(v) &&
	    results[v].code != results[PATH_PLAIN].code;
}

bool path_judge_failed(const struct path_result results[PATH_VARIANTS], enum path_variant v)
{
	return answer(&results[v]) == PATH_UNREACHED || breaks(results, v) ||
	    ends_otherwise(results, v);
}

enum outcome_code path_judge_verdict(const struct path_result results[PATH_VARIANTS])
{
	enum outcome_code worst = results[PATH_PLAIN].code;
	unsigned most = 0;

	if (worst != OC_OK)
		return worst;
	for (int v = 0; v < PATH_VARIANTS; v++) {
		unsigned n = 0;

		if (!path_judge_failed(results, (enum path_variant)v))
			continue;
		for (int w = 0; w < PATH_VARIANTS; w++)
			n += path_judge_failed(results, (enum path_variant)w) &&
			    results[w].code == results[v].code;
		if (n > most ||
		    (n == most && outcome_status(results[v].code) < outcome_status(worst))) {
			worst = results[v].code;
			most = n;
		}
	}
	return worst;
}

/* ---- all of them ------------------------------------------------------------------ */

static void find(struct path_findings *f, enum path_finding what, enum path_variant v)
{
	f->list[f->count].what = what;
	f->list[f->count].variant = v;
	f->count++;
}

/* The variant whose failure a finding is about. */
static enum path_variant about(enum path_finding what)
{
	switch (what) {
	case FITS_LIST:
	case FITS_NO_NAME:
		return PATH_NO_SNI;
	case FITS_OTHER_NAME:
		return PATH_OTHER_SNI;
	case FITS_BIG:
	case FITS_SEGMENTS:
		return PATH_BIG;
	case FITS_SPLIT:
		return PATH_SPLIT;
	default:
		return PATH_PLAIN;
	}
}

/* For two variants that mean more together than each alone. */
static void find_of_two(struct path_findings *f, bool one, enum path_finding of_one, bool other,
    enum path_finding of_other, enum path_finding of_both)
{
	if (one && other)
		find(f, of_both, about(of_both));
	else if (one || other)
		find(f, one ? of_one : of_other, about(one ? of_one : of_other));
}

/* The plain one fails: a variant that passes shows what was wrong with it. */
static void judge_rescues(const struct path_result r[], struct path_findings *f)
{
	static const struct {
		enum path_variant variant;
		enum path_finding what;
	} others[] = {
		{ PATH_CLASSICAL, FITS_SIZE },
		{ PATH_TLS13, FITS_OFFER12 },
		{ PATH_SPLIT, FITS_ONE_PACKET },
		{ PATH_BIG, FITS_SHORT },
		{ PATH_ALPN, FITS_ALPN_WANTED },
		{ PATH_NO_ALPN, FITS_ALPN_DISLIKED },
		{ PATH_NO_HEADER, FITS_HEADER_DISLIKED },
	};
	enum path_answer plain = answer(&r[PATH_PLAIN]);

	find_of_two(f, passes(&r[PATH_NO_SNI]), FITS_ANY_NAME, passes(&r[PATH_OTHER_SNI]),
	    FITS_NAME_NOT_NONE, FITS_NAME);
	/* A ClientHello for TLS 1.2 alone has no post-quantum key share, so it is small as well. */
	if (passes(&r[PATH_TLS12]) && !passes(&r[PATH_CLASSICAL]))
		find(f, FITS_OFFER13, PATH_PLAIN);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (passes(&r[others[i].variant]))
			find(f, others[i].what, PATH_PLAIN);
	}
	if (f->count > 0)
		return;
	if (plain == PATH_REFUSED)
		find(f, FITS_ALL_REFUSED, PATH_PLAIN);
	else
		find(f, plain == PATH_STRANGE ? FITS_ALL_STRANGE : FITS_NOTHING_HELPS, PATH_PLAIN);
}

/* The plain one is answered: a variant that is not differs from it in one thing. */
static void judge_breaks(const struct path_result r[], struct path_findings *f)
{
	static const struct {
		enum path_variant variant;
		enum path_finding what;
	} others[] = {
		{ PATH_TLS12, FITS_12 },
		{ PATH_TLS13, FITS_13 },
		{ PATH_CLASSICAL, FITS_CLASSICAL },
		{ PATH_ALPN, FITS_ALPN },
		{ PATH_NO_ALPN, FITS_NO_ALPN },
	};
	find_of_two(f, breaks(r, PATH_NO_SNI), FITS_NO_NAME, breaks(r, PATH_OTHER_SNI),
	    FITS_OTHER_NAME, FITS_LIST);
	find_of_two(f, breaks(r, PATH_BIG), FITS_BIG, breaks(r, PATH_SPLIT), FITS_SPLIT,
	    FITS_SEGMENTS);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (breaks(r, others[i].variant))
			find(f, others[i].what, others[i].variant);
	}
}

/* What a good server may do as well. */
static void judge_facts(const struct path_result r[], struct path_findings *f)
{
	enum path_answer header = answer(&r[PATH_NO_HEADER]);

	if (answer(&r[PATH_TLS13]) == PATH_REFUSED)
		find(f, FITS_ONLY12, PATH_TLS13);
	if (answer(&r[PATH_TLS12]) == PATH_REFUSED)
		find(f, FITS_ONLY13, PATH_TLS12);
	if (header <= PATH_LATER)
		find(f, FITS_HEADER_EITHER, PATH_NO_HEADER);
	else if (header < PATH_UNREACHED)
		find(f, FITS_HEADER_NEEDED, PATH_NO_HEADER);
}

static void judge_each(const struct path_result r[], struct path_findings *f)
{
	const char *leaf = r[PATH_PLAIN].leaf;

	for (int i = PATH_PLAIN + 1; i < PATH_VARIANTS; i++) {
		enum path_variant v = (enum path_variant)i;

		if (answer(&r[v]) == PATH_UNREACHED)
			find(f, FITS_NO_CONNECTION, v);
		else if (ends_otherwise(r, v))
			find(f, FITS_ENDS_OTHERWISE, v);
		/* Another name may have another certificate. */
		if (v != PATH_NO_SNI && v != PATH_OTHER_SNI && leaf[0] && r[v].leaf[0] &&
		    strcmp(leaf, r[v].leaf) != 0)
			find(f, FITS_ANOTHER_CERT, v);
	}
}

/* Returns true when there is nothing more to conclude. */
static bool judge_trouble(const struct path_result r[], struct path_findings *f)
{
	for (int v = 0; v < PATH_VARIANTS; v++) {
		if (r[v].ran && r[v].unsteady) {
			find(f, FITS_UNSTEADY, (enum path_variant)v);
			return true;
		}
	}
	if (answer(&r[PATH_PLAIN]) == PATH_UNREACHED)
		find(f, is_starttls(&r[PATH_PLAIN]) ? FITS_NOT_READY : FITS_UNREACHED, PATH_PLAIN);
	return answer(&r[PATH_PLAIN]) >= PATH_UNREACHED;
}

void path_judge(const struct path_result results[PATH_VARIANTS], struct path_findings *out)
{
	bool fits;

	out->count = 0;
	if (judge_trouble(results, out))
		return;
	if (passes(&results[PATH_PLAIN]))
		judge_breaks(results, out);
	else
		judge_rescues(results, out);
	fits = out->count > 0;
	if (passes(&results[PATH_PLAIN]))
		judge_facts(results, out);
	judge_each(results, out);
	for (int v = 0; v < PATH_VARIANTS && !fits; v++)
		fits = path_judge_failed(results, (enum path_variant)v);
	if (!fits && outcome_layer(results[PATH_PLAIN].code) == LAYER_VERIFY)
		find(out, FITS_CERTIFICATE, PATH_PLAIN);
	else if (!fits)
		find(out, FITS_CLEAN, PATH_PLAIN);
	if (!results[PATH_NO_SNI].ran)
		find(out, FITS_NO_SNI_TRIED, PATH_PLAIN);
	if (fits)
		find(out, FITS_WHERE, PATH_PLAIN);
}
