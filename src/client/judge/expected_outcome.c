/* SPDX-License-Identifier: MIT */
#include "client/judge/expected_outcome.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Layers without their names here cannot be expected. */
#define NAME_LOCAL(name)
#define NAME_RESOLVE(name) name,
#define NAME_CONNECT(name) name,
#define NAME_PROXY(name) name,
#define NAME_STARTTLS(name) name,
#define NAME_HANDSHAKE(name) name,
#define NAME_VERIFY(name) name,
#define NAME_CLIENT(name) name,
#define NAME_GREETING(name) name,
#define NAME_PATH(name) name,
#define NAME_EXPECTED(name)
#define NAME_SERVER(name)

const char *const expected_outcome_names[] = {
	"OK",
#define X(name, status, layer, flags, words, advice) NAME_##layer(#name)
	OUTCOME_LIST(X)
#undef X
	    NULL
};

static bool is_name(const char *name, const char *item, size_t len)
{
	return strlen(name) == len && strncasecmp(name, item, len) == 0;
}

static bool is_allowed(const char *item, size_t len)
{
	for (size_t i = 0; expected_outcome_names[i]; i++) {
		if (is_name(expected_outcome_names[i], item, len))
			return true;
	}
	return false;
}

/* Why the name of an outcome is not allowed; NULL if this is not the name of one. */
static const char *explain(const char *item, size_t len)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome_code code = (enum outcome_code)i;

		if (!is_name(outcome_name(code), item, len))
			continue;
		switch (outcome_layer(code)) {
		case LAYER_LOCAL:
			return "a failure of this machine is never a success";
		case LAYER_SERVER:
			return "only the log of hello-server has this outcome";
		default:
			return "it means that none of the listed outcomes occurred";
		}
	}
	return NULL;
}

static int reject(const char *item, size_t len, struct outcome *oc)
{
	const char *why = explain(item, len);

	outcome_set(oc, OC_USAGE, "invalid --expect-outcome \"%.*s\": %s", len > 40 ? 40 : (int)len,
	    item, why ? why : "expected names of outcomes, such as CERT_EXPIRED");
	outcome_advise(oc, "--expect-outcome CERT_EXPIRED,CERT_REVOKED; hello-client(1), EXIT "
			   "STATUS, lists the names");
	return -1;
}

int expected_outcome_check(const char *list, struct outcome *oc)
{
	for (;;) {
		size_t len = strcspn(list, ",");

		if (!is_allowed(list, len))
			return reject(list, len, oc);
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

bool expected_outcome_is(const char *list, enum outcome_code code)
{
	for (;;) {
		size_t len = strcspn(list, ",");

		if (is_name(outcome_name(code), list, len))
			return true;
		if (!list[len])
			return false;
		list += len + 1;
	}
}

/* Leaves room for the detail. */
enum { LIST_SHOWN = 160 };

void expected_outcome_judge(const char *list, struct outcome *oc)
{
	const struct outcome came = *oc;
	const char *name = outcome_name(came.code);
	bool failed = came.code != OC_OK;
	char shown[LIST_SHOWN];

	if (failed && outcome_layer(came.code) == LAYER_LOCAL)
		return;
	if (expected_outcome_is(list, came.code)) {
		*oc = OUTCOME_NONE;
		if (failed)
			outcome_set(oc, OC_OK, "%s, as expected: %s", name, came.detail);
		return;
	}
	*oc = OUTCOME_NONE;
	outcome_set(oc, OC_OUTCOME_UNEXPECTED, "the outcome was %s, expected %s%s%s", name,
	    text_clean(list, shown, sizeof shown), failed ? ": " : "", came.detail);
	if (failed)
		outcome_advise(oc, "%s", outcome_best_advice(&came));
}
