#!/bin/sh
# firewall.sh - what a firewall does to a connection has a name, and the facts that can be known: who
# rejected it in which words, and whether our ClientHello arrived at all. Real rules, on a gateway
# between client and server.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"

REPEAT=${REPEAT_SLOW-1} # each of these takes a second or more
SERVER=192.0.2.7 SERVER6=2001:db8:0:1::7
PKI=$TMP/pki CA=$TMP/pki/ca.pem
{
	"$HELLO_CERTS" init "$PKI" --domain $SERVER --domain $SERVER6 &&
		"$HELLO_CERTS" issue "$PKI" $SERVER $SERVER6
} >"$TMP/pki.log" 2>&1 || error "no certificates: $(cat "$TMP/pki.log")"
KEY=$PKI/$SERVER/key.pem
# The intermediate twice: a flight that takes more than one packet.
CERT=$TMP/long.pem
cat "$PKI/$SERVER/chain.pem" "$PKI/intermediate.pem" >"$CERT"

make_host client gateway server
link client 198.51.100.2/24 2001:db8:0:2::2/64 - gateway 198.51.100.1/24 2001:db8:0:2::1/64
link gateway 192.0.2.1/24 2001:db8:0:1::1/64 - server $SERVER/24 $SERVER6/64
at client ip route add default via 198.51.100.1
at client ip -6 route add default via 2001:db8:0:2::1
at server ip route add default via 192.0.2.1
at server ip -6 route add default via 2001:db8:0:1::1
at gateway sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
	echo 0 >/proc/sys/net/ipv6/icmp/ratelimit; echo 0 >/proc/sys/net/ipv4/icmp_ratelimit' ||
	error 'the gateway forwards nothing'

HELLO_SERVER=$(program_at server "$HELLO_SERVER")
HELLO_CLIENT=$(program_at client "$HELLO_CLIENT")
start_server --workers 1 --listen 0.0.0.0:8443 --listen '[::]:8443'

# forwarding RULE: the only one of the gateway; "accept": none.
forwarding() {
	{
		echo 'table inet way'
		echo 'delete table inet way'
		printf 'table inet way {\n\tchain forward {\n\t\ttype filter hook forward priority filter\n'
		printf '\t\t%s\n\t}\n}\n' "$1"
	} >"$TMP/way.nft"
	rules gateway "$TMP/way.nft"
}

# meets STATUS NAME FACT ADVICE [ARG...]: how the client ends at the IPv4 address.
target=$SERVER
meets() {
	meets_status=$1 meets_name=$2 meets_fact=$3 meets_advice=$4
	shift 4
	outcome "$meets_status" "$meets_name" --cacert "$CA" "$@" "$target" 8443
	head -n 1 "$TMP/err" | grep -qe "$meets_fact" || fail "the fact is not \"$meets_fact\""
	tail -n 1 "$TMP/err" | grep -qe "$meets_advice" || fail "the advice is not \"$meets_advice\""
}

greets() {
	run_status 0 "$HELLO_CLIENT" --cacert "$CA" "$@" "$target" 8443
}
greets

echo 'before the connection'
forwarding 'tcp dport 8443 drop'
meets 21 CONNECT_TIMEOUT "$SERVER:8443 timed out" 'tcpdump -n tcp port 8443' --connect-timeout 300ms
forwarding 'tcp dport 8443 reject with tcp reset'
meets 20 CONNECT_REFUSED "$SERVER:8443 refused\$" "ss -ltn 'sport = :8443'"
gateway='reported by 198\.51\.100\.1 over ICMP'
forwarding 'tcp dport 8443 reject with icmp admin-prohibited'
meets 22 CONNECT_UNREACHABLE "$gateway: administratively prohibited" 'rule.*198\.51\.100\.1'
forwarding 'tcp dport 8443 reject with icmp host-prohibited'
meets 22 CONNECT_UNREACHABLE "$gateway: host administratively prohibited" 'rule.*198\.51\.100\.1'
forwarding 'tcp dport 8443 reject with icmp host-unreachable'
meets 22 CONNECT_UNREACHABLE "$gateway: host unreachable" 'routes of 198\.51\.100\.1'
forwarding 'tcp dport 8443 reject with icmp net-unreachable'
meets 22 CONNECT_UNREACHABLE "$gateway: network unreachable" 'routes of 198\.51\.100\.1'
forwarding 'tcp dport 8443 reject with icmp port-unreachable'
meets 20 CONNECT_REFUSED "$gateway: port unreachable" 'rule.*198\.51\.100\.1'
target=$SERVER6 gateway='reported by 2001:db8:0:2::1 over ICMP'
forwarding 'tcp dport 8443 reject with icmpv6 admin-prohibited'
meets 22 CONNECT_UNREACHABLE "$gateway: administratively prohibited" 'rule.*2001:db8:0:2::1'
forwarding 'tcp dport 8443 reject with icmpv6 no-route'
meets 22 CONNECT_UNREACHABLE "$gateway: no route" 'routes of 2001:db8:0:2::1'
forwarding accept
greets
target=$SERVER

echo 'no firewall, but no way either'
target=203.0.113.1
meets 22 CONNECT_UNREACHABLE 'reported by 198\.51\.100\.1 over ICMP: network unreachable' 'traceroute'
at client ip route del default
meets 22 CONNECT_UNREACHABLE 'reported by this machine: Network is unreachable' 'ip route get 203'
at client ip route add default via 198.51.100.1
target=$SERVER

echo 'dead at the ClientHello'
forwarding 'tcp dport 8443 meta length > 200 reject with tcp reset'
meets 43 HANDSHAKE_RESET 'bytes were sent, 0 received' '--haproxy-protocol v2.*--path-test'
forwarding 'tcp dport 8443 meta length > 200 drop'
# A ClientHello of post-quantum size has a short end, which arrives.
lost='our ClientHello of .* \(sent [0-9]* times and never acknowledged: it was lost\|arrived, but an earlier one was lost\)'
meets 41 HANDSHAKE_TIMEOUT "$lost" 'drops .* because of its name or its size' --handshake-timeout 1s

echo 'dead at a ClientHello of post-quantum size'
path_test() {
	run_status 41 "$HELLO_CLIENT" --path-test --cacert "$CA" --handshake-timeout 2s $SERVER 8443
	tr '\n' ' ' <"$TMP/out" >"$TMP/said"
	expect "$TMP/said" "$1"
}
forwarding 'tcp dport 8443 meta length > 1200 drop'
path_test '[Ii]n TCP segments of at most 536 bytes.* A path MTU black hole does this'
# By the length in the head of its record, behind a TCP header of 32 bytes.
forwarding 'tcp dport 8443 @th,256,8 0x16 @th,280,16 > 1000 drop'
path_test '\(Something that rejects long ones\|Something that limits or reads only the first flight of the client\) does this'

echo 'dead for a name'
by_name() {
	forwarding ''
	ban_name gateway forward "$1"
}
by_name 'reject with tcp reset'
meets 43 HANDSHAKE_RESET 'bytes were sent, 0 received' "reject the name \"$TABOO\"" \
	--servername "$TABOO" --verify-name $SERVER
greets --servername other.test --verify-name $SERVER
greets
by_name drop
meets 41 HANDSHAKE_TIMEOUT "$lost" 'because of its name' \
	--servername "$TABOO" --verify-name $SERVER --handshake-timeout 1s
greets --servername other.test --verify-name $SERVER
greets

echo 'silent after the ClientHello'
forwarding 'tcp sport 8443 meta length > 100 drop'
meets 41 HANDSHAKE_TIMEOUT 'sent nothing, but its system acknowledged our ClientHello' \
	'delays the answer.*loses large packets (compare --hello small-segments)' --handshake-timeout 1s

echo 'a black hole for packets of full size'
forwarding accept
make_deaf server
# Only now: else the server learns it from what it still sends to a client that was turned silent.
at gateway ip link set to-client mtu 1280
meets 41 HANDSHAKE_TIMEOUT 'later parts of the answer arrived, but an earlier one was lost' \
	"--hello small-segments avoids them, and ping -M do -s 1472 $SERVER" --handshake-timeout 1s
greets --hello small-segments
# If no part of the answer is short enough, less is known; that depends on the library.
at gateway ip link set to-client mtu 576
meets 41 HANDSHAKE_TIMEOUT \
	'sent nothing\(, but its system acknowledged our ClientHello\|; later parts of the answer arrived\)' \
	'large packets.*--hello small-segments' --handshake-timeout 1s
greets --hello small-segments
at gateway ip link set to-client mtu 1500
greets

echo 'a black hole for the ClientHello'
at gateway ip link set to-server mtu 1280
make_deaf client
# So long that its last segment is short, with any library: so without the key share of ML-KEM.
label=nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
long=$label.$label.$label.test
meets 41 HANDSHAKE_TIMEOUT 'a later part of our ClientHello of [0-9]* bytes arrived, but an earlier one was lost' \
	'--hello small-segments avoids large packets' --hello long --groups X25519 --servername "$long" \
	--verify-name $SERVER --handshake-timeout 1s
greets --hello small-segments --servername "$long" --verify-name $SERVER

kill -INT "$SERVER_PID"
server_left 0
