#!/bin/sh
# drain.sh - TERM loses nobody: who is connected, accepted or still in the queue of the kernel, is
# greeted, and only then does the server leave, with status 0 and a log that tells of everybody.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki

# everybody_greeted N: the crowd of N, and the log says the same.
everybody_greeted() {
	finish_crowd
	[ "$(crowd ok)" -eq "$1" ] || fail "$(crowd ok) of $1 were greeted"
	server_left 0
	[ "$(count 'outcome=OK')" -eq "$1" ] || fail "outcomes in the log: $(count 'outcome=OK'), not $1"
	[ "$(count 'outcome=')" -eq "$1" ] || fail 'the log tells of more than there were'
	! logged 'level=warning\|level=error' || fail 'not all went well'
}

# In the queue: the worker is stopped while they connect and while TERM comes. They are more than it
# takes in one go, so that it must look at the queue once more.
is_stopped() {
	grep -q '^State:[[:space:]]*T' "/proc/$1/status"
}
start_server --workers 1
worker=$(workers)
kill -STOP "$worker"
wait_for "$PATIENCE" is_stopped "$worker" || fail 'the worker cannot be stopped'
start_crowd greet 120 120 "$PORT" "$CA"
kill -TERM "$SERVER_PID"
await 'SIGTERM received: draining'
kill -CONT "$worker"
everybody_greeted 120

# Accepted, but silent until after TERM.
start_server --workers 2
start_crowd --hold greet 40 40 "$PORT" "$CA"
kill -TERM "$SERVER_PID"
await 'SIGTERM received: draining'
release_crowd
everybody_greeted 40

# Under load: refused is who comes too late. Between the last look at a queue and its end there is a
# moment that no server can close; who hits it is reset, which a client may take as refused.
at_once=16
start_server --workers 2
start_crowd --until-end greet 100000 $at_once "$PORT" "$CA"
await 'outcome=OK' 200
kill -TERM "$SERVER_PID"
server_left 0
release_crowd
finish_crowd
late=$(($(crowd refused) + $(crowd handshake_reset)))
[ $(($(crowd ok) + late)) -eq "$(crowd all)" ] || fail 'somebody was let down'
[ "$(crowd handshake_reset)" -le $at_once ] || fail "$(crowd handshake_reset) were reset"
[ "$(count 'outcome=OK')" -eq "$(crowd ok)" ] ||
	fail "greeted: $(crowd ok), in the log: $(count 'outcome=OK')"
