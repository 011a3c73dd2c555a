/* SPDX-License-Identifier: MIT */
#include "client/services/http_status.h"

#include "support/check_main.h"

START_TEST(test_lists)
{
	static const struct {
		const char *list;
		unsigned status;
		bool fits;
	} rows[] = {
		{ NULL, 200, true },
		{ NULL, 499, true },
		{ NULL, 500, false },
		{ "200", 200, true },
		{ "200", 201, false },
		{ "200-299", 200, true },
		{ "200-299", 299, true },
		{ "200-299", 300, false },
		{ "404,200-299,503", 404, true },
		{ "404,200-299,503", 250, true },
		{ "404,200-299,503", 503, true },
		{ "404,200-299,503", 500, false },
	};

	struct outcome none = OUTCOME_NONE;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].list)
			ck_assert_int_eq(http_status_check("--x", rows[i].list, &none), 0);
		ck_assert_msg(http_status_fits(rows[i].list, rows[i].status) == rows[i].fits,
		    "%s: %u", rows[i].list ? rows[i].list : "-", rows[i].status);
	}
}
END_TEST

START_TEST(test_what_is_no_list)
{
	static const char *const lists[] = { "", "2", "20", "2000", "099", "ok", "200,", ",200",
		"200-", "-200", "299-200", "200 ,201", "200-299-399", "2xx", "+20" };

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		struct outcome oc = OUTCOME_NONE;

		ck_assert_msg(http_status_check("--x", lists[i], &oc) == -1, "%s", lists[i]);
		ck_assert_outcome(&oc, OC_USAGE, "invalid --x");
		ck_assert_outcome(&oc, OC_USAGE, lists[i]);
	}
}
END_TEST

CHECK_MAIN("http_status", test_lists, test_what_is_no_list)
