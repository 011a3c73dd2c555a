/* SPDX-License-Identifier: MIT */
/*
 * Lines of a command line: a target, then --service, --expect-status, PORT. What is taken fits, and
 * what is refused is refused in one clean sentence.
 */
#include "fuzz/target.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "client/services/http_status.h"
#include "client/services/target.h"

static bool is_visible(const char *text)
{
	for (; *text; text++) {
		if (!isgraph((unsigned char)*text) || *text == '#')
			return false;
	}
	return true;
}

static void check_choice(const struct service_target *target, const struct service_row *option,
    const char *only_hello, const char *text)
{
	struct outcome oc = OUTCOME_NONE;
	struct service_choice choice = { .service = NULL };
	char port[ADDR_PORT_MAX];

	snprintf(port, sizeof port, "%s", target->port[0] ? target->port : text);
	if (service_choose(target, option, only_hello, port, &choice, &oc) != 0) {
		fuzz_expect(oc.code == OC_USAGE);
		return;
	}
	fuzz_expect(choice.service && port[0] && service_from_name(choice.from)[0]);
	fuzz_expect(!target->service || choice.service == target->service);
	fuzz_expect(!only_hello || choice.service->talk == TALK_HELLO);
}

static const struct service_row *check_option(const char *name)
{
	struct outcome oc = OUTCOME_NONE;
	const struct service_row *option = name ? service_named("--service", name, &oc) : NULL;

	fuzz_expect(!name || (option != NULL) == (oc.code == OC_OK));
	return option;
}

static void check_statuses(const char *list)
{
	struct outcome oc = OUTCOME_NONE;
	bool taken = http_status_check("--expect-status", list, &oc) == 0;
	unsigned fit = 0;

	fuzz_expect(taken == (oc.code == OC_OK));
	for (unsigned status = 100; status <= 999; status++)
		fit += http_status_fits(taken ? list : NULL, status);
	fuzz_expect(fit > 0 && fit <= 900 && (taken || fit == 400));
}

static void check_name(const char *line, const char *port)
{
	struct outcome oc = OUTCOME_NONE;
	char host[ADDR_HOST_MAX];

	if (service_target_name(line, port, host, &oc) == 0)
		fuzz_expect(!port && strcspn(host, "/") == strlen(host));
	else
		fuzz_expect(oc.code == OC_USAGE);
}

static void check_url(const struct service_target *target)
{
	char url[SERVICE_URL_MAX];
	bool literal = strchr(target->host, ':');

	service_url("tls", target->host, "1", url);
	fuzz_expect(strncmp(url, "tls://", 6) == 0 && (url[6] == '[') == literal);
	fuzz_expect(strcmp(url + strlen(url) - 2, ":1") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome oc = OUTCOME_NONE;
	char *text = fuzz_text(data, size), *rest = text, *line = strsep(&rest, "\n");
	const char *service = strsep(&rest, "\n"), *list = strsep(&rest, "\n");
	const char *port = strsep(&rest, "\n");
	const struct service_row *option = check_option(service);
	struct service_target target;

	if (list)
		check_statuses(list);
	check_name(line, port);
	if (service_target_parse(line, &target, &oc) != 0) {
		fuzz_expect(oc.code == OC_USAGE);
	} else {
		check_url(&target);
		fuzz_expect(!target.path[0] || (target.path[0] == '/' && is_visible(target.path)));
		check_choice(&target, option, NULL, port ? port : "");
		check_choice(&target, option, "compare", port ? port : "");
	}
	free(text);
	return 0;
}
