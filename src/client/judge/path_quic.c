/* SPDX-License-Identifier: MIT */
#include "client/judge/path_quic.h"

#include <stdbool.h>
#include <string.h>

static void find(struct path_findings *f, enum path_finding what, enum path_variant v)
{
	f->list[f->count].what = what;
	f->list[f->count].variant = v;
	f->count++;
}

static bool passes(const struct path_result r[], enum path_variant v)
{
	return path_judge_passes(&r[v]);
}

static bool is_unreached(const struct path_result r[], enum path_variant v)
{
	return path_judge_result(&r[v]) == PATH_UNREACHED;
}

/* Has the variant failed where the plain one is answered? */
static bool breaks(const struct path_result r[], enum path_variant v)
{
	return r[v].ran && path_judge_failed(r, v) && !passes(r, v) && !is_unreached(r, v);
}

static void judge_names(const struct path_result r[], struct path_findings *f)
{
	if (passes(r, PATH_PLAIN)) {
		bool none = breaks(r, PATH_NO_SNI), other = breaks(r, PATH_OTHER_SNI);

		if (none)
			find(f, other ? FITS_LIST : FITS_NO_NAME, PATH_NO_SNI);
		else if (other)
			find(f, FITS_OTHER_NAME, PATH_OTHER_SNI);
		return;
	}
	if (passes(r, PATH_NO_SNI))
		find(f, passes(r, PATH_OTHER_SNI) ? FITS_NAME : FITS_ANY_NAME, PATH_PLAIN);
	else if (passes(r, PATH_OTHER_SNI))
		find(f, FITS_NAME_NOT_NONE, PATH_PLAIN);
}

/* The plain one fails: a variant that passes shows what was wrong with it. */
static void judge_rescues(const struct path_result r[], struct path_findings *f)
{
	enum path_answer plain = path_judge_result(&r[PATH_PLAIN]);

	if (r[PATH_PLAIN].versions[0]) {
		find(f, FITS_NO_VERSION, PATH_PLAIN);
		return;
	}
	judge_names(r, f);
	if (passes(r, PATH_CLASSICAL))
		find(f, FITS_ONE_DATAGRAM, PATH_PLAIN);
	else if (passes(r, PATH_NO_PQ_SIGNATURES))
		find(f, FITS_PQ_SIGNATURES, PATH_PLAIN);
	for (int v = PATH_PLAIN + 1; v < PATH_VERSIONS && f->count == 0; v++) {
		if (passes(r, (enum path_variant)v))
			find(f, FITS_OTHER_HELPS, (enum path_variant)v);
	}
	if (f->count > 0)
		return;
	if (plain == PATH_REFUSED)
		find(f, FITS_ALL_REFUSED, PATH_PLAIN);
	else
		find(f, plain == PATH_STRANGE ? FITS_ALL_STRANGE : FITS_QUIC_NOTHING_HELPS,
		    PATH_PLAIN);
}

/* The plain one is answered: a variant that is not differs from it in one thing. */
static void judge_breaks(const struct path_result r[], struct path_findings *f)
{
	judge_names(r, f);
	if (breaks(r, PATH_CLASSICAL))
		find(f, FITS_CLASSICAL, PATH_CLASSICAL);
	if (breaks(r, PATH_NO_PQ_SIGNATURES))
		find(f, FITS_NO_PQ_SIGNATURES, PATH_NO_PQ_SIGNATURES);
	if (breaks(r, PATH_GREASE))
		find(f, FITS_GREASE, PATH_GREASE);
	else if (breaks(r, PATH_ECH))
		find(f, FITS_ECH, PATH_ECH);
	if (breaks(r, PATH_DATAGRAM_1350))
		find(f, FITS_DATAGRAM, PATH_DATAGRAM_1350);
	else if (breaks(r, PATH_DATAGRAM_1452))
		find(f, FITS_DATAGRAM, PATH_DATAGRAM_1452);
}

static void judge_facts(const struct path_result r[], struct path_findings *f)
{
	if (r[PATH_DATAGRAM_1350].too_long)
		find(f, FITS_PATH_MTU, PATH_DATAGRAM_1350);
	else if (r[PATH_DATAGRAM_1452].too_long)
		find(f, FITS_PATH_MTU, PATH_DATAGRAM_1452);
	if (r[PATH_PLAIN].versions[0])
		return;
	if (passes(r, PATH_VERSIONS))
		find(f, FITS_VERSIONS, PATH_VERSIONS);
	else if (path_judge_result(&r[PATH_VERSIONS]) == PATH_SILENT && passes(r, PATH_PLAIN))
		find(f, FITS_VERSIONS_SILENT, PATH_VERSIONS);
}

static bool has_another_certificate(const struct path_result r[], enum path_variant v)
{
	/* Another name may have another one. */
	return v != PATH_NO_SNI && v != PATH_OTHER_SNI && r[PATH_PLAIN].leaf[0] && r[v].leaf[0] &&
	    strcmp(r[PATH_PLAIN].leaf, r[v].leaf) != 0;
}

static void judge_each(const struct path_result r[], struct path_findings *f)
{
	for (int i = PATH_PLAIN + 1; i < PATH_VARIANTS; i++) {
		enum path_variant v = (enum path_variant)i;

		if (path_judge_failed(r, v) && is_unreached(r, v))
			find(f, FITS_QUIC_REJECTED, v);
		else if (path_judge_failed(r, v) && passes(r, v))
			find(f, FITS_ENDS_OTHERWISE, v);
		if (has_another_certificate(r, v))
			find(f, FITS_ANOTHER_CERT, v);
	}
}

static void judge_remedies(const struct path_result r[], struct path_findings *f)
{
	static const enum path_variant options[] = { PATH_NO_SNI, PATH_CLASSICAL,
		PATH_NO_PQ_SIGNATURES, PATH_GREASE, PATH_ECH };

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		if (!passes(r, PATH_PLAIN) && passes(r, options[i])) {
			find(f, FITS_TRY, options[i]);
			return;
		}
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
	if (is_unreached(r, PATH_PLAIN))
		find(f, FITS_QUIC_UNREACHED, PATH_PLAIN);
	return path_judge_result(&r[PATH_PLAIN]) >= PATH_UNREACHED;
}

void path_quic_conclude(const struct path_result r[PATH_VARIANTS], struct path_findings *out)
{
	bool fits = false;

	if (!r[PATH_PLAIN].quic) {
		path_judge(r, out);
		return;
	}
	out->count = 0;
	if (judge_trouble(r, out))
		return;
	if (passes(r, PATH_PLAIN))
		judge_breaks(r, out);
	else
		judge_rescues(r, out);
	judge_facts(r, out);
	judge_each(r, out);
	for (int v = 0; v < PATH_VARIANTS; v++)
		fits |= path_judge_failed(r, (enum path_variant)v);
	fits |= !passes(r, PATH_PLAIN);
	if (!fits && outcome_layer(r[PATH_PLAIN].code) == LAYER_VERIFY)
		find(out, FITS_CERTIFICATE, PATH_PLAIN);
	else if (!fits)
		find(out, FITS_CLEAN, PATH_PLAIN);
	if (!r[PATH_NO_SNI].ran)
		find(out, FITS_NO_SNI_TRIED, PATH_PLAIN);
	if (fits)
		find(out, FITS_WHERE, PATH_PLAIN);
	judge_remedies(r, out);
}
