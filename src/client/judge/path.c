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
	[PATH_RECORDS] = PATH_LATER,
	[PATH_SMALL] = PATH_LATER,
	[PATH_BIG_SMALL] = PATH_LATER,
	[PATH_CLASSICAL_SPLIT] = PATH_LATER,
	[PATH_RETRY] = PATH_LATER,
	[PATH_NO_PQ_SIGNATURES] = PATH_REFUSED,
	[PATH_GREASE] = PATH_LATER,
	[PATH_ECH] = PATH_LATER,
	[PATH_DATAGRAM_1350] = PATH_LATER,
	[PATH_DATAGRAM_1452] = PATH_LATER,
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
	if (!r->ran || r->idle)
		return PATH_UNKNOWN;
	if (r->quic && r->code == OC_CONNECT_TIMEOUT)
		return PATH_SILENT;
	/* The server agreed to TLS, and then answered with something else. */
	if (is_starttls(r) && r->hello > 0)
		return PATH_STRANGE;
	return path_judge_answer(r->code);
}

enum path_answer path_judge_result(const struct path_result *result)
{
	return answer(result);
}

bool path_judge_passes(const struct path_result *result)
{
	return answer(result) <= PATH_LATER;
}

/* The variant got no answer, or was rejected where a good server would not reject it. */
static bool breaks(const struct path_result results[], enum path_variant v)
{
	enum path_answer a = answer(&results[v]), worst = allowed[v];

	/* A server may reject classical key exchange, in whatever segments. */
	if (v == PATH_CLASSICAL_SPLIT && answer(&results[PATH_CLASSICAL]) == PATH_REFUSED)
		worst = PATH_REFUSED;
	return v != PATH_PLAIN && a > worst && a < PATH_UNREACHED;
}

static bool may_end_otherwise(enum path_variant v)
{
	return v == PATH_NO_SNI || v == PATH_OTHER_SNI || v == PATH_ALPN || v == PATH_NO_ALPN ||
	    v == PATH_NO_HEADER;
}

/* The variant was answered, but its outcome differs where it should not. */
static bool ends_otherwise(const struct path_result results[], enum path_variant v)
{
	return path_judge_passes(&results[PATH_PLAIN]) && path_judge_passes(&results[v]) &&
	    !may_end_otherwise(v) && results[v].code != results[PATH_PLAIN].code;
}

/* Over QUIC: a good server may list no versions, and a good path reports its MTU. */
static bool is_fact(const struct path_result results[], enum path_variant v)
{
	return v == PATH_VERSIONS || (v != PATH_PLAIN && results[v].too_long);
}

bool path_judge_failed(const struct path_result results[PATH_VARIANTS], enum path_variant v)
{
	return !is_fact(results, v) &&
	    (answer(&results[v]) == PATH_UNREACHED || breaks(results, v) ||
		ends_otherwise(results, v));
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

/* Is one answered that is about as long as the plain one, in segments of any size? */
static bool passes_as_long(const struct path_result r[])
{
	static const bool shorter[PATH_VARIANTS] = { [PATH_TLS12] = true, [PATH_CLASSICAL] = true,
		[PATH_SMALL] = true, [PATH_BIG_SMALL] = true, [PATH_CLASSICAL_SPLIT] = true,
		[PATH_RETRY] = true };
	bool passes = false;

	for (int v = 0; v < PATH_VARIANTS; v++)
		passes |= !shorter[v] && path_judge_passes(&r[v]);
	return passes;
}

/* A ClientHello for TLS 1.2 alone has no post-quantum key share, so it is small as well. */
static bool passes_as_tls12(const struct path_result r[])
{
	return path_judge_passes(&r[PATH_TLS12]) && !path_judge_passes(&r[PATH_CLASSICAL]);
}

/* The ClientHello fits into one small segment, so only the answer to it was too long. */
static bool loses_answers(const struct path_result r[])
{
	return path_judge_passes(&r[PATH_SMALL]) && r[PATH_SMALL].hello <= PATH_SEGMENT;
}

/* The plain one fails: is it too long, or are its packets? */
static void judge_length(const struct path_result r[], struct path_findings *f)
{
	/* If a short one with TLS 1.3 fails, the version makes a difference as well. */
	bool hole = answer(&r[PATH_PLAIN]) == PATH_SILENT && !passes_as_long(r) &&
	    !(passes_as_tls12(r) && r[PATH_CLASSICAL].ran);

	if (path_judge_passes(&r[PATH_SMALL]))
		find(f, hole ? FITS_HOLE : FITS_PACKETS, PATH_PLAIN);
	else if (!path_judge_passes(&r[PATH_CLASSICAL]))
		return;
	else if (breaks(r, PATH_CLASSICAL_SPLIT))
		find(f, FITS_FIRST_SEGMENT, PATH_PLAIN);
	else if (path_judge_passes(&r[PATH_RETRY]))
		find(f, FITS_FIRST_FLIGHT, PATH_PLAIN);
	else
		find(f, FITS_SIZE, PATH_PLAIN);
}

/* Nothing of it is known to help, so nothing but the variant can be named. */
static void judge_other_rescues(const struct path_result r[], struct path_findings *f)
{
	for (int v = 0; v < PATH_VARIANTS; v++) {
		if (path_judge_passes(&r[v]))
			find(f, FITS_OTHER_HELPS, (enum path_variant)v);
	}
}

/* The plain one fails: a variant that passes shows what was wrong with it. */
static void judge_rescues(const struct path_result r[], struct path_findings *f)
{
	static const struct {
		enum path_variant variant;
		enum path_finding what;
	} others[] = {
		{ PATH_TLS13, FITS_OFFER12 },
		{ PATH_SPLIT, FITS_ONE_PACKET },
		{ PATH_RECORDS, FITS_ONE_RECORD },
		{ PATH_BIG, FITS_SHORT },
		{ PATH_ALPN, FITS_ALPN_WANTED },
		{ PATH_NO_ALPN, FITS_ALPN_DISLIKED },
		{ PATH_NO_HEADER, FITS_HEADER_DISLIKED },
		{ PATH_NO_PQ_SIGNATURES, FITS_PQ_SIGNATURES },
	};
	enum path_answer plain = answer(&r[PATH_PLAIN]);

	find_of_two(f, path_judge_passes(&r[PATH_NO_SNI]), FITS_ANY_NAME,
	    path_judge_passes(&r[PATH_OTHER_SNI]), FITS_NAME_NOT_NONE, FITS_NAME);
	if (passes_as_tls12(r) && !loses_answers(r))
		find(f, FITS_OFFER13, PATH_PLAIN);
	judge_length(r, f);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (path_judge_passes(&r[others[i].variant]))
			find(f, others[i].what, PATH_PLAIN);
	}
	if (f->count == 0)
		judge_other_rescues(r, f);
	if (f->count > 0)
		return;
	if (plain == PATH_REFUSED)
		find(f, FITS_ALL_REFUSED, PATH_PLAIN);
	else
		find(f, plain == PATH_STRANGE ? FITS_ALL_STRANGE : FITS_NOTHING_HELPS, PATH_PLAIN);
}

/* The plain one is answered, but not if it is long, or in two segments, or both. */
static void judge_shapes(const struct path_result r[], struct path_findings *f)
{
	bool big = breaks(r, PATH_BIG), split = breaks(r, PATH_SPLIT);

	/* It is made long by the same kind of extension. */
	if (breaks(r, PATH_GREASE)) {
		find(f, FITS_GREASE, PATH_GREASE);
		big = false;
	} else if (breaks(r, PATH_ECH) && !big) {
		find(f, FITS_ECH, PATH_ECH);
	}
	if (big && path_judge_passes(&r[PATH_BIG_SMALL])) {
		find(f, answer(&r[PATH_BIG]) == PATH_SILENT ? FITS_BIG_HOLE : FITS_BIG_PACKETS,
		    PATH_BIG);
		big = false;
	}
	find_of_two(f, big, FITS_BIG, split, FITS_SPLIT, FITS_SEGMENTS);
	if (!split && breaks(r, PATH_CLASSICAL_SPLIT))
		find(f, FITS_SPLIT, PATH_CLASSICAL_SPLIT);
}

static void judge_small_segments(const struct path_result r[], struct path_findings *f)
{
	enum path_variant v = breaks(r, PATH_SMALL) ? PATH_SMALL : PATH_BIG_SMALL;

	if (!breaks(r, v) || (v == PATH_BIG_SMALL && breaks(r, PATH_BIG)))
		return;
	/* That fails already where only one segment is read. */
	if (r[v].hello <= PATH_SEGMENT || !breaks(r, PATH_SPLIT))
		find(f, FITS_SMALL, v);
}

/* The plain one is answered: a variant that is not differs from it in one thing. */
static void judge_breaks(const struct path_result r[], struct path_findings *f)
{
	static const struct {
		enum path_variant variant;
		enum path_finding what;
	} others[] = {
		{ PATH_RECORDS, FITS_RECORDS },
		{ PATH_TLS12, FITS_12 },
		{ PATH_TLS13, FITS_13 },
		{ PATH_CLASSICAL, FITS_CLASSICAL },
		{ PATH_NO_PQ_SIGNATURES, FITS_NO_PQ_SIGNATURES },
		{ PATH_ALPN, FITS_ALPN },
		{ PATH_NO_ALPN, FITS_NO_ALPN },
	};
	find_of_two(f, breaks(r, PATH_NO_SNI), FITS_NO_NAME, breaks(r, PATH_OTHER_SNI),
	    FITS_OTHER_NAME, FITS_LIST);
	judge_shapes(r, f);
	judge_small_segments(r, f);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (breaks(r, others[i].variant))
			find(f, others[i].what, others[i].variant);
	}
	if (breaks(r, PATH_RETRY))
		find(f, r[PATH_RETRY].second > 0 ? FITS_RETRY_SECOND : FITS_RETRY_FIRST,
		    PATH_RETRY);
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

/* PATH_RETRY was answered, but did not try what it is for. */
static void judge_idle_retry(const struct path_result r[], struct path_findings *f)
{
	bool takes_none = path_judge_passes(&r[PATH_PLAIN]) && !r[PATH_PLAIN].hybrid;

	if (r[PATH_RETRY].ran && r[PATH_RETRY].idle)
		find(f, takes_none ? FITS_NO_HYBRID : FITS_NO_RETRY, PATH_RETRY);
}

/* A single run can send these; FITS_TRY lists all that pass. */
static void judge_remedies(const struct path_result r[], struct path_findings *f)
{
	static const bool has_option[PATH_VARIANTS] = { [PATH_NO_SNI] = true, [PATH_TLS12] = true,
		[PATH_TLS13] = true, [PATH_CLASSICAL] = true, [PATH_BIG] = true,
		[PATH_SPLIT] = true, [PATH_ALPN] = true, [PATH_RECORDS] = true,
		[PATH_SMALL] = true, [PATH_RETRY] = true, [PATH_NO_PQ_SIGNATURES] = true,
		[PATH_GREASE] = true, [PATH_ECH] = true };

	for (int v = 0; v < PATH_VARIANTS && !path_judge_passes(&r[PATH_PLAIN]); v++) {
		if (has_option[v] && path_judge_passes(&r[v])) {
			find(f, FITS_TRY, (enum path_variant)v);
			return;
		}
	}
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
	if (path_judge_passes(&results[PATH_PLAIN]))
		judge_breaks(results, out);
	else
		judge_rescues(results, out);
	fits = out->count > 0;
	if (path_judge_passes(&results[PATH_PLAIN]))
		judge_facts(results, out);
	judge_idle_retry(results, out);
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
	judge_remedies(results, out);
}
