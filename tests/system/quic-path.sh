#!/bin/sh
# quic-path.sh - what a router on the path does to UDP, and what hello-client says about it: rejected
# by ICMP (which, and by whom), dropped, a link that is too small for the first packet of QUIC. Three
# machines in a row, and IPv6 as well.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"
SCHEME=quic
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

need openssl
make_path
make_pki
for each in 10.9.2.2 2001:db8:2::2; do
	at s "$builddir/tests/support/quic_peer" --cert "$CERT" --key "$KEY" --listen $each \
		>"$TMP/port-$each" 2>"$TMP/peer.err" &
	track $!
	log_on_failure "$TMP/peer.err"
	wait_for "$PATIENCE" [ -s "$TMP/port-$each" ] || fail "no server at $each"
done
at_path "$(cat "$TMP/port-10.9.2.2")" "$(cat "$TMP/port-2001:db8:2::2")"
through
reject_and_drop

# ---- the path test ---------------------------------------------------------------------------------------

# judged STATUS SENTENCE: at both.
judged() {
	for each in "$target4" "$target6"; do
		# shellcheck disable=SC2086 # words
		run_status "$1" "$HELLO_CLIENT" --path-test --connect-timeout 2s $each
		tr '\n' ' ' <"$TMP/out" >"$TMP/said"
		expect "$TMP/said" "$2"
	done
}

judged 0 'Every variant is answered'
box 'meta l4proto udp meta length > 1320 drop'
judged 21 'in a datagram of 1350 bytes gets no answer in time; in one of 1200 bytes it is answered\. A path MTU black hole'
box 'meta l4proto udp @th,72,32 0x1a2a3a4a drop'
judged 0 'A packet of an unknown version of QUIC gets no answer\.'
at r nft flush ruleset

# ---- a link that is too small ------------------------------------------------------------------------------

# set_mtu BYTES: of the link between the router and the server.
set_mtu() {
	{ at r ip link set to-s mtu "$1" && at s ip link set to-r mtu "$1"; } || error "no MTU of $1"
}

# 1280 is enough: the least of IPv6.
set_mtu 1280
through
judged 0 'A datagram of 1350 bytes is too long for the path, which reports it as it should'

# Less than that has only IPv4.
set_mtu 1000
# shellcheck disable=SC2086 # words
{
	outcome 23 CONNECT_FAILED $target4
	expect "$TMP/err" 'failed: the path carries packets of 1000 bytes at most, and the first one of QUIC has 1200'
	expect "$TMP/err" 'try: QUIC needs a path MTU of 1280: .* tracepath -n 10.9.2.2 '
	# The kernel remembers it.
	outcome 23 CONNECT_FAILED $target4
	at c ip route flush cache
	make_deaf c
	outcome 21 CONNECT_TIMEOUT --connect-timeout 500ms $target4
	at c nft flush ruleset
	at c ip link set to-r mtu 900 || error 'no mtu'
	outcome 23 CONNECT_FAILED $target4
	expect "$TMP/err" 'packets of 900 bytes at most'
}
