#!/bin/sh
# stalled.sh - one idle connection, 2,000 of them, 500 that stop after half a ClientHello, and some
# that never stop: a good client is greeted meanwhile, and each of them is closed at its deadline.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
deadline=2000
start_server --handshake-timeout ${deadline}ms --linger-timeout 1s

# stall MODE N: N such clients. Were a good one served after them, they would be gone by then.
stall() {
	start_crowd "$1" "$2" "$PORT"
	server_alive
	! is_gone "$CROWD_PID" || fail "the crowd has gone before the good client was greeted"
	finish_crowd
	release_crowd
	[ "$(crowd open)" -eq 0 ] || fail 'not all were closed'
	# Those that were still sending may find a reset instead of the end.
	[ "$1" = drip ] || [ "$(crowd closed)" -eq "$2" ] || fail "$(crowd reset) of $2 were reset"
	# No earlier than promised; how much later is a matter of the machine.
	[ "$(crowd min_ms)" -ge $((deadline - 1)) ] || fail 'closed before the deadline'
	[ "$(crowd max_ms)" -lt $((deadline + 15000)) ] || fail 'closed long after the deadline'
}

# One worker may get them all.
most=$(sed -n 's/^Max open files  *[^ ]*  *\([0-9]*\) .*/\1/p' /proc/self/limits)
many=2000
if [ "${most:-9999}" -lt 2200 ]; then
	many=$((most - 200))
	echo "a process may have $most open files: $many idle connections instead of 2000"
fi

stall idle 1
stall idle $many
stall half 500
stall drip 50
await 'outcome=HANDSHAKE_TIMEOUT' $((1 + many + 500 + 50))
server_alive
stop_server
