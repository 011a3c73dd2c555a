/* SPDX-License-Identifier: MIT */
#include "support/path_vectors.h"

#include <stdbool.h>
#include <string.h>

#include "client/judge/path_quic.h"
#include "support/check_main.h"

const struct path_vector_letter path_vector_letters[] = {
	{ '+', OC_OK },
	{ 'c', OC_CERT_WRONG_NAME },
	{ 'e', OC_CERT_EXPIRED },
	{ 'q', OC_CLIENT_CERT_REQUIRED },
	{ 'g', OC_GREETING_RESET },
	{ 'a', OC_HANDSHAKE_ALERT },
	{ 'p', OC_HANDSHAKE_PARAMETERS },
	{ 'r', OC_HANDSHAKE_RESET },
	{ 'x', OC_HANDSHAKE_CLOSED },
	{ 's', OC_HANDSHAKE_TIMEOUT },
	{ 'n', OC_NOT_TLS },
	{ 'f', OC_HANDSHAKE_FAILED },
	{ 'u', OC_CONNECT_TIMEOUT },
	{ 'd', OC_PROXY_DENIED },
	{ 't', OC_STARTTLS_REFUSED }, /* without a ClientHello */
	{ 'b', OC_STARTTLS_FAILED },  /* after it */
	{ 'i', OC_INTERNAL },
	{ 'm', OC_CONNECT_FAILED },
	{ '-', OC_OK }, /* answered, but not tried: no HelloRetryRequest */
};

const size_t path_vector_letter_count =
    sizeof path_vector_letters / sizeof path_vector_letters[0];

/* The variants that every vector has. */
enum { FIRST_PART = PATH_NO_HEADER + 1, SECOND_PART = PATH_ECH + 1 };

struct path_result results[PATH_VARIANTS];
struct path_findings findings;

static void read_letter(const char *vector, char letter, struct path_result *r)
{
	size_t i = 0;

	while (i < path_vector_letter_count && path_vector_letters[i].letter != letter)
		i++;
	ck_assert_msg(i < path_vector_letter_count, "%s: what is '%c'?", vector, letter);
	r->ran = true;
	r->idle = letter == '-';
	r->too_long = letter == 'm';
	r->code = path_vector_letters[i].code;
	r->hello = letter == 't' ? 0 : 300;
}

void path_vector_read(const char *vector)
{
	const char *at = vector;

	memset(results, 0, sizeof results);
	for (int v = 0; v < PATH_VARIANTS; v++, at++) {
		const bool is_new = v == FIRST_PART || v == SECOND_PART;

		if (is_new && *at == '\0')
			return;
		if (is_new)
			ck_assert_msg(*at++ == ' ', "\"%s\" has no blank", vector);
		ck_assert_msg(*at != '\0', "\"%s\" is too short", vector);
		if (*at == '.')
			continue;
		read_letter(vector, *at, &results[v]);
		results[v].unsteady = at[1] == '!';
		at += results[v].unsteady;
	}
	ck_assert_str_eq(at, "");
	for (int v = 0; v < PATH_VARIANTS; v++)
		results[v].quic = true;
}

void path_vector_expect(const char *vector, const enum path_finding *expected, size_t count)
{
	path_quic_conclude(results, &findings);
	for (size_t i = 0; i < findings.count && i < count; i++)
		ck_assert_msg(findings.list[i].what == expected[i], "%s: finding %zu is %d, not %d",
		    vector, i, findings.list[i].what, expected[i]);
	ck_assert_msg(findings.count == count, "%s: %zu findings, not %zu", vector, findings.count,
	    count);
}
