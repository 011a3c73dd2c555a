#!/bin/sh
# trace.sh - --trace names the hop at which a ClientHello ends: real routers and real rules, three
# hops between client and server, as an ordinary user, over IPv4 and IPv6.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"

need setpriv ss
SERVER=198.18.4.2 SERVER6=2001:db8:0:4::2
R1=198.18.1.1 R2=198.18.2.2 R3=198.18.3.2
R1_6=2001:db8:0:1::1 R2_6=2001:db8:0:2::2 R3_6=2001:db8:0:3::2
PKI=$TMP/pki CA=$TMP/pki/ca.pem
{
	"$HELLO_CERTS" init "$PKI" --domain $SERVER --domain $SERVER6 &&
		"$HELLO_CERTS" issue "$PKI" $SERVER $SERVER6
} >"$TMP/pki.log" 2>&1 || error "no certificates: $(cat "$TMP/pki.log")"
KEY=$PKI/$SERVER/key.pem
CERT=$TMP/long.pem
cat "$PKI/$SERVER/chain.pem" "$PKI/intermediate.pem" >"$CERT"

make_host client r1 r2 r3 server
link client 198.18.1.2/24 2001:db8:0:1::2/64 - r1 $R1/24 $R1_6/64
link r1 198.18.2.1/24 2001:db8:0:2::1/64 - r2 $R2/24 $R2_6/64
link r2 198.18.3.1/24 2001:db8:0:3::1/64 - r3 $R3/24 $R3_6/64
link r3 198.18.4.1/24 2001:db8:0:4::1/64 - server $SERVER/24 $SERVER6/64
for each in r1 r2 r3; do
	at $each sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
		echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
		echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 0 >/proc/sys/net/ipv6/icmp/ratelimit' ||
		error "$each forwards nothing"
done
# way HOST TO VIA: a route for both families; numbers of networks.
way() {
	at "$1" ip route add "198.18.$2.0/24" via "198.18.$3" || error "$1 has no route"
	at "$1" ip -6 route add "2001:db8:0:$2::/64" via "2001:db8:0:${3%.*}::${3#*.}" ||
		error "$1 has no route"
}
for each in 2 3 4; do way client $each 1.1; done
for each in 1 2 3; do way server $each 4.1; done
way r1 3 2.2
way r1 4 2.2
way r2 1 2.1
way r2 4 3.2
way r3 1 3.1
way r3 2 3.1

HELLO_SERVER=$(program_at server "$HELLO_SERVER")
start_server --workers 1 --listen 0.0.0.0:8443 --listen '[::]:8443' --handshake-timeout 60s

# An ordinary user: nothing that a trace does needs privileges.
chmod a+x "$TMP"
cp "$CA" "$TMP/ca.pem" && chmod a+r "$TMP/ca.pem" && CA=$TMP/ca.pem
if [ "$(id -u)" -eq 0 ]; then
	set -- --reuid 65534 --regid 65534 --clear-groups
else
	set -- --bounding-set -all --inh-caps -all
fi
cat >"$TMP/as-user" <<SCRIPT
#!/bin/sh
exec $(program_at client "$(command -v setpriv)") $* '$HELLO_CLIENT' "\$@"
SCRIPT
chmod +x "$TMP/as-user"

# ---- what is in the way -------------------------------------------------------------------------

# box HOST HOOK RULE: the only rule there. forward is behind the TTL check of a Linux router,
# prerouting is in front of it.
box() {
	cat >"$TMP/box.nft" <<-RULES
	table inet way
	delete table inet way
	table inet way {
		chain box {
			type filter hook $2 priority filter
			$3
		}
	}
	RULES
	rules "$1" "$TMP/box.nft"
	boxed=$1
}

unbox() {
	at "$boxed" nft delete table inet way
}

# traced STATUS SENTENCE [ARG...]: what it says, at $target; in $TMP/said, without line breaks.
traced() {
	traced_status=$1 traced_sentence=$2
	shift 2
	run_status "$traced_status" "$TMP/as-user" --trace --cacert "$CA" "$@" "$target" 8443
	[ -z "$(awk 'length > 80' "$TMP/out")" ] || fail 'more than 80 columns'
	tr '\n' ' ' <"$TMP/out" >"$TMP/said"
	expect "$TMP/said" "$traced_sentence"
	echo "$traced_status: $traced_sentence"
}

# row HOP ADDRESS SYN CLIENTHELLO
row() {
	expect "$TMP/out" "^ *$1  $2  *[0-9.-]*  $3  *$4\$"
}

# drawn LINE: the path.
drawn() {
	grep -qxF "$1" "$TMP/out" || fail "the drawing is not: $1"
}

hello='tcp dport 8443 meta length > 200'
quick=--handshake-timeout=500ms


# between STATUS HOW AFTER BEFORE [ARG...]: the hops, as numbers and addresses.
between() {
	between_status=$1 between_how=$2 between_after=$3 between_before=$4
	shift 4
	traced "$between_status" \
		"reaches $between_after, and $between_how before it passes $between_before\." "$@"
}

forgotten() {
	! at server ss -Htn state established '( sport = :8443 )' | grep -q .
}

none_is_left() {
	wait_for "$PATIENCE" forgotten || fail "half-open: $(at server ss -tn '( sport = :8443 )')"
}

check_path() {
	traced 0 "The ClientHello reaches hop 4 ($target) and is answered there"
	drawn "client -- $h1 -- $h2 -- $h3 -- server"
	row 1 "$h1" expired expired
	row 2 "$h2" expired expired
	row 3 "$h3" expired expired
	row 4 "$target" connected answered
	none_is_left
}

check_resets() {
	box r2 forward "$hello reject with tcp reset"
	between 43 'is rejected with a reset' "hop 2 ($h2)" "hop 3 ($h3)"
	drawn "client -- $h1 -- $h2 -[X]- $h3 -- server"
	row 2 "$h2" expired expired
	row 3 "$h3" expired reset
	expect "$TMP/err" '^hello-client: HANDSHAKE_RESET: '
	none_is_left
	box r2 prerouting "$hello reject with tcp reset"
	between 43 'is rejected with a reset' "hop 1 ($h1)" "hop 2 ($h2)"
	drawn "client -- $h1 -[X]- $h2 -- $h3 -- server"
	none_is_left
	# Only the short first segment, which no other form of the ClientHello has.
	box r2 forward 'tcp dport 8443 meta length 100-150 reject with tcp reset'
	between 43 'is rejected with a reset' "hop 2 ($h2)" "hop 3 ($h3)" --hello two-segments
	expect "$TMP/said" 'This is about the first segment, 64 of [0-9]* bytes'
	unbox
	none_is_left
}

# An ordinary user is told more of ICMP for IPv6 than of ICMP.
check_icmp() {
	box r2 forward "$hello reject with icmpx type admin-prohibited"
	if [ "$target" = $SERVER ]; then
		traced 41 "rejected over ICMP, even with the TTL of hop 4 ($target)" "$quick"
	else
		between 41 'is rejected over ICMP' "hop 2 ($h2)" "hop 3 ($h3)" "$quick"
	fi
	unbox
	none_is_left
}

check_drops() {
	box r2 forward "$hello drop"
	between 41 disappears "hop 2 ($h2)" "hop 3 ($h3)" "$quick"
	row 3 "$h3" expired silent
	none_is_left
	box r2 prerouting "$hello drop"
	between 41 disappears "hop 1 ($h1)" "hop 2 ($h2)" "$quick"
	box r1 prerouting "$hello drop"
	at r2 nft delete table inet way
	traced 41 "disappears before it passes hop 1 ($h1), and no router.* the cause is this machine" "$quick"
	drawn "client -[X]- $h1 -- $h2 -- $h3 -- server"
	unbox
	none_is_left
}

check_server() {
	box server input "$hello reject with tcp reset"
	traced 43 "reaches hop 3 ($h3), and is rejected with a reset with the TTL of hop 4 ($target)\."
	drawn "client -- $h1 -- $h2 -- $h3 -[X]- server"
	box server input "$hello drop"
	traced 41 "reaches hop 3 ($h3), and disappears with the TTL of hop 4 ($target)\." "$quick"
	unbox
	none_is_left
}

check_name() {
	box r2 forward ''
	ban_name r2 box 'reject with tcp reset'
	between 43 'is rejected with a reset' "hop 2 ($h2)" "hop 3 ($h3)" \
		--servername "$TABOO" --verify-name "$target"
	traced 0 'is answered there' --servername other.test --verify-name "$target"
	unbox
}

check_connections() {
	box r2 forward 'tcp dport 8443 drop'
	traced 21 "A SYN reaches hop 2 ($h2); with a larger TTL it gets no answer" --connect-timeout 500ms
	drawn "client -- $h1 -- $h2 -[X]- server"
	box r2 forward 'tcp dport 8443 reject with tcp reset'
	traced 20 "A SYN with TTL 3 gets a reset\. .* otherwise something behind hop 2 ($h2) does"
	box r2 forward 'tcp dport 8443 reject with icmpx type admin-prohibited'
	traced 22 "The SYN is rejected over ICMP by hop 2 ($h2): administratively prohibited\."
	unbox
}


workers_do() {
	# shellcheck disable=SC2046 # a list of numbers
	kill "-$1" $(workers)
}

# A long name of a protocol, and a server that takes small segments: a ClientHello has two.
check_segments() {
	long=$(printf '%0150d,%0150d,%0150d' 1 2 3)
	way_back advmss 536
	box r2 forward 'tcp dport 8443 meta length > 500 reject with tcp reset'
	between 43 'is rejected with a reset' "hop 2 ($h2)" "hop 3 ($h3)" --groups X25519 --alpn "$long"
	expect "$TMP/said" 'This is about the first segment, 5[0-9]* of [67][0-9]* bytes; the rest was not sent\.'
	# The kernel may pass on both segments as one packet.
	box r2 forward 'tcp dport 8443 meta length { 200-400, 700-900 } drop'
	between 41 disappears "hop 2 ($h2)" "hop 3 ($h3)" --groups X25519 --alpn "$long" "$quick"
	expect "$TMP/said" 'about bytes 5[0-9]* to [67][0-9]* of [67][0-9]*; the segment before them arrived\.'
	unbox
	way_back
	none_is_left
}

# way_back [METRIC...]: of the route from the server to the client.
way_back() {
	if [ "$target" = $SERVER ]; then
		at server ip route replace 198.18.1.0/24 via 198.18.4.1 "$@"
	else
		at server ip -6 route replace 2001:db8:0:1::/64 via 2001:db8:0:4::1 "$@"
	fi || error 'the server has no way back'
}

check_silence() {
	box r3 output 'icmp type time-exceeded drop'
	at r3 nft add rule inet way box icmpv6 type time-exceeded drop
	traced 0 'is answered there'
	row 3 - silent silent
	drawn "client -- $h1 -- $h2 -- ? -- server"
	unbox

	# The server does not answer, but its system acknowledges what arrives.
	workers_do STOP
	traced 41 "reaches hop 4 ($target), whose system acknowledges it" "$quick"
	workers_do CONT
	none_is_left
}

# Packets of full size are lost on the last link.
check_narrow_link() {
	make_deaf server
	at r3 ip link set to-r2 mtu 1280
	at r2 ip link set to-r3 mtu 1280
	# From a long ClientHello the client would learn what the link carries, and ask for less.
	traced 41 'large packets are lost on the way back' --groups X25519 "$quick"
	at r3 ip link set to-r2 mtu 1500
	at r2 ip link set to-r3 mtu 1500
}


check_all() {
	check_path
	check_resets
	check_icmp
	check_drops
	check_server
	check_name
	check_connections
	check_segments
	check_silence
	check_narrow_link
}

times=${REPEAT_SLOW-1}
while [ "$times" -gt 0 ]; do
	target=$SERVER h1=$R1 h2=$R2 h3=$R3
	check_all
	target=$SERVER6 h1=$R1_6 h2=$R2_6 h3=$R3_6
	if all_rows; then
		check_all
	else
		check_path
		check_resets
		check_icmp
		check_connections
	fi
	times=$((times - 1))
done

# ---- output -------------------------------------------------------------------------------------

box r2 forward "$hello reject with tcp reset"
run_status 43 "$TMP/as-user" --trace --json --cacert "$CA" $SERVER 8443
for each in '"outcome":"HANDSHAKE_RESET"' '"hello":"plain"' '"finding":"between","answer":"reset","peer_hop":4,"after_hop":2,"before_hop":3' \
	"{\"hop\":2,\"address\":\"$R2\",\"several\":false" '"client_hello":\["expired","expired","expired"\]' \
	'"client_hello":\["reset","reset","reset"\]'; do
	expect "$TMP/out" "$each"
done
unbox
! "$TMP/as-user" --trace --cacert "$CA" --connect-timeout 1s none.invalid 8443 >"$TMP/out" 2>"$TMP/err" ||
	fail 'none.invalid has an address'
[ ! -s "$TMP/out" ] || fail 'a trace of a name without an address'
for each in -c\ 2 --resume --path-test --all-addresses --nagios '--proxy http://127.0.0.1:1' '--expect-outcome OK'; do
	# shellcheck disable=SC2086 # a list of words
	run_status "$(case $each in --nagios) echo 3 ;; *) echo 2 ;; esac)" "$HELLO_CLIENT" --trace $each localhost 8443
	cat "$TMP/out" "$TMP/err" | grep -qe '--trace and --[a-z-]* exclude each other' || fail "--trace goes with $each"
done
stop_server

# ---- what comes before a ClientHello ------------------------------------------------------------
# Here, on this machine: the server is one hop away.
traced_here() {
	run_status "$@"
	tr '\n' ' ' <"$TMP/out" >"$TMP/said"
	expect "$TMP/said" 'reaches hop 1 (127\.0\.0\.1) and is answered there'
	drawn 'client -- server'
}

run_status 22 "$HELLO_CLIENT" --trace --cacert "$CA" 127.0.0.1 8443
expect "$TMP/out" '^No SYN could be sent'
ip link set lo up || error 'no loopback'
HELLO_SERVER=$builddir/hello-server
"$HELLO_CERTS" issue "$PKI" localhost >"$TMP/pki.log" 2>&1 || error "no certificate: $(cat "$TMP/pki.log")"
CERT=$PKI/localhost/chain.pem KEY=$PKI/localhost/key.pem
start_server --workers 1 --proxy-protocol-from 127.0.0.0/8
traced_here 0 "$HELLO_CLIENT" --trace --cacert "$CA" --haproxy-protocol v2 localhost "$PORT"
stop_server
"$builddir/tests/support/service_peer" --cert "$CERT" --key "$KEY" smtp:good mssql:good >"$TMP/ports" &
track $!
wait_for "$PATIENCE" grep -qsx ready "$TMP/ports" || error 'no stand-ins'
for each in smtp mssql; do
	PORT=$(sed -n "s/^$each:good //p" "$TMP/ports")
	traced_here 0 "$HELLO_CLIENT" --trace --cacert "$CA" "$each://localhost:$PORT"
done
