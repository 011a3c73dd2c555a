/* SPDX-License-Identifier: MIT */
#include "client/output/path_json.h"

#include <jansson.h>

#include "client/judge/path_quic.h"
#include "client/output/json.h"
#include "client/output/path_text.h"

static json_t *bytes(unsigned n)
{
	return n > 0 ? json_integer((json_int_t)n) : json_null();
}

static json_t *variant(enum path_variant v, const struct path_result *r, uint64_t took_us)
{
	const char *option = path_text_option(v);

	return json_pack("{s:s, s:o, s:b, s:s, s:i, s:b, s:o, s:o, s:o}", "variant",
	    path_text_label(v), "option", option ? json_string(option) : json_null(), "tried",
	    !r->idle, "outcome", outcome_name(r->code), "status", outcome_status(r->code),
	    "steady", !r->unsteady, "bytes", bytes(r->hello), "second_bytes", bytes(r->second),
	    "milliseconds", json_real((double)took_us / 1000));
}

static json_t *finding(const struct path_findings *f, size_t i,
    const struct path_result results[], const struct path_text_names *names)
{
	char sentence[PATH_TEXT_MAX];

	return json_pack("{s:s, s:s, s:s}", "finding", path_text_finding(f->list[i].what),
	    "variant", path_text_label(f->list[i].variant), "text",
	    path_text_write(f, i, results, names, sentence));
}

void path_json_print(FILE *to, const struct client_options *o,
    const struct path_table_target *target, const struct path_result results[PATH_VARIANTS],
    const uint64_t took_us[PATH_VARIANTS], const struct outcome *oc)
{
	const struct path_text_names names = { target->sni, path_table_other_name(target->sni),
		!target->through_proxy && !results[PATH_PLAIN].quic };
	json_t *object = json_begin("path_test", o), *variants = json_array();
	json_t *list = json_array();
	struct path_findings findings;
	char peer[ADDR_TEXT_MAX];

	for (int v = 0; v < PATH_VARIANTS; v++) {
		if (results[v].ran)
			json_array_append_new(variants,
			    variant((enum path_variant)v, &results[v], took_us[v]));
	}
	path_quic_conclude(results, &findings);
	for (size_t i = 0; i < findings.count; i++)
		json_array_append_new(list, finding(&findings, i, results, &names));
	json_add_outcome(object, oc);
	json_object_set_new(object, "server_name",
	    target->sni && target->sni[0] ? json_string(target->sni) : json_null());
	json_object_set_new(object, "peer",
	    target->peer.len > 0 ? json_string(addr_format(&target->peer, peer)) : json_null());
	json_object_set_new(object, "through_proxy", json_boolean(target->through_proxy));
	json_object_set_new(object, "variants", variants);
	json_object_set_new(object, "findings", list);
	json_end(to, object);
}
