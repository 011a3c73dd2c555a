/* SPDX-License-Identifier: MIT */
#include "client/output/path_table.h"

#include <string.h>
#include <strings.h>

#include "client/judge/path_quic.h"
#include "client/output/path_text.h"
#include "client/output/terminal.h"

/* Columns. */
enum { VARIANT = 23, REASON = 26, BYTES = 9 };

/* RFC 6761 section 6.5 reserves example names, and they resolve. */
const char *path_table_other_name(const char *sni)
{
	return strcasecmp(sni, "example.com") == 0 ? "example.net" : "example.com";
}

static void print_bytes(FILE *to, const struct path_result *r)
{
	char bytes[16] = "-";

	if (r->second > 0)
		snprintf(bytes, sizeof bytes, "%u+%u", r->hello, r->second);
	else if (r->hello > 0)
		snprintf(bytes, sizeof bytes, "%u", r->hello);
	fprintf(to, "%*s", BYTES, bytes);
}

static void print_row(FILE *to, enum path_variant v, const struct path_result *r, uint64_t took_us)
{
	char ms[TERMINAL_MS_MAX];

	fprintf(to, "%-*s", VARIANT, path_text_label(v));
	if (r->idle)
		fprintf(to, "%-*s", REASON, "not tried");
	else if (r->code == OC_OK)
		fprintf(to, "%-*s", REASON, "OK");
	else
		terminal_print_bad(to, outcome_name(r->code), REASON);
	if (!r->quic)
		print_bytes(to, r);
	fprintf(to, " %8s%s\n", terminal_ms(took_us, ms), r->unsteady ? "  unsteady" : "");
}

void path_table_print(FILE *to, const struct path_table_target *target,
    const struct path_result results[PATH_VARIANTS], const uint64_t took_us[PATH_VARIANTS])
{
	const struct path_text_names names = { target->sni, path_table_other_name(target->sni),
		!target->through_proxy && !results[PATH_PLAIN].quic };
	char at[ADDR_TEXT_MAX], sentence[PATH_TEXT_MAX];
	struct path_findings findings;

	fprintf(to, "%s %s", target->host, target->port);
	if (target->peer.len > 0)
		fprintf(to, " %s %s", target->through_proxy ? "through the proxy" : "at",
		    addr_format(&target->peer, at));
	fprintf(to, "\n\n%-*s%-*s", VARIANT, "CLIENTHELLO", REASON, "OUTCOME");
	/* Over QUIC the ClientHello is in packets, whose length says nothing about its own. */
	if (!results[PATH_PLAIN].quic)
		fprintf(to, "%*s", BYTES, "BYTES");
	fprintf(to, " %8s\n", "MS");
	for (int v = 0; v < PATH_VARIANTS; v++) {
		if (results[v].ran)
			print_row(to, (enum path_variant)v, &results[v], took_us[v]);
	}
	fputc('\n', to);
	path_quic_conclude(results, &findings);
	for (size_t i = 0; i < findings.count; i++)
		terminal_print_wrapped(to, path_text_write(&findings, i, results, &names, sentence),
		    0);
}
