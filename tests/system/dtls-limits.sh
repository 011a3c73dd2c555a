#!/bin/sh
# dtls-limits.sh - what anybody may send to a DTLS listener: first ClientHellos from thousands of addresses
# cost no memory and are answered with fewer bytes than they have; noise is ignored; whoever returned a
# cookie and then says nothing is cut off at the deadline, or at a limit, and good clients are greeted.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

need curl
DTLS_CLIENTS=$builddir/tests/support/dtls_clients
make_pki

# one_more WORDS
one_more() {
	"$DTLS_CLIENTS" greet 1 1 "$PORT" "$CA" >"$TMP/one" 2>"$TMP/err"
	grep -q '^ok=1 ' "$TMP/one" || fail "$1: a good client is not greeted: $(cat "$TMP/one" "$TMP/err")"
}
resident() {
	sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$(workers)/status"
}
metric() {
	curl -sSf --max-time 10 "http://$METRICS/metrics" | sed -n "s/^$1 //p"
}
datagrams() {
	metric "hello_new_datagrams_total{result=\"$1\"}"
}
# field NAME FILE
field() {
	tr ' ' '\n' <"$2" | sed -n "s/^$1=//p"
}
# flat BEFORE WORDS: no state for each datagram. A single kilobyte for each would be ten times this.
flat() {
	after=$(resident)
	echo "$2: $1 kB before, $after kB after"
	! grep -aq __asan_init "$HELLO_SERVER" || return 0 # which keeps what was freed
	[ $((after - $1)) -lt 1000 ] || fail "$2: memory grew from $1 kB to $after kB"
}

# With a metrics process there are two children. It was executed as /proc/self/exe, and has that name.
start_server --listen dtls:127.0.0.1:0 --metrics 127.0.0.1:0
METRICS=$(sed -n 's/.* msg=metrics addr=//p' "$SERVER_LOG")
workers() {
	grep -l "^PPid:[[:space:]]*$SERVER_PID\$" /proc/[0-9]*/status 2>/dev/null | while IFS=/ read -r _ _ each _; do
		grep -qs '^Name:[[:space:]]*exe$' "/proc/$each/status" || echo "$each"
	done
}
one_more 'at the start'

# The first thousand makes what stays: the library's buffers.
"$DTLS_CLIENTS" hello 1000 "$PORT" >"$TMP/bogus" 2>"$TMP/err" || fail "no hellos: $(cat "$TMP/err")"
before=$(resident) cookies=$(datagrams cookie)
"$DTLS_CLIENTS" hello 10000 "$PORT" >"$TMP/bogus" 2>"$TMP/err" || fail "no hellos: $(cat "$TMP/err")"
cat "$TMP/bogus"
[ "$(field answers "$TMP/bogus")" -eq 10000 ] || fail "not all were answered: $(cat "$TMP/bogus")"
[ "$(field received "$TMP/bogus")" -le "$(field sent "$TMP/bogus")" ] || fail "amplified: $(cat "$TMP/bogus")"
[ "$(datagrams cookie)" -eq $((cookies + 10000)) ] || fail 'the cookies are not counted'
[ "$(metric hello_connections_open)" -le 1 ] || fail 'hellos without a cookie are connections'
flat "$before" '10,000 first ClientHellos'
one_more 'after the hellos'

before=$(resident)
"$DTLS_CLIENTS" garbage 10000 "$PORT" >"$TMP/bogus" 2>"$TMP/err" || fail "no garbage: $(cat "$TMP/err")"
one_more 'after the garbage'
flat "$before" '10,000 datagrams of garbage'
# More than the socket's buffer holds is lost on the way.
[ "$(datagrams ignored)" -ge 100 ] || fail "only $(datagrams ignored) were ignored"
stop_server
! logged 'level=\(error\|warning\)' || fail "$(grep 'level=\(error\|warning\)' "$SERVER_LOG")"

# stalled N: a fifo keeps them until it is closed.
mkfifo "$TMP/open" || error mkfifo
stalled() {
	: >"$TMP/stalled" # an old "ready" is none
	"$DTLS_CLIENTS" stall "$1" "$PORT" <"$TMP/open" >"$TMP/stalled" 2>"$TMP/stalled.err" &
	stalled_pid=$!
	track $stalled_pid
	exec 7>"$TMP/open"
	wait_for "$PATIENCE" grep -q ready "$TMP/stalled" || fail "they do not stall: $(cat "$TMP/stalled.err")"
}
let_go() {
	exec 7>&-
	wait_for "$PATIENCE" is_gone $stalled_pid || fail 'the stalled clients stay'
	untrack $stalled_pid
}

start_server --listen dtls:127.0.0.1:0 --handshake-timeout 1s
stalled 10
await 'outcome=HANDSHAKE_TIMEOUT stage=handshake detail=.*did not finish within 1000 ms' 10
let_go
one_more 'after the stalled ones'
stop_server

start_server --listen dtls:127.0.0.1:0 --max-handshakes 10 --drain-timeout 1s
stalled 30
await 'outcome=LIMIT_REACHED .*--max-handshakes' 20
one_more 'at --max-handshakes'
let_go
stop_server

start_server --listen dtls:127.0.0.1:0 --max-per-client 5 --drain-timeout 1s
stalled 12
await 'outcome=LIMIT_REACHED .*--max-per-client' 7
one_more 'at --max-per-client'
let_go
stop_server

# The datagram worker and the two others share the connections: 5 each.
start_server --listen dtls:127.0.0.1:0 --listen 127.0.0.1:0 --workers 2 --max-connections 15 --drain-timeout 1s
PORT=$(sed -n 's/.*addr=dtls:.*:\([0-9]*\)$/\1/p' "$SERVER_LOG")
stalled 12
await 'outcome=LIMIT_REACHED .*--max-connections' 7
one_more 'at --max-connections'
let_go
stop_server

# What a datagram costs does not depend on how many clients stall; thousands, so that it would be seen.
[ "${ROWS:-}" = all ] || { echo 'left out: the cost of a datagram beside 3000 stalled clients; ROWS=all measures it'; exit 0; }
! grep -aq __asan_init "$HELLO_SERVER" || skip 'the sanitizers cost more than what is measured; all else passed'
# shellcheck disable=SC3045 # not in POSIX, and in every shell that a Debian or Fedora has as sh
ulimit -n 4000 || skip 'no 4000 descriptors for the stalled clients; all else passed'
# ticks: CPU time of the worker so far, in hundredths of a second.
ticks() {
	sed 's/.*) //' "/proc/$(workers)/stat" | awk '{ print $12 + $13 }'
}
# spent: by 20,000 first ClientHellos.
spent() {
	before=$(ticks)
	"$DTLS_CLIENTS" hello 20000 "$PORT" >"$TMP/bogus" 2>"$TMP/err" || fail "no hellos: $(cat "$TMP/err")"
	echo $(($(ticks) - before))
}
start_server --listen dtls:127.0.0.1:0 --max-handshakes 5000 --handshake-timeout 10m --drain-timeout 1s
alone=$(spent)
stalled 3000
beside=$(spent)
echo "20,000 ClientHellos: $alone ticks; beside 3000 stalled clients: $beside"
[ "$beside" -le $((2 * alone + 20)) ] || fail "$beside ticks beside the stalled clients, and $alone without"
let_go
stop_server
