#!/bin/sh
# deploy-nftables.sh - the rules in deploy/firewall/ let through what they name and reject the rest, and
# each line that is there for a reason makes the difference that it says.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"

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
start_server --listen 0.0.0.0:8443 --listen '[::]:8443' --listen 0.0.0.0:8444

# ends STATUS ADDR PORT: how the client ends there.
ends() {
	run_status "$1" "$HELLO_CLIENT" --cacert "$CA" "$2" "$3"
	[ "$1" -ne 0 ] || printf '%s\n' "$GREETING" | cmp -s - "$TMP/out" || fail "no greeting from $2"
}

for_both() {
	ends "$1" 192.0.2.7 "$2"
	ends "$1" 2001:db8:0:1::7 "$2"
}
for_both 0 8443
ends 0 192.0.2.7 8444

echo 'host.nft: only the port, and the rest is rejected at once'
host=$srcdir/deploy/firewall/host.nft
rules server "$host"
rules server "$host"
[ "$(at server nft list tables | grep -c hello_host)" -eq 1 ] || fail 'loaded twice, it is there twice'
for_both 0 8443
ends 20 192.0.2.7 8444

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
too_fast=$(at server nft list counters | sed -n 's/.*packets \([0-9]*\) .*/\1/p')
[ "${too_fast:-0}" -gt 0 ] || fail 'nothing was too fast'

echo 'host.nft: while the set of sources is full, a new source waits and a known one is served'
sed 's|size 65536|size 1|; s|timeout 5s|timeout 1m|' "$host" >"$TMP/full.nft"
[ "$(grep -c 'size 1$' "$TMP/full.nft")" -eq 2 ] || error 'the size is not where it was'
rules server "$TMP/full.nft"
for_both 0 8443
for address in 192.0.2.7 2001:db8:0:1::7; do
	run_status 21 "$NEIGHBOUR" --cacert "$CA" --connect-timeout 300ms "$address" 8443
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" "$address" 8443
done
at server nft flush set inet hello_host new4
run_status 0 "$NEIGHBOUR" --cacert "$CA" 192.0.2.7 8443
at server nft delete table inet hello_host

echo 'gateway.nft: only the service is forwarded'
gateway=$srcdir/deploy/firewall/gateway.nft
rules gateway "$gateway"
rules gateway "$gateway"
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
rules gateway "$gateway"
for_both 0 8443

stop_server

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
