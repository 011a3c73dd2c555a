/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_PATH_VECTORS_H
#define HELLO_TESTS_PATH_VECTORS_H

#include <stddef.h>

#include "client/judge/path.h"

/*
 * Results of --path-test as text: a letter for each variant, in their order. The first eleven are
 * plain, no SNI, another SNI, 1.2, 1.3, classical, big, split, ALPN, no ALPN, no header. The others
 * may follow, after a blank: records, small, big and small, classical and split, retry, no PQ
 * signatures, GREASE, ECH. With those of QUIC behind another blank (datagrams of 1350 and 1452,
 * versions), all is over QUIC. '.' was not tried; '!' behind a letter: it was not steady; 'm': too
 * long for the path.
 */
struct path_vector_letter {
	char letter;
	enum outcome_code code;
};

extern const struct path_vector_letter path_vector_letters[];
extern const size_t path_vector_letter_count;

/* Of the last vector. */
extern struct path_result results[PATH_VARIANTS];
extern struct path_findings findings;

void path_vector_read(const char *vector);

/* The findings have to be these, and no others, in this order. */
void path_vector_expect(const char *vector, const enum path_finding *expected, size_t count);

#define EXPECT(vector, verdict, ...) \
	do { \
		const enum path_finding expected[] = { __VA_ARGS__ }; \
		path_vector_read(vector); \
		path_vector_expect(vector, expected, sizeof expected / sizeof expected[0]); \
		ck_assert_msg(path_judge_verdict(results) == (verdict), "%s: verdict %s", vector, \
		    outcome_name(path_judge_verdict(results))); \
	} while (0)

#endif
