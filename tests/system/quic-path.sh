#!/bin/sh
# quic-path.sh - what a router on the path does to UDP, and what hello-client says about it: rejected
# by ICMP (which, and by whom), dropped, a link that is too small for the first packet of QUIC. Three
# machines in a row, and IPv6 as well.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"
need openssl
"$HELLO_CLIENT" -q quic://127.0.0.1:1 2>"$TMP/err"
! grep -q 'built without QUIC' "$TMP/err" || skip 'this build has no QUIC'

make_host c r s
link c 10.9.1.1/24 2001:db8:1::1/64 - r 10.9.1.2/24 2001:db8:1::2/64
link r 10.9.2.1/24 2001:db8:2::1/64 - s 10.9.2.2/24 2001:db8:2::2/64
{
	at c ip route add default via 10.9.1.2 && at c ip -6 route add default via 2001:db8:1::2 &&
		at s ip route add default via 10.9.2.1 && at s ip -6 route add default via 2001:db8:2::1
} || error 'no routes'
at r sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
	echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 0 >/proc/sys/net/ipv6/icmp/ratelimit' ||
	error 'no router'

make_pki
for each in 10.9.2.2 2001:db8:2::2; do
	at s "$builddir/tests/support/quic_peer" --cert "$CERT" --key "$KEY" --listen $each \
		>"$TMP/port-$each" 2>"$TMP/peer.err" &
	track $!
	log_on_failure "$TMP/peer.err"
	wait_for "$PATIENCE" [ -s "$TMP/port-$each" ] || fail "no server at $each"
done
HELLO_CLIENT=$(program_at c "$HELLO_CLIENT")
target4="--verify-name localhost --cacert $CA quic://10.9.2.2:$(cat "$TMP/port-10.9.2.2")"
target6="--verify-name localhost --cacert $CA quic://[2001:db8:2::2]:$(cat "$TMP/port-2001:db8:2::2")"

# both STATUS NAME [OPTION...]: over IPv4 and IPv6; $said4 and $said6 are what has to be said.
both() {
	both_status=$1 both_name=$2
	shift 2
	# shellcheck disable=SC2086 # words
	{
		outcome "$both_status" "$both_name" "$@" $target4
		expect "$TMP/err" "$said4"
		outcome "$both_status" "$both_name" "$@" $target6
		expect "$TMP/err" "$said6"
	}
}

through() {
	for each in "$target4" "$target6"; do
		# shellcheck disable=SC2086 # words
		run_status 0 "$HELLO_CLIENT" $each
		expect "$TMP/out" "^$GREETING\$"
	done
}

# box RULE...: what the router does to UDP from now on.
box() {
	cat >"$TMP/box.nft" <<-RULES
		table inet box {
			chain forward {
				type filter hook forward priority filter
				$*
			}
		}
	RULES
	at r nft flush ruleset && rules r "$TMP/box.nft"
}

through

# ---- rejected, and how ------------------------------------------------------------------------------

box 'meta l4proto udp reject with icmpx type admin-prohibited'
said4='unreachable, reported by 10.9.1.2 over ICMP: .*prohibited; TCP port [0-9]* of 10.9.2.2 is closed$'
said6='unreachable, reported by 2001:db8:1::2 over ICMP: .*prohibited; TCP port [0-9]* of 2001:db8:2::2 is closed$'
both 22 CONNECT_UNREACHABLE
expect "$TMP/err" 'try: a firewall rule does this: check the rules of 2001:db8:1::2'

box 'meta l4proto udp reject with icmpx type host-unreachable'
said4='unreachable, reported by 10.9.1.2 over ICMP: host unreachable;'
said6='unreachable, reported by 2001:db8:1::2 over ICMP: address unreachable;'
both 22 CONNECT_UNREACHABLE

# A port is closed at its host, and not on the way to it.
box 'meta l4proto udp reject with icmpx type port-unreachable'
said4='refused, reported by 10.9.1.2 over ICMP: port unreachable;'
said6='refused, reported by 2001:db8:1::2 over ICMP: port unreachable;'
both 20 CONNECT_REFUSED
expect "$TMP/err" 'try: a firewall rule does this: check the rules of 2001:db8:1::2'

# ---- dropped -------------------------------------------------------------------------------------------

box 'meta l4proto udp drop'
said4='did not answer over UDP; TCP port [0-9]* of 10.9.2.2 is closed$'
said6='did not answer over UDP; TCP port [0-9]* of 2001:db8:2::2 is closed$'
both 21 CONNECT_TIMEOUT --connect-timeout 500ms
box 'meta l4proto { tcp, udp } drop'
said4='did not answer over UDP; TCP port [0-9]* of 10.9.2.2 did not answer either'
said6='did not answer over UDP; TCP port [0-9]* of 2001:db8:2::2 did not answer either'
both 21 CONNECT_TIMEOUT --connect-timeout 500ms
both 21 CONNECT_TIMEOUT --max-time 500ms

at r nft flush ruleset
through

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
