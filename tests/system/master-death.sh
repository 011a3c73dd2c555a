#!/bin/sh
# master-death.sh - workers do not outlive their master: when it is killed they greet whom they have,
# take no more, and leave.
# shellcheck source=tests/system/server.sh
. "${srcdir:-.}/tests/system/server.sh"

make_pki
start_server --workers 2
orphans=$(workers)
[ "$(echo "$orphans" | wc -l)" -eq 2 ] || fail "two workers, not: $orphans"

start_crowd --hold greet 10 10 "$PORT" "$CA"
kill -KILL "$SERVER_PID"
server_left 137
await 'the master is gone' 2
release_crowd
finish_crowd
[ "$(crowd ok)" -eq 10 ] || fail "greeted: $(crowd ok) of 10"
# shellcheck disable=SC2086 # a list
wait_for "$PATIENCE" is_gone $orphans || fail 'a worker does not leave'
outcome 20 CONNECT_REFUSED --cacert "$CA" 127.0.0.1 "$PORT"
