#!/bin/sh
# path-boxes.sh - --path-test names what a real box on the path does: three routers between client and
# server, a box at the middle one. Its rules and proxies see packets, in IPv4 and IPv6; and nobody has
# to be root for the test.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"

# The filters for names have a rule for each place in a packet where the name may be.
NAME=taboo.test NAME_HEX=7461626f6f2e74657374
SERVER4=10.9.4.2 SERVER6=fd09:4::2
# With all rows by root and nobody, over IPv4 and IPv6; REPEAT_SLOW=5 makes it 20 times.
TIMES=${REPEAT_SLOW-1}

PKI=$TMP/pki
{
	"$HELLO_CERTS" init "$PKI" && "$HELLO_CERTS" issue "$PKI" $NAME
} >"$TMP/pki.log" 2>&1 || error "no certificates: $(cat "$TMP/pki.log")"
KEY=$PKI/$NAME/key.pem
# The intermediate twice: a flight that takes more than one packet.
CERT=$TMP/long.pem
cat "$PKI/$NAME/chain.pem" "$PKI/intermediate.pem" >"$CERT"

# ---- the network ---------------------------------------------------------------------------------

make_host client r1 r2 r3 server
link client 10.9.1.2/24 fd09:1::2/64 - r1 10.9.1.1/24 fd09:1::1/64
link r1 10.9.2.1/24 fd09:2::1/64 - r2 10.9.2.2/24 fd09:2::2/64
link r2 10.9.3.1/24 fd09:3::1/64 - r3 10.9.3.2/24 fd09:3::2/64
link r3 10.9.4.1/24 fd09:4::1/64 - server $SERVER4/24 $SERVER6/64
for each in r1 r2 r3; do
	at $each sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
		echo 0 >/proc/sys/net/ipv6/icmp/ratelimit; echo 0 >/proc/sys/net/ipv4/icmp_ratelimit' ||
		error "$each forwards nothing"
done
# way HOST NUMBER...: to the networks with these numbers by the router with the last one.
way() {
	at "$1" ip route add "$2" via "$3" || error "no route at $1"
	at "$1" ip -6 route add "$4" via "$5" || error "no route at $1 in IPv6"
}
way client default 10.9.1.1 default fd09:1::1
way server default 10.9.4.1 default fd09:4::1
way r1 10.9.3.0/24 10.9.2.2 fd09:3::/64 fd09:2::2
way r1 10.9.4.0/24 10.9.2.2 fd09:4::/64 fd09:2::2
way r2 10.9.1.0/24 10.9.2.1 fd09:1::/64 fd09:2::1
way r2 10.9.4.0/24 10.9.3.2 fd09:4::/64 fd09:3::2
way r3 10.9.1.0/24 10.9.3.1 fd09:1::/64 fd09:3::1
way r3 10.9.2.0/24 10.9.3.1 fd09:2::/64 fd09:3::1

HELLO_SERVER=$(program_at server "$HELLO_SERVER")
start_server --workers 1 --listen 0.0.0.0:8443 --listen '[::]:8443'

# Root may have other ways; nobody has none.
cp "$HELLO_CLIENT" "$PKI/ca.pem" "$TMP/" || error 'cannot copy the client'
chmod 755 "$TMP" "$TMP/hello-client"
chmod 644 "$TMP/ca.pem"
CLIENTS=$(program_at client "$TMP/hello-client")
if [ "$(id -u)" -eq 0 ]; then
	sed 's/exec nsenter/& --setuid 65534 --setgid 65534/' "$CLIENTS" >"$TMP/client-nobody"
	chmod 755 "$TMP/client-nobody"
	CLIENTS="$CLIENTS $TMP/client-nobody"
fi

# ---- boxes ---------------------------------------------------------------------------------------

clear_box() {
	for each in r2 r3; do
		at $each nft flush ruleset || error "the rules of $each stay"
	done
}

# chain TYPE HOOK RULE: the only one of r2.
chain() {
	clear_box
	printf 'table inet box {\n\tchain box {\n\t\ttype %s hook %s priority %s\n\t\t%s\n\t}\n}\n' \
		"$1" "$2" "$([ "$1" = nat ] && echo dstnat || echo filter)" "$3" >"$TMP/box.nft"
	rules r2 "$TMP/box.nft"
}

# name_filter HOOK MATCH VERDICT: for packets with the name in them.
name_filter() {
	chain filter "$1" ''
	each=60
	# An ordinary user's socket takes no more than some hundred rules at a time.
	while [ $each -lt 1800 ]; do
		until=$((each + 200))
		while [ $((each += 1)) -le $until ]; do
			echo "add rule inet box box tcp dport 8443 $2 @th,$((each * 8)),80 0x$NAME_HEX $3"
		done >"$TMP/more.nft"
		each=$until
		rules r2 "$TMP/more.nft"
	done
}

# set_mtu BYTES: of all links.
set_mtu() {
	for each in client:to-r1 r1:to-client r1:to-r2 r2:to-r1 r2:to-r3 r3:to-r2 r3:to-server server:to-r3; do
		at "${each%:*}" ip link set "${each#*:}" mtu "$1" || error "no mtu of $1: $each"
	done
}

# proxy KIND: all connections go through it.
proxy() {
	clear_box
	proxies=$((${proxies-0} + 1))
	$box --time 600 --transparent "$1" >"$TMP/proxy-$proxies" &
	track $!
	wait_for "$PATIENCE" [ -s "$TMP/proxy-$proxies" ] || fail "no proxy: $1"
	chain nat prerouting "tcp dport 8443 redirect to :$(cat "$TMP/proxy-$proxies")"
}
box=$(program_at r2 "$builddir/tests/support/middlebox")

# ---- what is said --------------------------------------------------------------------------------

run() {
	# What is silent on purpose takes this long; what is not may need more on a busy machine.
	[ "$1" -ne 41 ] || set -- "$@" --handshake-timeout 2s
	run_status "$@" --cacert "$TMP/ca.pem" --connect-to "$address" $NAME
}

said() {
	sed '1,/^$/d; 1,/^$/d' "$TMP/out" | tr '\n' ' ' >"$TMP/said"
	expect "$TMP/said" "$1"
}

# users ADDRESS: all of them; in the quick suite one for each address.
users() {
	if all_rows; then
		echo "$CLIENTS"
	elif [ "$1" = $SERVER4 ]; then
		echo "${CLIENTS%% *}"
	else
		echo "${CLIENTS##* }"
	fi
}

# judged STATUS SENTENCE [VARIANT]: over IPv4 and IPv6; --hello VARIANT gets through.
judged() {
	passed=0
	for round in $(seq "$TIMES"); do
		for address in $SERVER4 "[$SERVER6]"; do
			for client in $(users "$address"); do
				run "$1" "$client" --path-test
				said "$2"
				[ "$1" -eq 0 ] || said 'What cannot be known from here: whether the server itself'
				[ -z "${3-}" ] || run 0 "$client" --hello "$3"
				passed=$((passed + 1))
			done
		done
	done
	echo "$passed times, round $round: $1 $2"
}

echo 'no box'
judged 0 'Every variant is answered'

echo 'a filter for names'
blocked="for \"example.com\" and without SNI it is answered\\. An SNI filter that blocks this name"
reset="A ClientHello for \"$NAME\" is rejected with a reset; $blocked"
silent="A ClientHello for \"$NAME\" gets no answer in time; $blocked"
name_filter forward '' 'reject with tcp reset'
judged 43 "$reset"
name_filter prerouting '' 'reject with tcp reset'
judged 43 "$reset"
name_filter forward '' drop
judged 41 "$silent"
name_filter forward '' 'reject with icmpx admin-prohibited'
judged 41 "$silent"
# Only packets in which a record begins: the name in the second segment is not seen. OpenSSL 4.0 puts
# the name behind the post-quantum key share, so one packet must have room for both.
set_mtu 2000
name_filter forward '@th,256,16 0x1603' drop
judged 41 "$silent.*In two segments the same ClientHello is answered\\. So something inspects single packets" two-segments
set_mtu 1500

echo 'what reads only the beginning'
proxy no-records
judged 44 'A ClientHello in several records is rejected by closing the connection; in one it is answered'
proxy no-split
judged 43 'A ClientHello \(in two segments is rejected with a reset; in one it is answered\|of [0-9]* bytes is rejected with a reset, and a short one in two segments fails too\|of [0-9]* bytes is rejected with a reset; a smaller one is answered, but not in two segments\)'

echo 'a limit of the length'
chain filter forward 'tcp dport 8443 @th,256,8 0x16 @th,280,16 > 1000 reject with tcp reset'
# A second ClientHello follows another record, so this box does not find it.
judged 43 'A ClientHello of [0-9]* bytes is rejected with a reset.* \(Something that rejects long ones\|Something that limits or reads only the first flight of the client\) does this'

echo 'a black hole'
clear_box
cat >"$TMP/deaf.nft" <<-RULES
table inet deaf {
	chain output {
		type filter hook output priority filter
		icmp type destination-unreachable drop
		icmpv6 type packet-too-big drop
	}
}
RULES
rules r2 "$TMP/deaf.nft"
rules r3 "$TMP/deaf.nft"
at r2 ip link set to-r3 mtu 1280
at r3 ip link set to-r2 mtu 1280
judged 41 'In TCP segments of at most 536 bytes, in both directions, the same ClientHello is answered; otherwise it gets no answer in time\. A path MTU black hole does this' small-segments
for address in $SERVER4 "[$SERVER6]"; do
	for client in $(users "$address"); do
		run 41 "$client"
		expect "$TMP/err" 'an earlier one was lost'
		expect "$TMP/err" 'small-segments'
	done
done
at r2 ip link set to-r3 mtu 1500
at r3 ip link set to-r2 mtu 1500
clear_box
judged 0 'Every variant is answered'

kill -INT "$SERVER_PID"
server_left 0
