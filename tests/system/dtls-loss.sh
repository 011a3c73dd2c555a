#!/bin/sh
# dtls-loss.sh - in a network of our own: whichever single datagram is lost, of the client or of the server,
# the client is greeted, and what was lost costs one timer; on a path that is narrower than both ends know,
# smaller datagrams pass; an answer has the address as its source that the client sent to.
# shellcheck source=tests/system/net.sh
. "${srcdir:-.}/tests/system/net.sh"
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

need openssl
ip link set lo up
make_pki
start_server --listen dtls:127.0.0.1:0

# loses WHO N [HOOK [MATCH]]: the datagram with this number, from 0 on, of WHO is lost ("sport" the server's, "dport" the
# client's).
loses() {
	nft flush ruleset
	# On the way out the sender is told: EPERM.
	nft -f - <<-RULES || error 'no rules'
	table inet loss {
		chain some {
			type filter hook ${3:-input} priority filter
			udp $1 $PORT ${4:-} numgen inc mod 1000000 == $2 counter drop
		}
	}
	RULES
}
greet_one() {
	one_more "$1"
	echo "$1: $(cat "$TMP/crowd")"
}

greet_one 'nothing lost'
grep -q 'repeated=0' "$TMP/crowd" || fail 'a timer without a loss'
# The client: two ClientHellos, its last flight. The server: a cookie, its flight of two datagrams or more,
# its last flight with the greeting, close_notify.
for n in 0 1 2; do
	loses dport $n
	greet_one "client's datagram $n lost"
	nft list ruleset | grep -q 'counter packets 1 ' || fail "client's datagram $n was not lost"
	grep -q 'repeated=[12]$' "$TMP/crowd" || fail "client's datagram $n: more than a timer: $(cat "$TMP/crowd")"
done
for n in 0 1 2 3 4; do
	loses sport $n
	greet_one "server's datagram $n lost"
	nft list ruleset | grep -q 'counter packets 1 ' || fail "server's datagram $n was not lost"
done
# A firewall of the server's own machine: a loss like any other, and the log says no more than is true.
lines=$(count 'outcome=')
for n in 1 3; do
	loses sport $n output
	greet_one "server's datagram $n forbidden"
	nft list ruleset | grep -q 'counter packets 1 ' || fail "server's datagram $n was not forbidden"
done
await 'outcome=' $((lines + 2))
[ "$(count 'outcome=OK ')" -eq $((lines + 2)) ] || fail "greeted, but: $(grep outcome= "$SERVER_LOG" | grep -v 'outcome=OK ')"
stop_server
start_server --listen dtls:127.0.0.1:0 --handshake-timeout 1s
nft flush ruleset
nft -f - <<RULES || error 'no rules'
table inet loss {
	chain some {
		type filter hook output priority filter
		udp sport $PORT meta length > 100 drop
	}
}
RULES
"$DATAGRAM_CLIENTS" stall 1 "$PORT" </dev/null >"$TMP/crowd" 2>"$TMP/err" &
stalled=$!
track $stalled
await 'outcome=HANDSHAKE_TIMEOUT .* did not finish within 1000 ms; the client stopped in the middle of it; the last send failed: Operation not permitted"'
kill $stalled
untrack $stalled
nft flush ruleset
stop_server

# Three machines. An answer comes from the address that was asked, not from the one nearest to the client.
make_host client router server
link client 198.51.100.1/24 - router 198.51.100.2/24
link server 203.0.113.1/24 203.0.113.9/24 - router 203.0.113.2/24
at client ip route add default via 198.51.100.2
at server ip route add default via 203.0.113.2
at router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward' || error 'the router does not forward'
DATAGRAM_CLIENTS=$(program_at client "$DATAGRAM_CLIENTS")
there=$(program_at server "$HELLO_SERVER")

# greet_at ADDRESS WORDS
greet_at() {
	"$DATAGRAM_CLIENTS" --to "$1" greet 1 1 "$PORT" "$CA" >"$TMP/crowd" 2>"$TMP/err" || error 'no client'
	grep -q '^ok=1 ' "$TMP/crowd" || fail "$2: not greeted: $(cat "$TMP/crowd" "$TMP/err")"
	echo "$2: $(cat "$TMP/crowd")"
}
program=$there
start_server --listen dtls:0.0.0.0:0 --handshake-timeout 30s
greet_at 203.0.113.1 'the first address'
greet_at 203.0.113.9 'the second address'

# A link of 700 bytes behind a router that does not say so: after a few timers smaller datagrams come.
at router ip link set to-client mtu 700
at client ip link set to-router mtu 700
cat >"$TMP/mute.nft" <<'RULES'
table inet mute {
	chain output {
		type filter hook output priority filter
		icmp type destination-unreachable drop
	}
}
RULES
rules router "$TMP/mute.nft"
greet_at 203.0.113.1 'a narrow path'
! grep -q 'repeated=0' "$TMP/crowd" || fail 'the path was not narrow'
await 'outcome=OK' 3
program=''
stop_server
