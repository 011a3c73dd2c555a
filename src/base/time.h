/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_TIME_H
#define HELLO_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Points in time as text and back (RFC 3339), and spans of time. A point in time is in
 * seconds since 1970, UTC; no function reads the clock or the time zone. All return
 * buf.
 */
enum { TIME_TEXT_MAX = 48 };

/* In seconds. */
enum { TIME_HOUR = 3600, TIME_DAY = 24 * TIME_HOUR };

/* For people: "2026-12-01 08:00:00Z". */
const char *time_text(int64_t t, char buf[TIME_TEXT_MAX]);

/* For machines: "2026-12-01T08:00:00Z". */
const char *time_stamp(int64_t t, char buf[TIME_TEXT_MAX]);

/* With three more digits: "2026-12-01T08:00:00.120Z" for 120 ms. */
const char *time_stamp_ms(int64_t t, unsigned ms, char buf[TIME_TEXT_MAX]);

/* Reads the formats of time_text and time_stamp, or a date alone, which means its midnight. */
bool time_parse(const char *text, int64_t *t);

struct tm;

/* Seconds since 1970 for a broken-down time in UTC. timegm(3) is not in any standard yet. */
int64_t time_seconds(const struct tm *utc);

/*
 * A span in the largest unit of which it contains at least two: "29 days", "36 hours",
 * "12 seconds". The sign of seconds is ignored.
 */
const char *time_span(int64_t seconds, char buf[TIME_TEXT_MAX]);

/*
 * Phrases about a validity period, relative to now; the caller puts the subject first:
 * "is not valid before 2026-12-01 08:00:00Z, in 3 days", "expires on ..., in 3 days",
 * "expired on ..., 3 days ago". Revocation lists and OCSP responses become stale
 * instead: "has been stale since ..., for 3 days".
 */
enum { TIME_PHRASE_MAX = 2 * TIME_TEXT_MAX + 32 };
const char *time_phrase_early(int64_t begin, int64_t now, char buf[TIME_PHRASE_MAX]);
const char *time_phrase_valid(int64_t end, int64_t now, char buf[TIME_PHRASE_MAX]);
const char *time_phrase_expired(int64_t end, int64_t now, char buf[TIME_PHRASE_MAX]);
const char *time_phrase_stale(int64_t end, int64_t now, char buf[TIME_PHRASE_MAX]);

#endif
