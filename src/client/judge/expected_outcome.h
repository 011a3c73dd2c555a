/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_EXPECTED_OUTCOME_H
#define HELLO_CLIENT_JUDGE_EXPECTED_OUTCOME_H

#include <stdbool.h>

#include "base/outcome.h"

/*
 * --expect-outcome: the outcomes that are a success, as a list "NAME,NAME" in any case. Failures of
 * this machine are never among them, nor are outcomes that only hello-server logs. Pure.
 */

/* The names that a list may have; ends with NULL. */
extern const char *const expected_outcome_names[];

/* Returns 0, or -1 with OC_USAGE that shows the invalid name. */
int expected_outcome_check(const char *list, struct outcome *oc);

/* Is code on this list? Needs a list that was checked. */
bool expected_outcome_is(const char *list, enum outcome_code code);

/*
 * Judge the outcome of a probe by the list. An expected failure becomes OC_OK, and the detail names
 * it. An outcome that is not on the list becomes OC_OUTCOME_UNEXPECTED, and the detail shows both.
 * A failure of this machine stays as it is.
 */
void expected_outcome_judge(const char *list, struct outcome *oc);

#endif
