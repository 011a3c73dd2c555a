/* SPDX-License-Identifier: MIT */
#include "client/output/path_text.h"

#include <stdio.h>
#include <string.h>

static const char *const labels[PATH_VARIANTS] = {
	[PATH_PLAIN] = "plain",
	[PATH_NO_SNI] = "no SNI",
	[PATH_OTHER_SNI] = "another SNI",
	[PATH_TLS12] = "TLS 1.2 alone",
	[PATH_TLS13] = "TLS 1.3 alone",
	[PATH_CLASSICAL] = "classical, so small",
	[PATH_BIG] = "of post-quantum size",
	[PATH_SPLIT] = "in two segments",
	[PATH_ALPN] = "ALPN http/1.1",
	[PATH_NO_ALPN] = "no ALPN",
	[PATH_NO_HEADER] = "no PROXY header",
};

/* In braces: see fill. */
static const char *const sentences[FITS_COUNT] = {
	[FITS_UNREACHED] =
	    "There was no connection to send a ClientHello over. This is about the address, "
	    "the port or a proxy, and nothing is known about what comes after it.",
	[FITS_NOTHING_HELPS] =
	    "The plain ClientHello {how}, and no other fares better: nothing in it makes a "
	    "difference. A service that is down behind a balancer fits, a server that wants a "
	    "PROXY header (--haproxy-protocol v2) or wants none, a firewall that lets "
	    "connections through and no data, one that shuts a client out for a while after "
	    "something that it dislikes, and a path that loses the server's large packets.",
	[FITS_ALL_REFUSED] =
	    "The plain ClientHello {how}, and no other fares better. Whoever answers speaks "
	    "TLS, and dislikes what they have in common.",
	[FITS_ALL_STRANGE] =
	    "The plain ClientHello {how}, and no other fares better. Another service answers "
	    "here, or something that has a page of its own to show.",
	[FITS_NAME] = "A ClientHello for \"{name}\" {how}; for \"{other}\" and without SNI it is "
		      "answered. An SNI filter that forbids this name fits.",
	[FITS_ANY_NAME] =
	    "A ClientHello with SNI, for \"{name}\" as for \"{other}\", {how}; without SNI "
	    "it is answered. An SNI filter with a list of what may pass fits, or a server "
	    "that takes no names.",
	[FITS_NAME_NOT_NONE] =
	    "A ClientHello for \"{name}\" {how}, as without SNI; for \"{other}\" it is "
	    "answered. An SNI filter that forbids this name and wants one fits.",
	[FITS_OFFER13] =
	    "A ClientHello that offers TLS 1.3 {how}; for TLS 1.2 alone it is answered. "
	    "Something that does not know TLS 1.3 fits, or that lets pass only what it can "
	    "look into.",
	[FITS_OFFER12] =
	    "A ClientHello that offers TLS 1.2 {how}; for TLS 1.3 alone it is answered. "
	    "Something that forbids TLS 1.2 fits.",
	[FITS_SIZE] = "A ClientHello of {size} bytes {how}, and a smaller one is answered. "
		      "Something that takes no long ones fits, or that loses or misreads those "
		      "of more than one packet.",
	[FITS_ONE_PACKET] =
	    "In two segments the same ClientHello is answered. So something looks for what "
	    "it dislikes in single packets and does not put them together.",
	[FITS_SHORT] = "A longer ClientHello of {size} bytes is answered, the plain one {how}. "
		       "Something that looks at the first packet alone fits.",
	[FITS_ALPN_WANTED] =
	    "Without ALPN a ClientHello {how}; with http/1.1 it is answered. A server or a "
	    "filter that wants an application protocol fits.",
	[FITS_ALPN_DISLIKED] =
	    "With these protocols in ALPN a ClientHello {how}; without ALPN it is answered. "
	    "A filter for application protocols fits, or a server that has none of them.",
	[FITS_HEADER_DISLIKED] =
	    "With a PROXY header before it a ClientHello {how}; without, it is answered. "
	    "Nobody there expects such a header from this address.",
	[FITS_LIST] =
	    "A ClientHello for \"{other}\" or without SNI {how}; for \"{name}\" it is "
	    "answered. An SNI filter or a balancer with a list of the names that may pass "
	    "fits.",
	[FITS_NO_NAME] =
	    "A ClientHello without SNI {how}; with a name it is answered. A balancer or a "
	    "filter that wants a name fits.",
	[FITS_OTHER_NAME] =
	    "A ClientHello for \"{other}\" {how}; for \"{name}\" and without SNI it is "
	    "answered. An SNI filter with a list of names fits.",
	[FITS_12] = "A ClientHello for TLS 1.2 alone {how}, where an alert should say no. "
		    "Something that forbids TLS 1.2 fits.",
	[FITS_13] = "A ClientHello for TLS 1.3 alone {how}, where an alert should say no. "
		    "Something that does not know TLS 1.3 fits.",
	[FITS_CLASSICAL] =
	    "A ClientHello without a post-quantum key share {how}, where an alert should "
	    "say no. Something that forbids classical key exchange fits.",
	[FITS_BIG] = "A ClientHello of {size} bytes {how}; the plain one is answered, and so is "
		     "one in two segments. Something that takes no long ones fits; "
		     "post-quantum key exchange makes them that long.",
	[FITS_SPLIT] = "A ClientHello in two segments {how}; in one it is answered. Something "
		       "that reads once and takes that for the whole fits.",
	[FITS_SEGMENTS] =
	    "A ClientHello of {size} bytes {how}, and a short one in two segments fails, "
	    "too. Something that wants all of it in one packet fits; post-quantum key "
	    "exchange makes it too long for that.",
	[FITS_ALPN] = "A ClientHello that offers http/1.1 by ALPN {how}; without ALPN it is "
		      "answered. A filter for application protocols fits.",
	[FITS_NO_ALPN] =
	    "A ClientHello without ALPN {how}; with the protocols asked for it is answered. "
	    "A server or a filter that wants an application protocol fits.",
	[FITS_ONLY12] =
	    "TLS 1.3 alone is refused by an alert, so what answers speaks TLS 1.2 only. "
	    "That is a server's way to say so, and no sign of a middlebox.",
	[FITS_ONLY13] =
	    "TLS 1.2 alone is refused by an alert, so what answers speaks TLS 1.3 only. "
	    "That is a server's way to say so, and no sign of a middlebox.",
	[FITS_HEADER_NEEDED] =
	    "Without the PROXY header a ClientHello {how}: the server wants the header from "
	    "this address, and gets it.",
	[FITS_HEADER_EITHER] =
	    "With the PROXY header and without it the ClientHello is answered: the server "
	    "does not insist on it, or something takes it away and makes its own.",
	[FITS_ANOTHER_CERT] =
	    "Variant \"{variant}\" is shown another certificate than the plain one: there "
	    "are several servers, one with several certificates, or something that ends "
	    "TLS for some of the connections.",
	[FITS_ENDS_OTHERWISE] =
	    "Variant \"{variant}\" gets an answer to its ClientHello, but ends as {outcome}, "
	    "other than the plain one.",
	[FITS_NO_CONNECTION] =
	    "Variant \"{variant}\" got no connection ({outcome}). No ClientHello causes that: "
	    "a limit of connections fits, or a path that loses packets.",
	[FITS_CLEAN] = "Every variant is answered: nothing here tells of a middlebox. One that "
		       "lets all of these pass, and one that ends TLS with a certificate that "
		       "is trusted here, cannot be seen so; --compare finds the latter.",
	[FITS_CERTIFICATE] =
	    "Every variant is answered, so none is filtered. What is wrong is the certificate "
	    "({outcome}): the server's own fits, and so does that of something that ends TLS "
	    "on the way. Who issued it tells.",
	[FITS_UNSTEADY] =
	    "Variant \"{variant}\" ended otherwise when it was tried again, alone. So the "
	    "path or the server is not steady, or takes few connections at a time, and the "
	    "differences prove nothing. --parallel 1 tries one after the other.",
	[FITS_NO_SNI_TRIED] =
	    "No SNI was sent, so nothing is known about filters by name; --servername NAME "
	    "tries one.",
	[FITS_WHERE] = "What cannot be known from here: whether it is the server itself or "
		       "something before it. The same test from next to the server tells.",
};

const char *path_text_label(enum path_variant v)
{
	return labels[v];
}

static const char *manner(enum path_answer a)
{
	switch (a) {
	case PATH_REFUSED:
		return "is refused by an alert";
	case PATH_RESET:
		return "is reset";
	case PATH_CLOSED:
		return "is closed without an answer";
	case PATH_SILENT:
		return "gets no answer in time";
	default:
		return "gets an answer that is no TLS";
	}
}

/* What stands for "{key}". */
static const char *fill(const char *key, enum path_finding what, enum path_variant v,
    const struct path_result results[], const struct path_text_names *names, char number[16])
{
	if (strncmp(key, "{how}", 5) == 0)
		return manner(path_judge_answer(results[v].code));
	if (strncmp(key, "{name}", 6) == 0)
		return names->plain;
	if (strncmp(key, "{other}", 7) == 0)
		return names->other;
	if (strncmp(key, "{variant}", 9) == 0)
		return path_text_label(v);
	if (strncmp(key, "{outcome}", 9) == 0)
		return outcome_name(results[v].code);
	snprintf(number, 16, "%u", results[what == FITS_SHORT ? PATH_BIG : v].hello);
	return number;
}

const char *path_text_write(const struct path_findings *f, size_t i,
    const struct path_result results[PATH_VARIANTS], const struct path_text_names *names,
    char buf[PATH_TEXT_MAX])
{
	const char *text = sentences[f->list[i].what];
	size_t len = 0;
	char number[16];

	buf[0] = '\0';
	while (*text && len < PATH_TEXT_MAX - 1) {
		size_t plain = strcspn(text, "{");
		const char *value = "";

		if (text[plain])
			value = fill(text + plain, f->list[i].what, f->list[i].variant, results,
			    names, number);
		len += (size_t)snprintf(buf + len, PATH_TEXT_MAX - len, "%.*s%s", (int)plain, text,
		    value);
		text += plain;
		text += strcspn(text, "}");
		text += *text != '\0';
	}
	return buf;
}
