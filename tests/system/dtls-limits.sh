#!/bin/sh
# dtls-limits.sh - what anybody may send to a DTLS listener: first ClientHellos from thousands of addresses
# cost no memory and are answered with fewer bytes than they have; noise is ignored; whoever returned a
# cookie and then says nothing is cut off at the deadline, or at a limit, and good clients are greeted.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"
SCHEME=dtls
# shellcheck source=tests/system/datagram.sh
. "${srcdir:-.}/tests/system/datagram.sh"

need curl
make_pki
start_server --listen dtls:127.0.0.1:0 --metrics 127.0.0.1:0
METRICS=$(sed -n 's/.* msg=metrics addr=//p' "$SERVER_LOG")
one_more 'at the start'
hellos_cost_nothing cookie
garbage_costs_nothing
stop_server
! logged 'level=\(error\|warning\)' || fail "$(grep 'level=\(error\|warning\)' "$SERVER_LOG")"

start_server --listen dtls:127.0.0.1:0 --handshake-timeout 1s
stalled 10
await 'outcome=HANDSHAKE_TIMEOUT .*stage=handshake detail=.*did not finish within 1000 ms' 10
let_go
one_more 'after the stalled ones'
stop_server

limits_hold

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
	send_bogus hello 20000
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
