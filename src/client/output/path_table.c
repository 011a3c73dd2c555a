/* SPDX-License-Identifier: MIT */
#include "client/output/path_table.h"

#include <string.h>
#include <strings.h>

#include "client/output/path_text.h"
#include "client/output/terminal.h"

/* Columns. */
enum { VARIANT = 22, REASON = 27 };

/* RFC 6761 section 6.5: examples are nobody's, and resolve. */
const char *pathtable_other_name(const char *sni)
{
	return strcasecmp(sni, "example.com") == 0 ? "example.net" : "example.com";
}

static void print_row(FILE *to, enum path_variant v, const struct path_result *r, uint64_t took_us)
{
	char ms[SCREEN_MS_MAX], bytes[16] = "-";

	if (r->hello > 0)
		snprintf(bytes, sizeof bytes, "%u", r->hello);
	fprintf(to, "%-*s", VARIANT, pathwords_label(v));
	if (r->code == OC_OK)
		fprintf(to, "%-*s", REASON, "OK");
	else
		screen_print_bad(to, outcome_name(r->code), REASON);
	fprintf(to, "%6s %8s%s\n", bytes, screen_ms(took_us, ms), r->unsteady ? "  not again" : "");
}

void pathtable_print(FILE *to, const struct pathtable_target *target,
    const struct path_result results[PATH_VARIANTS], const uint64_t took_us[PATH_VARIANTS])
{
	const struct pathwords_names names = { target->sni, pathtable_other_name(target->sni) };
	char at[ADDR_TEXT_MAX], sentence[PATHWORDS_MAX];
	struct path_findings findings;

	fprintf(to, "%s %s", target->host, target->port);
	if (target->peer.len > 0)
		fprintf(to, " %s %s", target->through_proxy ? "through the proxy" : "at",
		    addr_format(&target->peer, at));
	fprintf(to, "\n\n%-*s%-*s%6s %8s\n", VARIANT, "CLIENTHELLO", REASON, "OUTCOME", "BYTES",
	    "MS");
	for (int v = 0; v < PATH_VARIANTS; v++) {
		if (results[v].ran)
			print_row(to, (enum path_variant)v, &results[v], took_us[v]);
	}
	fputc('\n', to);
	pathjudge(results, &findings);
	for (size_t i = 0; i < findings.count; i++)
		screen_print_wrapped(to, pathwords_say(&findings, i, results, &names, sentence), 0);
}
