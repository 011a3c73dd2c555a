#!/bin/sh
# drain-delay.sh - with --drain-delay a server that was sent TERM answers 503 to health checks at once,
# and serves as before until the delay is over. A second TERM, or INT, does not wait for that.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki

# start_delayed DELAY: a server whose health is asked at $metrics_port.
start_delayed() {
	start_server --workers 2 --metrics 127.0.0.1:0 --drain-delay "$1" --log-level debug
	metrics_port=$(sed -n 's/.*msg=metrics addr=.*:\([0-9]*\)$/\1/p' "$SERVER_LOG")
	wait_for "$PATIENCE" health_is 200 || fail 'a server that serves is not healthy'
}
health_is() {
	printf 'GET /healthz HTTP/1.0\r\n\r\n' | "$CROWD" say "$metrics_port" 2>/dev/null | grep -q "^HTTP/1.[01] $1 "
}
# Two workers and the metrics process.
has_all_processes() {
	[ "$(workers | wc -l)" -eq 3 ]
}

# A delay that this test does not see the end of: everything goes on, but no reload begins.
start_delayed 10m
kill -TERM "$SERVER_PID"
await 'SIGTERM received: the drain begins in 600000 ms'
wait_for "$PATIENCE" health_is 503 || fail 'a server that will drain is healthy'
kill -HUP "$SERVER_PID"
kill -KILL "$(sed -n 's/.*msg="worker 0 of generation 1 has pid \([0-9]*\)".*/\1/p' "$SERVER_LOG")"
await 'was killed by signal 9'
wait_for "$PATIENCE" has_all_processes || fail 'a worker that died in the delay is not replaced'
start_crowd greet 40 4 "$PORT" "$CA"
finish_crowd
[ "$(crowd ok)" -eq 40 ] || fail 'a server with a drain delay let somebody down'
! logged 'reloaded:' || fail 'a server that will drain reloads'
! logged ': draining' || fail 'the drain did not wait for the delay'
kill -TERM "$SERVER_PID"
server_left 0

start_delayed 10m
kill -TERM "$SERVER_PID"
await 'SIGTERM received: the drain begins'
kill -INT "$SERVER_PID"
server_left 0
# The server itself killed the workers: that is no reason for a warning.
logged 'level=debug .*was killed by signal 9' || fail 'no worker was killed'
! logged 'level=warning' || fail 'a stop at once is logged as a fault'

# The end of the delay: who is connected is greeted, and whoever comes then is refused.
start_delayed 300ms
start_crowd --hold greet 10 10 "$PORT" "$CA"
kill -TERM "$SERVER_PID"
await 'the drain delay is over: draining'
wait_for "$PATIENCE" refuses_clients || fail 'a server that drains still accepts connections'
release_crowd
finish_crowd
[ "$(crowd ok)" -eq 10 ] || fail 'the drain let somebody down'
server_left 0
# The announcement came first, and the workers drained after it.
sed -n 's/.*role=\(master\|worker\).* msg="\(SIGTERM received\|the drain delay is over\): .*/\1 \2/p' \
	"$SERVER_LOG" | head -n 2 >"$TMP/order"
printf '%s\n' 'master SIGTERM received' 'master the drain delay is over' | cmp - "$TMP/order" || fail 'not in this order'
