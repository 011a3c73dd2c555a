#!/bin/sh
# dtls-client-path.sh - what a router on the path does to DTLS, and what hello-client says about it: rejected
# by ICMP (which, and by whom), dropped, one of two addresses silent, all but short datagrams dropped, a
# narrow link. Two machines and a router, and IPv6 as well.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"
need openssl

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
program=$(program_at s "$HELLO_SERVER")
start_server --listen dtls:10.9.2.2:0 --listen 'dtls:[2001:db8:2::2]:0'
program=''
PORT6=$(sed -n 's/.*msg=listening addr=dtls:\[2001.*:\([0-9]*\)$/\1/p' "$SERVER_LOG")
HELLO_CLIENT=$(program_at c "$HELLO_CLIENT")
target4="--verify-name localhost --cacert $CA dtls://10.9.2.2:$PORT"
target6="--verify-name localhost --cacert $CA dtls://[2001:db8:2::2]:$PORT6"

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

box 'meta l4proto udp reject with icmpx type admin-prohibited'
said4='unreachable, reported by 10.9.1.2 over ICMP: .*prohibited; TCP port [0-9]* of .* is closed'
said6='unreachable, reported by 2001:db8:1::2 over ICMP: .*prohibited; TCP port [0-9]* of .* is closed'
both 22 CONNECT_UNREACHABLE
expect "$TMP/err" 'try: a firewall rule does this: check the rules of 2001:db8:1::2'

# A port is closed at its host, and not on the way to it.
box 'meta l4proto udp reject with icmpx type port-unreachable'
said4='refused, reported by 10.9.1.2 over ICMP: port unreachable;'
said6='refused, reported by 2001:db8:1::2 over ICMP: port unreachable;'
both 20 CONNECT_REFUSED

box 'meta l4proto udp drop'
said4='did not answer over UDP; TCP port [0-9]* of .* is closed'
said6=$said4
both 21 CONNECT_TIMEOUT --connect-timeout 500ms
box 'meta l4proto { tcp, udp } drop'
said4='did not answer over UDP; TCP port [0-9]* of .* did not answer either'
said6=$said4
both 21 CONNECT_TIMEOUT --max-time 500ms

# A second address helps at once; the first stays silent.
box 'ip daddr 10.9.2.9 drop'
run_status 0 "$HELLO_CLIENT" --verify-name localhost --cacert "$CA" --resolve "two.test:$PORT:10.9.2.9,10.9.2.2" \
	-v "dtls://two.test:$PORT"
expect "$TMP/err" "connect  *10.9.2.2:$PORT over UDP"
at r nft flush ruleset
through

# The server's cookie arrives, and nothing that is longer.
box 'meta l4proto udp udp length > 100 ip saddr 10.9.2.2 drop'
# shellcheck disable=SC2086 # words
outcome 41 HANDSHAKE_TIMEOUT --handshake-timeout 500ms $target4
expect "$TMP/err" 'it asked for a cookie, and did not answer the ClientHello with that cookie'
at r nft flush ruleset

# A link of 600 bytes: what is longer is cut into fragments (IPv4), or costs the server's two timers.
{ at r ip link set to-c mtu 600 && at c ip link set to-r mtu 600; } || error 'no narrow link'
# shellcheck disable=SC2086 # words
run_status 0 "$HELLO_CLIENT" --handshake-timeout 20s --max-time 25s $target4
expect "$TMP/out" "^$GREETING\$"
stop_server
