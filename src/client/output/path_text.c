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
	[PATH_CLASSICAL] = "classical, small",
	[PATH_BIG] = "post-quantum size",
	[PATH_SPLIT] = "in two segments",
	[PATH_ALPN] = "ALPN http/1.1",
	[PATH_NO_ALPN] = "no ALPN",
	[PATH_NO_HEADER] = "no PROXY header",
};

/* fill replaces what is in braces. */
static const char *const sentences[FITS_COUNT] = {
	[FITS_UNREACHED] =
	    "No connection was made, so no ClientHello could be sent. The cause is the address, "
	    "the port or a proxy; nothing is known about what comes after it.",
	[FITS_NOT_READY] =
	    "The service did not start TLS ({outcome}), so no ClientHello was sent, and this test "
	    "shows nothing about the path.",
	[FITS_NOTHING_HELPS] =
	    "The plain ClientHello {how}, and no variant does better: nothing in it makes a "
	    "difference. Possible causes: a service that is down behind a balancer; a server that "
	    "requires a PROXY header (--haproxy-protocol v2), or does not expect one; a firewall "
	    "that lets connections through but no data; one that blocks a client for a while "
	    "after a rejected ClientHello; a path that loses the server's large packets.",
	[FITS_ALL_REFUSED] =
	    "The plain ClientHello {how}, and no variant does better. The peer speaks TLS, and "
	    "rejects something that all variants have in common.",
	[FITS_ALL_STRANGE] =
	    "The plain ClientHello {how}, and no variant does better. Another service answers "
	    "here, or a device that shows a page of its own.",
	[FITS_NAME] =
	    "A ClientHello for \"{name}\" {how}; for \"{other}\" and without SNI it is answered. "
	    "An SNI filter that blocks this name does this.",
	[FITS_ANY_NAME] =
	    "A ClientHello with SNI, for \"{name}\" and for \"{other}\", {how}; without SNI it is "
	    "answered. An SNI filter with a list of allowed names does this, or a server that "
	    "accepts no names.",
	[FITS_NAME_NOT_NONE] =
	    "A ClientHello for \"{name}\" or without SNI {how}; for \"{other}\" it is answered. "
	    "An SNI filter that blocks this name and requires SNI does this.",
	[FITS_OFFER13] =
	    "A ClientHello that offers TLS 1.3 {how}; for TLS 1.2 alone it is answered. Something "
	    "that does not know TLS 1.3 does this, or something that lets through only what it "
	    "can inspect.",
	[FITS_OFFER12] =
	    "A ClientHello that offers TLS 1.2 {how}; for TLS 1.3 alone it is answered. Something "
	    "that blocks TLS 1.2 does this.",
	[FITS_SIZE] =
	    "A ClientHello of {size} bytes {how}; a smaller one is answered. Something that "
	    "rejects long ones does this, or something that loses or misreads those of more than "
	    "one packet.",
	[FITS_ONE_PACKET] =
	    "In two segments the same ClientHello is answered. So something inspects single "
	    "packets and does not reassemble them.",
	[FITS_SHORT] =
	    "A longer ClientHello of {size} bytes is answered, the plain one {how}. Something "
	    "that inspects only the first packet does this.",
	[FITS_ALPN_WANTED] =
	    "Without ALPN a ClientHello {how}; with http/1.1 it is answered. A server or a filter "
	    "that requires an application protocol does this.",
	[FITS_ALPN_DISLIKED] =
	    "With these protocols in ALPN a ClientHello {how}; without ALPN it is answered. A "
	    "filter for application protocols does this, or a server that supports none of them.",
	[FITS_HEADER_DISLIKED] =
	    "With a PROXY header before it a ClientHello {how}; without the header it is "
	    "answered. The server does not expect a PROXY header from this address.",
	[FITS_LIST] =
	    "A ClientHello for \"{other}\" or without SNI {how}; for \"{name}\" it is answered. "
	    "An SNI filter or a balancer with a list of allowed names does this.",
	[FITS_NO_NAME] =
	    "A ClientHello without SNI {how}; with a name it is answered. A balancer or a filter "
	    "that requires a name does this.",
	[FITS_OTHER_NAME] =
	    "A ClientHello for \"{other}\" {how}; for \"{name}\" and without SNI it is answered. "
	    "An SNI filter with a list of names does this.",
	[FITS_12] =
	    "A ClientHello for TLS 1.2 alone {how}, where a server would send an alert. Something "
	    "that blocks TLS 1.2 does this.",
	[FITS_13] =
	    "A ClientHello for TLS 1.3 alone {how}, where a server would send an alert. Something "
	    "that does not know TLS 1.3 does this.",
	[FITS_CLASSICAL] =
	    "A ClientHello without a post-quantum key share {how}, where a server would send an "
	    "alert. Something that blocks classical key exchange does this.",
	[FITS_BIG] =
	    "A ClientHello of {size} bytes {how}; the plain one is answered, also in two "
	    "segments. Something that rejects long ones does this; post-quantum key exchange "
	    "makes them that long.",
	[FITS_SPLIT] =
	    "A ClientHello in two segments {how}; in one it is answered. Something that reads "
	    "only once, and takes the first segment for the whole, does this.",
	[FITS_SEGMENTS] =
	    "A ClientHello of {size} bytes {how}, and a short one in two segments fails too. "
	    "Something that requires all of it in one packet does this; post-quantum key exchange "
	    "makes it too long for one.",
	[FITS_ALPN] =
	    "A ClientHello that offers http/1.1 by ALPN {how}; without ALPN it is answered. A "
	    "filter for application protocols does this.",
	[FITS_NO_ALPN] =
	    "A ClientHello without ALPN {how}; with the protocols of --alpn it is answered. A "
	    "server or a filter that requires an application protocol does this.",
	[FITS_ONLY12] =
	    "TLS 1.3 alone is rejected with an alert, so the peer speaks TLS 1.2 only. A server "
	    "reports this in the same way, so it is no sign of a middlebox.",
	[FITS_ONLY13] =
	    "TLS 1.2 alone is rejected with an alert, so the peer speaks TLS 1.3 only. A server "
	    "reports this in the same way, so it is no sign of a middlebox.",
	[FITS_HEADER_NEEDED] =
	    "Without the PROXY header a ClientHello {how}: the server requires the header from "
	    "this address, and --haproxy-protocol sends it.",
	[FITS_HEADER_EITHER] =
	    "With the PROXY header and without it the ClientHello is answered: the server does "
	    "not require it, or something removes it and adds its own.",
	[FITS_ANOTHER_CERT] =
	    "Variant \"{variant}\" received another certificate than the plain one: there are "
	    "several servers, or one with several certificates, or something terminates TLS for "
	    "some of the connections.",
	[FITS_ENDS_OTHERWISE] =
	    "Variant \"{variant}\" received an answer to its ClientHello, but ended as {outcome}, "
	    "unlike the plain one.",
	[FITS_NO_CONNECTION] =
	    "Variant \"{variant}\" did not get as far as its ClientHello ({outcome}). No "
	    "ClientHello causes that: the number of connections is limited, or the path loses "
	    "packets.",
	[FITS_CLEAN] =
	    "Every variant is answered: there is no sign of a middlebox. This test cannot find "
	    "one that lets all variants through, or one that terminates TLS with a certificate "
	    "that is trusted here; --compare finds the latter.",
	[FITS_CERTIFICATE] =
	    "Every variant is answered, so none is filtered. The certificate is at fault "
	    "({outcome}). It comes from the server, or from something on the path that terminates "
	    "TLS; its issuer shows which.",
	[FITS_UNSTEADY] =
	    "Variant \"{variant}\" ended differently when it was tried again, alone. So the path "
	    "or the server is unsteady, or accepts only a few connections at a time, and the "
	    "differences prove nothing. --parallel 1 tries one variant after the other.",
	[FITS_NO_SNI_TRIED] =
	    "No SNI was sent, so nothing is known about filters by name; --servername NAME tries "
	    "one.",
	[FITS_WHERE] =
	    "What cannot be known from here: whether the server itself does this, or something in "
	    "front of it. Run the same test next to the server to find out.",
};

const char *path_text_label(enum path_variant v)
{
	return labels[v];
}

static const char *describe_answer(enum path_answer a)
{
	switch (a) {
	case PATH_REFUSED:
		return "is rejected with an alert";
	case PATH_RESET:
		return "is rejected with a reset";
	case PATH_CLOSED:
		return "is rejected by closing the connection";
	case PATH_SILENT:
		return "gets no answer in time";
	default:
		return "gets an answer that is not TLS";
	}
}

/* The text that replaces "{key}". */
static const char *fill(const char *key, enum path_finding what, enum path_variant v,
    const struct path_result results[], const struct path_text_names *names, char number[16])
{
	if (strncmp(key, "{how}", 5) == 0)
		return describe_answer(path_judge_answer(results[v].code));
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
