/* SPDX-License-Identifier: MIT */
#include "client/output/path_sentences.h"

const char *const path_sentences[FITS_COUNT] = {
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
	    "A longer ClientHello of {size} bytes is answered; the plain one {how}. Something "
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
	[FITS_FIRST_SEGMENT] =
	    "A ClientHello of {size} bytes {how}; a smaller one is answered, but not in two "
	    "segments. Something that reads only the first segment, and takes it for the whole, "
	    "does this; post-quantum key exchange makes a ClientHello too long for one.",
	[FITS_FIRST_FLIGHT] =
	    "A ClientHello of {size} bytes {how}; a smaller one is answered, also if a second one "
	    "of {second} bytes follows it, with the post-quantum key share. Something that limits "
	    "or reads only the first flight of the client does this.",
	[FITS_ONE_RECORD] =
	    "In several records the same ClientHello is answered. So something inspects single "
	    "records and does not join them.",
	[FITS_HOLE] =
	    "In TCP segments of at most 536 bytes, in both directions, the same ClientHello is "
	    "answered; otherwise it {how}. A path MTU black hole does this: larger packets are "
	    "lost, and the ICMP messages about it as well. Let ICMP through, or let a router "
	    "clamp the MSS.",
	[FITS_PACKETS] =
	    "In TCP segments of at most 536 bytes, in both directions, the same ClientHello is "
	    "answered; otherwise it {how}. Something that loses or rejects larger packets does "
	    "this, or something that inspects single packets and does not reassemble them.",
	[FITS_PQ_SIGNATURES] =
	    "A ClientHello that offers post-quantum signatures (ML-DSA) {how}; without them it is "
	    "answered. Something that does not know them does this.",
	[FITS_OTHER_HELPS] =
	    "The plain ClientHello {how_plain}; variant \"{variant}\" is answered. Why it is "
	    "answered cannot be known from here.",
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
	[FITS_BIG_HOLE] =
	    "A ClientHello of {size} bytes {how}; in TCP segments of at most 536 bytes it is "
	    "answered. A path MTU black hole does this: larger packets are lost, and the ICMP "
	    "messages about it as well. Post-quantum key exchange makes a ClientHello that long.",
	[FITS_BIG_PACKETS] =
	    "A ClientHello of {size} bytes {how}; in TCP segments of at most 536 bytes it is "
	    "answered. Something that rejects large packets does this, or something that inspects "
	    "single packets and does not reassemble them.",
	[FITS_RECORDS] =
	    "A ClientHello in several records {how}; in one it is answered. Something that reads "
	    "only the first record, and takes it for the whole, does this.",
	[FITS_SMALL] =
	    "A ClientHello in TCP segments of at most 536 bytes, in both directions, {how}; "
	    "otherwise it is answered. Something that reads only the first segment does this, or "
	    "something that accepts no such small segments.",
	[FITS_RETRY_FIRST] =
	    "A ClientHello that offers post-quantum key exchange, but no key share for it, {how}; "
	    "with the key share it is answered. Something that requires the key share does this.",
	[FITS_RETRY_SECOND] =
	    "If the server asks for a post-quantum key share, the second ClientHello of {second} "
	    "bytes {how}; a first one with this share is answered. Something that does not know "
	    "HelloRetryRequest does this.",
	[FITS_NO_PQ_SIGNATURES] =
	    "A ClientHello without post-quantum signatures {how}, where a server would send an "
	    "alert. Something that requires post-quantum signatures does this.",
	[FITS_GREASE] =
	    "A ClientHello with an extension that nobody knows (GREASE, RFC 8701) {how}, where a "
	    "server must ignore it. Something that rejects unknown extensions does this.",
	[FITS_ECH] =
	    "A ClientHello with a GREASE extension for Encrypted ClientHello {how}; with another "
	    "unknown extension it is answered. A filter that blocks Encrypted ClientHello does "
	    "this, because that hides the name.",
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
	[FITS_NO_HYBRID] =
	    "\"{variant}\" was not tried: the server accepts no hybrid.",
	[FITS_NO_RETRY] =
	    "\"{variant}\" was not tried: the server accepts a classical key share, and did not "
	    "ask for another.",
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
	[FITS_QUIC_UNREACHED] =
	    "The plain ClientHello could not be sent, or was rejected over ICMP ({outcome}), so "
	    "this test shows nothing about its contents.",
	[FITS_QUIC_REJECTED] =
	    "Variant \"{variant}\" could not be sent, or was rejected over ICMP ({outcome}), "
	    "unlike the plain one.",
	[FITS_QUIC_NOTHING_HELPS] =
	    "The plain ClientHello {how}, and no variant does better: nothing in it makes a "
	    "difference. Possible causes: a server without QUIC; a firewall that drops UDP; a "
	    "path that loses packets of 1200 bytes.",
	[FITS_ONE_DATAGRAM] =
	    "A ClientHello with a post-quantum key share, which needs two datagrams, {how}; "
	    "without it, in one, it is answered. Something that reads only the first datagram "
	    "does this, or something that does not know the key share.",
	[FITS_DATAGRAM] =
	    "A first packet in a datagram of {datagram} bytes {how}; in one of 1200 bytes it is "
	    "answered. A path MTU black hole does this: larger packets are lost, and the ICMP "
	    "messages about it as well. Other clients send such datagrams.",
	[FITS_PATH_MTU] =
	    "A datagram of {datagram} bytes is too long for the path, which reports it as it "
	    "should. So this is no sign of a middlebox.",
	[FITS_NO_VERSION] =
	    "The server does not speak version 1 of QUIC, whatever the ClientHello is like. It "
	    "offers {versions}.",
	[FITS_VERSIONS] =
	    "Asked for an unknown version, the server offers {versions} of QUIC.",
	[FITS_VERSIONS_SILENT] =
	    "A packet of an unknown version of QUIC gets no answer. Servers usually answer it "
	    "with a list of their versions, but need not.",
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
	    "or the server is unsteady, accepts only a few connections at a time, or blocks a "
	    "client after a few, and the differences prove nothing. --parallel 1 tries one "
	    "variant after the other.",
	[FITS_NO_SNI_TRIED] =
	    "No SNI was sent, so nothing is known about filters by name; --servername NAME tries "
	    "one.",
	[FITS_WHERE] =
	    "What cannot be known from here: whether the server itself does this, or something in "
	    "front of it. {trace}Run the same test next to the server to find out.",
	[FITS_TRY] =
	    "These options send a ClientHello that is answered, in any run: {options}.",
};
