#!/bin/sh
# notify.sh - what a service manager is told: ready, reloading and how it went, stopping; and a sign of
# life for as long as the workers' event loops turn.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
start_managed --socket web -- --listen systemd --workers 2
await_told 'STATUS=serving, generation 1, 2 workers$'
server_alive

kill -HUP "$SERVER_PID"
await 'reloaded: generation 2 begins, though the files are unchanged'
await_told 'RELOADING=1 MONOTONIC_USEC=[1-9][0-9]*$'
await_told 'READY=1 STATUS=serving, generation 2, 2 workers$'

mv "$KEY" "$TMP/kept.pem"
kill -HUP "$SERVER_PID"
await_told 'READY=1 STATUS=serving, generation 2, 2 workers; the last reload failed, .*FILE: .*No such file'
mv "$TMP/kept.pem" "$KEY"
kill -HUP "$SERVER_PID"
await_told 'READY=1 STATUS=serving, generation 3, 2 workers$'
await 'msg="reloaded: generation 3 begins"'
# Each of the files counts.
touch "$CERT"
kill -HUP "$SERVER_PID"
await 'msg="reloaded: generation 4 begins"'
kill -HUP "$SERVER_PID"
await 'reloaded: generation 5 begins, though the files are unchanged'
! grep -q '^told .*WATCHDOG' "$MANAGER_LOG" || fail 'signs of life that nobody asked for'

# It leaves, and a HUP that comes too late begins nothing.
start_crowd --time 300 idle 1 "$PORT"
kill -TERM "$SERVER_PID"
await_told 'STOPPING=1 STATUS=stopping'
kill -HUP "$SERVER_PID"
release_crowd
wait_for "$PATIENCE" is_gone "$MANAGER_PID" || fail 'the server does not leave'
! sed '1,/STOPPING=1/d' "$MANAGER_LOG" | grep -e RELOADING -e READY || fail 'a reload while it leaves'
finish_crowd
wait "$MANAGER_PID" || fail 'the server left badly'
untrack "$MANAGER_PID"

# Twice a second it is asked for a sign of life; a worker that is stuck ends them.
start_managed --socket web --watchdog 1000000 -- --listen systemd --workers 2
await_told 'WATCHDOG=1$' 3
pings() {
	grep -c '^told WATCHDOG=1' "$MANAGER_LOG"
}
stuck=$(workers | head -n 1)
kill -STOP "$stuck"
# Those of a whole interval fail to come: the first look may fall into the time in which all is well.
quiet_since=$(pings) quiet_from=$(date +%s)
is_quiet() {
	if [ "$(pings)" -ne "$quiet_since" ]; then
		quiet_since=$(pings) quiet_from=$(date +%s)
	fi
	[ $(($(date +%s) - quiet_from)) -ge 3 ]
}
wait_for "$PATIENCE" is_quiet || fail 'signs of life although a worker is stuck'
kill -CONT "$stuck"
await_told 'WATCHDOG=1$' $((quiet_since + 2))
kill -KILL "$stuck"
await_told 'STATUS=serving, generation 1, 1 of 2 workers$'
await_told 'WATCHDOG=1$' $(($(pings) + 2))
stop_managed

# A manager that cannot be told is no reason not to serve, but to say so.
NOTIFY_SOCKET=@hello-tls-nobody-$$
export NOTIFY_SOCKET
start_server --workers 1
unset NOTIFY_SOCKET
await 'level=warning .*msg="cannot notify the service manager" .*refused'
server_alive
stop_server
