/* SPDX-License-Identifier: MIT */
#include "base/time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* strftime writes years without leading zeros, but RFC 3339 requires four digits. */
static const char *write_time(int64_t t, char between, const char *fraction,
    char buf[TIME_TEXT_MAX])
{
	time_t seconds = (time_t)t;
	struct tm utc;

	if (!gmtime_r(&seconds, &utc))
		snprintf(buf, TIME_TEXT_MAX, "an invalid date");
	else
		snprintf(buf, TIME_TEXT_MAX, "%04lld-%02d-%02d%c%02d:%02d:%02d%sZ",
		    1900LL + utc.tm_year, utc.tm_mon + 1, utc.tm_mday, between, utc.tm_hour,
		    utc.tm_min, utc.tm_sec, fraction);
	return buf;
}

const char *time_text(int64_t t, char buf[TIME_TEXT_MAX])
{
	return write_time(t, ' ', "", buf);
}

const char *time_stamp(int64_t t, char buf[TIME_TEXT_MAX])
{
	return write_time(t, 'T', "", buf);
}

const char *time_stamp_ms(int64_t t, unsigned ms, char buf[TIME_TEXT_MAX])
{
	char fraction[8];

	snprintf(fraction, sizeof fraction, ".%03u", ms % 1000);
	return write_time(t, 'T', fraction, buf);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t days_from_civil(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int64_t time_seconds(const struct tm *utc)
{
	return days_from_civil(utc->tm_year + 1900, utc->tm_mon + 1, utc->tm_mday) * TIME_DAY +
	    utc->tm_hour * TIME_HOUR + utc->tm_min * 60 + utc->tm_sec;
}

bool time_parse(const char *text, int64_t *t)
{
	char whole[TIME_TEXT_MAX], back[TIME_TEXT_MAX];
	struct tm tm = { .tm_mday = 0 };

	if (strlen(text) == strlen("2026-12-01"))
		snprintf(whole, sizeof whole, "%.10s 00:00:00Z", text);
	else
		snprintf(whole, sizeof whole, "%s", text);
	if (strlen(whole) > 10 && whole[10] == 'T')
		whole[10] = ' ';
	if (sscanf(whole, "%4d-%2d-%2d %2d:%2d:%2dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		&tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*t = time_seconds(&tm);
	/*
	 * Rejects dates such as the 30th of February: they do not read the same when
	 * written back.
	 */
	return strcmp(time_text(*t, back), whole) == 0;
}

const char *time_span(int64_t seconds, char buf[TIME_TEXT_MAX])
{
	static const struct {
		int64_t length;
		const char *name;
	} units[] = {
		{ TIME_DAY, "day" },
		{ TIME_HOUR, "hour" },
		{ 60, "minute" },
		{ 1, "second" },
	};
	size_t i = 0;

	if (seconds < 0)
		seconds = -seconds;
	/* At least two of a unit, so that 47 hours do not become "1 day". */
	while (i + 1 < sizeof units / sizeof units[0] && seconds < 2 * units[i].length)
		i++;
	seconds /= units[i].length;
	snprintf(buf, TIME_TEXT_MAX, "%lld %s%s", (long long)seconds, units[i].name,
	    seconds == 1 ? "" : "s");
	return buf;
}

/* what, the point in time, and its distance from now between before and behind. */
static const char *write_phrase(const char *what, int64_t t, const char *before, int64_t now,
    const char *behind, char buf[TIME_PHRASE_MAX])
{
	char when[TIME_TEXT_MAX], span[TIME_TEXT_MAX];

	snprintf(buf, TIME_PHRASE_MAX, "%s %s, %s%s%s", what, time_text(t, when), before,
	    time_span(t - now, span), behind);
	return buf;
}

const char *time_phrase_early(int64_t begin, int64_t now, char buf[TIME_PHRASE_MAX])
{
	return write_phrase("is not valid before", begin, "in ", now, "", buf);
}

const char *time_phrase_valid(int64_t end, int64_t now, char buf[TIME_PHRASE_MAX])
{
	return write_phrase("expires on", end, "in ", now, "", buf);
}

const char *time_phrase_expired(int64_t end, int64_t now, char buf[TIME_PHRASE_MAX])
{
	return write_phrase("expired on", end, "", now, " ago", buf);
}

const char *time_phrase_stale(int64_t end, int64_t now, char buf[TIME_PHRASE_MAX])
{
	return write_phrase("has been stale since", end, "for ", now, "", buf);
}
