#!/bin/sh
# deploy-nftables.sh - the rules in deploy/firewall/ let through what they name and reject the rest, and
# each line that is there for a reason makes the difference that it says.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"
# shellcheck disable=SC2034 # for datagram.sh
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

PKI=$TMP/pki CA=$TMP/pki/ca.pem
{
	"$HELLO_CERTS" init "$PKI" --domain 192.0.2.7 --domain 2001:db8:0:1::7 &&
		"$HELLO_CERTS" issue "$PKI" 192.0.2.7 2001:db8:0:1::7
} >"$TMP/pki.log" 2>&1 || error "no certificates: $(cat "$TMP/pki.log")"
# shellcheck disable=SC2034 # for start_server
CERT=$PKI/192.0.2.7/chain.pem KEY=$PKI/192.0.2.7/key.pem

# The addresses of the files: the server is in the network of the monitoring, the clients are not.
make_host client gateway server
link client 198.51.100.2/24 2001:db8:0:2::2/64 - gateway 198.51.100.1/24 2001:db8:0:2::1/64
link gateway 192.0.2.1/24 2001:db8:0:1::1/64 - server 192.0.2.7/24 2001:db8:0:1::7/64
at client ip route add default via 198.51.100.1
at client ip -6 route add default via 2001:db8:0:2::1
at server ip route add default via 192.0.2.1
at server ip -6 route add default via 2001:db8:0:1::1
at gateway sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding' ||
	error 'the gateway forwards nothing'

HELLO_SERVER=$(program_at server "$HELLO_SERVER")
NEIGHBOUR=$(program_at gateway "$HELLO_CLIENT")
HELLO_CLIENT=$(program_at client "$HELLO_CLIENT")
over_udp='dtls:8443' quic_listeners=''
if has_quic; then
	over_udp='dtls:8443 quic:8444' quic_listeners='--listen quic:0.0.0.0:8444 --listen quic:[::]:8444'
else
	echo 'not tried: QUIC, which this build does not have'
fi
# shellcheck disable=SC2086 # words, or none
start_server --listen 0.0.0.0:8443 --listen '[::]:8443' --listen 0.0.0.0:8444 \
	--listen dtls:0.0.0.0:8443 --listen 'dtls:[::]:8443' --listen dtls:0.0.0.0:8445 $quic_listeners

# ends STATUS ADDR PORT: how the client ends there.
ends() {
	run_status "$1" "$HELLO_CLIENT" --cacert "$CA" "$2" "$3"
	[ "$1" -ne 0 ] || printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail "no greeting from $2"
}

for_both() {
	ends "$1" 192.0.2.7 "$2"
	ends "$1" 2001:db8:0:1::7 "$2"
}

# udp STATUS: the same over DTLS and QUIC, at both addresses.
udp() {
	for udp_each in $over_udp; do
		for udp_address in 192.0.2.7 '[2001:db8:0:1::7]'; do
			run_status "$1" "$HELLO_CLIENT" --cacert "$CA" "${udp_each%:*}://$udp_address:${udp_each#*:}"
			[ "$1" -ne 0 ] || printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" ||
				fail "no greeting from $udp_each of $udp_address"
		done
	done
}
# other_udp STATUS: over DTLS, at a port that the files do not open.
other_udp() {
	run_status "$1" "$HELLO_CLIENT" --cacert "$CA" dtls://192.0.2.7:8445
}

# opened FILE: prints it with the UDP ports of its example.
opened() {
	sed 's|^define hello_udp = { }$|define hello_udp = { 8443, 8444 }|' "$1" >"$TMP/opened.nft"
	! cmp -s "$1" "$TMP/opened.nft" || error "$1: the UDP ports are not where they were"
	cat "$TMP/opened.nft"
}
for_both 0 8443
ends 0 192.0.2.7 8444
udp 0
other_udp 0

echo 'host.nft: only the port, and the rest is rejected at once'
host=$srcdir/deploy/firewall/host.nft
rules server "$host"
rules server "$host"
[ "$(at server nft list tables | grep -c hello_host)" -eq 1 ] || fail 'loaded twice, it is there twice'
for_both 0 8443
ends 20 192.0.2.7 8444
udp 22

echo 'host.nft: the UDP ports that are named, and no others'
opened "$host" >"$TMP/host.nft"
rules server "$TMP/host.nft"
udp 0
other_udp 22
for_both 0 8443
ends 20 192.0.2.7 8444

# dropped COUNTER
dropped() {
	at server nft list counter inet hello_host "$1" >"$TMP/counter"
	grep -q 'packets [1-9]' "$TMP/counter" || fail "nothing was too fast: $(cat "$TMP/counter")"
}

echo 'host.nft: too many new connections wait, and are not refused'
sed 's|rate 50/second burst 100|rate 1/second burst 2|' "$host" >"$TMP/slow.nft"
! cmp -s "$host" "$TMP/slow.nft" || error 'the rate is not where it was'
rules server "$TMP/slow.nft"
# All at the same time: however slow this machine is, some are too fast.
together=''
for each in 1 2 3 4 5; do
	"$HELLO_CLIENT" --cacert "$CA" --connect-timeout 20s --max-time 30s 192.0.2.7 8443 \
		>"$TMP/client-$each" 2>&1 &
	track $!
	together="$together $!"
done
for each in $together; do
	wait "$each" || fail "one of them is not greeted: $(cat "$TMP"/client-?)"
	untrack "$each"
done
dropped too_fast

# The second datagram of a handshake follows an answer at once, which does not end the limit.
echo 'host.nft: too many datagrams wait as well'
opened "$host" | sed 's|rate 500/second burst 1000|rate 1/second burst 1|' >"$TMP/slow.nft"
[ "$(grep -c 'rate 1/second burst 1' "$TMP/slow.nft")" -eq 2 ] || error 'the rate is not where it was'
for address in 192.0.2.7 '[2001:db8:0:1::7]'; do
	rules server "$TMP/slow.nft"
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" --handshake-timeout 30s --max-time 60s \
		"dtls://$address:8443"
	dropped too_fast_udp
done

echo 'host.nft: while the set of sources is full, a new source waits and a known one is served'
opened "$host" | sed 's|size 65536|size 1|; s|timeout 5s|timeout 1m|' >"$TMP/full.nft"
[ "$(grep -c 'size 1$' "$TMP/full.nft")" -eq 4 ] || error 'the size is not where it was'
rules server "$TMP/full.nft"
for_both 0 8443
for address in 192.0.2.7 2001:db8:0:1::7; do
	run_status 21 "$NEIGHBOUR" --cacert "$CA" --connect-timeout 300ms "$address" 8443
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" "$address" 8443
done
at server nft flush set inet hello_host new4
run_status 0 "$NEIGHBOUR" --cacert "$CA" 192.0.2.7 8443

echo 'host.nft: the same over UDP, and TCP does not notice'
rules server "$TMP/full.nft"
udp 0
for address in 192.0.2.7 2001:db8:0:1::7; do
	run_status 21 "$NEIGHBOUR" --cacert "$CA" --connect-timeout 300ms --service dtls "$address" 8443
	run_status 0 "$NEIGHBOUR" --cacert "$CA" "$address" 8443
done
udp 0
at server nft delete table inet hello_host

echo 'gateway.nft: only the service is forwarded'
gateway=$srcdir/deploy/firewall/gateway.nft
rules gateway "$gateway"
rules gateway "$gateway"
for_both 0 8443
ends 20 192.0.2.7 8444
udp 22
other_udp 22
opened "$gateway" >"$TMP/gateway.nft"
rules gateway "$TMP/gateway.nft"
udp 0
other_udp 22
for_both 0 8443
ends 20 192.0.2.7 8444

echo 'gateway.nft: a narrow link where ICMP is thrown away'
# What is longer is lost in both directions, and the server is not told.
at gateway ip link set to-client mtu 1280
make_deaf server
for_both 0 8443
grep -v 'maxseg size' "$gateway" >"$TMP/unclamped.nft"
rules gateway "$TMP/unclamped.nft"
for address in 192.0.2.7 2001:db8:0:1::7; do
	run_status 41 "$HELLO_CLIENT" --cacert "$CA" --handshake-timeout 1s "$address" 8443
done
rules gateway "$TMP/gateway.nft"
for_both 0 8443
udp 0

stop_server

# sends PORT: does the kernel let a program on the server send from there, without being asked?
sends() {
	at server python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("192.0.2.7", int(sys.argv[1])))
try:
    s.sendto(b"unasked", ("198.51.100.2", 53))
except PermissionError:
    sys.exit(3)
' "$1"
}
if command -v python3 >/dev/null 2>&1; then
	echo 'host.nft: from the UDP ports only answers'
	opened "$host" >"$TMP/host.nft"
	rules server "$TMP/host.nft"
	run_status 3 sends 8443
	run_status 0 sends 8445
else
	echo 'not tried: python3 is not installed'
fi

rules server "$host"
echo 'host.nft: metrics for the monitoring alone'
fetched() {
	at "$1" curl -sf --max-time 20 "http://$2:9443/metrics" >"$TMP/metrics" 2>&1
}
if command -v curl >/dev/null 2>&1; then
	for address in 192.0.2.7 '[2001:db8:0:1::7]'; do
		start_server --metrics "$address:9443"
		fetched gateway "$address" || fail "the monitoring reads no metrics at $address"
		! fetched client "$address" || fail "everybody reads the metrics at $address"
		stop_server
	done
else
	echo 'not tried: curl is not installed'
fi
