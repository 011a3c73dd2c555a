#!/bin/sh
# drain-late.sh - a drain has an end: who is still not done at --drain-timeout is cut, which the log
# tells; a second TERM, or INT, does not wait for anybody. A worker that does not react is killed.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki

idle_server() {
	start_server --workers 2 --handshake-timeout 10m "$@"
	start_crowd --time 300 idle 5 "$PORT"
}

idle_server --drain-timeout 1s
kill -TERM "$SERVER_PID"
server_left 0
[ "$(count 'outcome=SHUTDOWN')" -eq 5 ] || fail "cut: $(count 'outcome=SHUTDOWN') of 5"
finish_crowd
[ "$(crowd closed)" -eq 5 ] || fail "closed: $(crowd closed) of 5"

idle_server --drain-timeout 10m
kill -TERM "$SERVER_PID"
await 'SIGTERM received: draining'
# The worker takes what is in the queue, and only then closes it.
wait_for "$PATIENCE" refuses_clients || fail 'a server that drains still takes new clients'
outcome 20 CONNECT_REFUSED --cacert "$CA" 127.0.0.1 "$PORT"
! is_gone "$SERVER_PID" || fail 'the server did not wait for its clients'
kill -TERM "$SERVER_PID"
server_left 0
finish_crowd

idle_server --drain-timeout 10m
kill -INT "$SERVER_PID"
server_left 0
! logged 'level=warning' || fail 'the log warns of what was asked for'
finish_crowd

# A worker that does not even answer is killed, which the log tells.
start_server --workers 1 --drain-timeout 100ms
stuck=$(workers)
kill -STOP "$stuck"
kill -TERM "$SERVER_PID"
server_left 0
logged "level=warning .*msg=\"killed the worker with pid $stuck: it missed its deadline\"" ||
	fail 'the log does not tell of the worker that was killed'
